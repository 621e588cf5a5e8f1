import Checkpoints
package import Datasets
import Foundation

/// The content of a text file as UTF-8 bytes, without its byte order mark.
///
/// UTF-8 stays where it is, in a mapping of the file, and a file that is cut meanwhile is an error. UTF-16, little or
/// big endian, is known by its byte order mark and turned into UTF-8 in memory. Everything else is refused, with what
/// it looks like: two names that differ in bytes of another encoding alone must not become one.
package struct DecodedText {
    /// The file's path as given.
    package let path: String
    private let file: MappedFile
    private let converted: [UInt8]?

    /// Opens a file; an empty one is refused, and markup but where it `mayBeMarkup`.
    package init(path: String, mayBeMarkup: Bool = false) throws(DatasetError) {
        file = try MappedFile.opened(path)
        self.path = path
        guard !file.bytes.isEmpty else { throw .empty(path: path) }
        do throws(DatasetError) {
            converted = try Self.decoded(file.bytes, path: path, mayBeMarkup: mayBeMarkup)
        } catch {
            try file.requireWholeText()  // nothing else is wrong with a file that was cut meanwhile
            throw error
        }
        try file.requireWholeText()
    }

    /// The text in memory where it is not that of the file; nil for UTF-8.
    private static func decoded(
        _ bytes: UnsafeRawBufferPointer, path: String, mayBeMarkup: Bool
    ) throws(DatasetError) -> [UInt8]? {
        guard !bytes.starts(with: [0xFF, 0xFE, 0, 0]), !bytes.starts(with: [0, 0, 0xFE, 0xFF]) else {
            throw .unsuitable(path: path, reason: "UTF-32 is not read; save it as UTF-8")
        }
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            return try TextEncoding.utf8(ofUTF16: bytes, path: path)
        }
        let isMarkup = bytes.first == UInt8(ascii: "<")
        if !(mayBeMarkup && isMarkup), let advice = FileSignature.advice(for: bytes) {
            throw .unsuitable(path: path, reason: advice)
        }
        try TextEncoding.requireUTF8(bytes, path: path)
        return nil
    }

    /// Lends the bytes.
    ///
    /// - Throws: what `body` throws, or that the file was cut or changed since it was opened.
    package func withBytes<Result>(
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
        let text = file.bytes.dropFirst(ByteOrderMark.byteCount(in: file.bytes))
        return try body(UnsafeRawBufferPointer(rebasing: text))
    }

    /// Makes sure of what was read of the bytes until now.
    ///
    /// - Throws: `DatasetError.unsuitable`, once the file was cut or written to since it was opened.
    func requireWhole() throws(DatasetError) { try file.requireWholeText() }

    /// Every line that is not blank, with its number from 1, as words between spaces and tabs.
    package func lines() throws(DatasetError) -> [(number: Int, words: [String])] {
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
