/// How large one message from a peer may be.
package struct MessageLimits: Equatable, Sendable {
    /// Frames.
    package var frameCount: Int
    /// Bytes of each.
    package var frameBytes: Int
    /// Bytes of all of them.
    package var byteCount: Int

    /// Limits of a message.
    package init(frameCount: Int, frameBytes: Int, byteCount: Int) {
        (self.frameCount, self.frameBytes, self.byteCount) = (frameCount, frameBytes, byteCount)
    }

    /// What the largest message costs who receives it: its bytes, and something for each frame.
    package var cost: Int { byteCount + frameCount * PeerFraming.frameOverhead }

    /// What of a peer's sealed messages may be under way at once: the largest, and some of the next ones.
    var sealedCost: Int { cost + frameCount * PeerFraming.sealBytes + Self.sealedAhead }

    private static let sealedAhead = 1 << 20

    /// Whether a message that has come whole is one.
    func areKept(by frames: some Sequence<Int>) -> Bool {
        var (count, bytes) = (0, 0)
        for frame in frames { (count, bytes) = (count + 1, bytes + frame) }
        return count <= frameCount && bytes <= byteCount
    }
}

/// What a peer did that no peer of ours does.
package enum FormFault: Error, Equatable, CustomStringConvertible {
    case notZeroMQ
    case oldZeroMQ(version: UInt8)
    case badFlags(UInt8)
    case longCommand(bytes: UInt64)
    case longFrame(bytes: UInt64, limit: Int)
    case manyFrames(limit: Int)
    case longMessage(limit: Int)
    case noKey
    case unwantedKey
    case noHandshake

    /// What a person reads after the peer's address.
    package var description: String {
        switch self {
        case .notZeroMQ: "it does not speak ZeroMQ"
        case .oldZeroMQ(let version):
            "it speaks version \(version) of ZeroMQ's protocol, and 3 is the oldest known here"
        case .badFlags(let flags): "a frame with flags \(flags), which there are not"
        case .longCommand(let bytes): "a command of \(bytes) bytes"
        case .longFrame(let bytes, let limit): "a frame of \(bytes) bytes, where \(limit) is the limit"
        case .manyFrames(let limit): "a message of more than \(limit) frames"
        case .longMessage(let limit): "a message of more than \(limit) bytes"
        case .noKey: "it came without a key; give it --keys FOLDER, with a key that is authorized here"
        case .unwantedKey: "it came with a key, and this side has none: give this one --keys FOLDER, or none to it"
        case .noHandshake: "something else than the handshake of CURVE"
        }
    }
}
