/// What a file is that was taken for a text or for signals, known by its first bytes, and how to make one of it.
enum FileSignature {
    private static let sheet = "save the sheet as \"CSV UTF-8\" in the program that made it"
    private static let signatures: [(start: [UInt8], advice: String)] = [
        ([0x1F, 0x8B], "it is compressed (gzip): unpack it with gunzip"),
        ([0x50, 0x4B, 0x03, 0x04], "it is a spreadsheet (.xlsx, .ods) or another zip archive: \(sheet), or unpack it"),
        ([0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1], "it is a spreadsheet (.xls): \(sheet)"),
        ([0x42, 0x5A, 0x68, 0x39, 0x31, 0x41, 0x59, 0x26], "it is compressed (bzip2): unpack it with bunzip2"),
        ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], "it is compressed (xz): unpack it with unxz"),
        ([0x28, 0xB5, 0x2F, 0xFD], "it is compressed (zstd): unpack it with unzstd"),
        ([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], "it is an archive (7z): unpack it with 7z x"),
        (
            Array("PAR1".utf8) + [0x15],
            "it is Parquet: make a CSV of it with pandas.read_parquet(\"x\").to_csv(\"x.csv\", index=False)"
        ),
        (
            Array("ARROW1".utf8) + [0, 0],
            "it is Feather (Arrow): make a CSV of it with pandas.read_feather(\"x\").to_csv(\"x.csv\", index=False)"
        ),
        (
            [0x93] + Array("NUMPY".utf8),
            "it is an array of NumPy (.npy): make a text of it with numpy.savetxt(\"x.txt\", numpy.load(\"x.npy\"), fmt=\"%s\")"
        ),
        ([0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A], "it is HDF5 (.h5, .mat of version 7.3): export its table as CSV"),
        (Array("MATLAB 5.0 MAT-file".utf8), "it is a MATLAB file: export its table with writetable"),
        (Array("SQLite format 3".utf8), "it is an SQLite database: export its table as CSV"),
        (Array("%PDF-".utf8), "it is a PDF: export the table as CSV where the PDF was made"),
        (Array("<?xml".utf8), "it is XML: export the table as CSV"),
        (Array("<!doctype".utf8), "it is a web page, a login page perhaps: fetch the file again"),
        (Array("<html".utf8), "it is a web page, a login page perhaps: fetch the file again"),
    ]

    /// What a file with these first bytes is; nil for what may be a text.
    static func advice(for bytes: UnsafeRawBufferPointer) -> String? {
        signatures.first { signature in
            bytes.count >= signature.start.count
                && zip(signature.start, bytes).allSatisfy { $0 == $1 || Self.isLetter($1) && $0 == $1 | 0x20 }
        }?.advice
    }

    /// Whether a text begins as JSON does: with a list or with a name in braces.
    static func isJSON(_ text: UnsafeRawBufferPointer) -> Bool {
        let start = Array(text.lazy.filter { $0 != 0x20 && !(9...13).contains($0) }.prefix(2))
            .map { Character(Unicode.Scalar($0)) }
        guard start.count == 2 else { return false }
        return start == ["{", "\""] || start[0] == "[" && (start[1].isNumber || "-[{n\"".contains(start[1]))
    }

    /// What a file with these first bytes is that holds no signals as it is; nil for what is not known.
    static func adviceOnSignals(for bytes: UnsafeRawBufferPointer) -> String? {
        guard let advice = advice(for: bytes), let what = advice.split(separator: ":").first else { return nil }
        if advice.contains("unpack it with") || what.hasPrefix("it is a web page") { return advice }
        return what.contains("zip archive")
            ? "it is a zip archive, or a spreadsheet: unpack it with unzip" : String(what)
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte) }
}
