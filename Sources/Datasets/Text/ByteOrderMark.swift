/// The three bytes that UTF-8 texts of some programs, spreadsheets among them, begin with, and that say nothing.
package enum ByteOrderMark {
    private static let bytes: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// How many bytes it takes at a text's beginning: 3, or 0 where there is none.
    package static func byteCount(in text: UnsafeRawBufferPointer) -> Int { text.starts(with: bytes) ? bytes.count : 0 }
}
