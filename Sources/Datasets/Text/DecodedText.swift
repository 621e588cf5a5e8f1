import Checkpoints
import Foundation

/// The content of a text file as UTF-8 bytes, without its byte order mark.
///
/// UTF-8 stays where it is, in a mapping of the file, and a file that is cut meanwhile is an error. UTF-16, little or
/// big endian, is known by its byte order mark and turned into UTF-8 in memory; a code unit without its other half
/// becomes U+FFFD.
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
        guard !file.bytes.starts(with: [0xFF, 0xFE, 0, 0]), !file.bytes.starts(with: [0, 0, 0xFE, 0xFF]) else {
            throw .unsuitable(path: path, reason: "UTF-32 is not read; save it as UTF-8")
        }
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
        try file.requireWholeText()
    }

    /// Lends the bytes.
    ///
    /// - Throws: what `body` throws, or that the file was cut or changed since it was opened.
    func withBytes<Result>(
        _ body: (UnsafeRawBufferPointer) throws(DatasetError) -> Result
    ) throws(DatasetError) -> Result {
        let result: Result
        do throws(DatasetError) {
            result = try withUncheckedBytes(body)
        } catch {
            try requireWhole()  // nothing else is wrong with a file that was cut meanwhile
            throw error
        }
        try requireWhole()
        return result
    }

    /// As `withBytes`, but what is read may be of a file that was cut: `requireWhole` is asked later, for many
    /// readings.
    func withUncheckedBytes<Result>(
        _ body: (UnsafeRawBufferPointer) throws(DatasetError) -> Result
    ) throws(DatasetError) -> Result {
        if let converted {
            return try converted.withUnsafeBufferPointer { bytes throws(DatasetError) in
                try body(UnsafeRawBufferPointer(bytes))
            }
        }
        let start = file.bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        return try body(UnsafeRawBufferPointer(rebasing: file.bytes[start...]))
    }

    /// Makes sure of what was read of the bytes until now.
    ///
    /// - Throws: `DatasetError.unsuitable`, once the file was cut or written to since it was opened.
    func requireWhole() throws(DatasetError) { try file.requireWholeText() }

    /// Every line that is not blank, with its number from 1, as words between spaces and tabs.
    func lines() throws(DatasetError) -> [(number: Int, words: [String])] {
        try withBytes { bytes throws(DatasetError) in
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
