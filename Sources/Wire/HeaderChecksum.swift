/// The checksum at a header's end: `Header.checksum`, with the field's tag.
///
/// A single altered bit of a header may leave one that can be read, of another job or another round, and nothing else
/// would tell.
enum HeaderChecksum {
    /// Field 31, eight bytes.
    private static let tag: [UInt8] = [0xf9, 0x01]
    private static let byteCount = tag.count + 8

    /// What a header ends with, from the bytes before it.
    static func end(of bytes: UnsafeRawBufferPointer) -> [UInt8] {
        tag + withUnsafeBytes(of: RawFrame.checksum(of: bytes).littleEndian) { Array($0) }
    }

    /// Whether a header ends with the checksum of what is before it; nil where it ends with none.
    static func isRight(at header: UnsafeRawBufferPointer) -> Bool? {
        guard header.count >= byteCount else { return nil }
        let place = header.count - byteCount
        guard header[place...].starts(with: tag) else { return nil }
        return header[place...].elementsEqual(end(of: UnsafeRawBufferPointer(rebasing: header[..<place])))
    }
}

extension Envelope {
    /// A header as it is sent, with the checksum of its bytes; for tests of what peers may say.
    package static func sealed(_ header: [UInt8]) -> [UInt8] { header + header.withUnsafeBytes(HeaderChecksum.end) }
}
