import Checkpoints
import Foundation

/// The content of a text file as UTF-8 bytes, without its byte order mark.
///
/// UTF-8 stays where it is, in a mapping of the file. UTF-16, little or big endian, is known by its byte order mark and
/// turned into UTF-8 in memory; a code unit without its other half becomes U+FFFD.
struct DecodedText {
    /// The file's path as given.
    let path: String
    private let file: MappedFile
    private let converted: [UInt8]?

    /// Opens a file; an empty one is refused.
    init(path: String) throws(DatasetError) {
        file = try MappedFile.opened(path)
        self.path = path
        guard !file.bytes.isEmpty else { throw .empty(path: path) }
        let mark = [file.bytes[0], file.bytes.count > 1 ? file.bytes[1] : 0]
        if mark == [0xFF, 0xFE] || mark == [0xFE, 0xFF] {
            let high = mark[0] == 0xFE ? 0 : 1
            guard file.bytes.count % 2 == 0 else {
                throw .unsuitable(path: path, reason: "UTF-16 with an odd number of bytes; copy the file again")
            }
            var units: [UInt16] = []
            units.reserveCapacity(file.bytes.count / 2)
            for at in stride(from: 2, to: file.bytes.count, by: 2) {
                units.append(UInt16(file.bytes[at + high]) << 8 | UInt16(file.bytes[at + 1 - high]))
            }
            converted = Array(String(decoding: units, as: UTF16.self).utf8)
        } else {
            converted = nil
        }
    }

    /// Lends the bytes.
    func withBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        if let converted {
            let span = converted
            return try span.withUnsafeBufferPointer { bytes throws(Failure) in
                try body(UnsafeRawBufferPointer(bytes))
            }
        }
        let start = file.bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        return try body(UnsafeRawBufferPointer(rebasing: file.bytes[start...]))
    }

    /// Every line that is not blank, with its number from 1, as words between spaces and tabs.
    func lines() -> [(number: Int, words: [String])] {
        withBytes { bytes in
            var lines: [(number: Int, words: [String])] = []
            for (index, line) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
                .enumerated()
            {
                let words = line.split {
                    $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: "\r")
                }
                if !words.isEmpty { lines.append((index + 1, words.map { String(decoding: $0, as: UTF8.self) })) }
            }
            return lines
        }
    }
}
