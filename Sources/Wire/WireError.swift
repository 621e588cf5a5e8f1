/// Why a message can't be read.
package enum WireError: Error, Equatable, CustomStringConvertible {
    /// The other side speaks another version of the protocol.
    case version(theirs: UInt32)
    /// The header is larger than any message's.
    case headerTooLarge(bytes: Int, limit: Int)
    /// The header is no header.
    case malformedHeader(String)
    /// The header was altered on its way.
    case headerChecksum
    /// Other frames follow than the header lists.
    case frameCount(listed: Int, came: Int)
    /// A frame is not as long as the header says.
    case frameLength(frame: Int, listedFloats: UInt64, bytes: Int)
    /// A frame was altered on its way.
    case frameChecksum(frame: Int)
    /// A frame is said to lie in shared memory, and does not.
    case sharedFrame(frame: Int, offset: UInt64, floats: UInt64)

    /// The one line that a person reads.
    package var description: String {
        switch self {
        case .version(let theirs):
            """
            the other side speaks protocol version \(theirs), this program version \(protocolVersion); install the same ssrm on \
            both machines
            """
        case .headerTooLarge(let bytes, let limit): "a header of \(bytes) bytes, where at most \(limit) are allowed"
        case .malformedHeader(let reason): "a header that can't be read: \(reason)"
        case .headerChecksum: "a header that was altered on its way: its checksum is not that of its bytes"
        case .frameCount(let listed, let came): "\(came) frames where the header lists \(listed)"
        case .frameLength(let frame, let listed, let bytes):
            "frame \(frame) has \(bytes) bytes where the header lists \(listed) floats"
        case .frameChecksum(let frame): "frame \(frame) was altered on its way: its checksum is not the header's"
        case .sharedFrame(let frame, let offset, let floats):
            "frame \(frame), \(floats) floats at byte \(offset), does not lie in the memory that the sender shares"
        }
    }
}
