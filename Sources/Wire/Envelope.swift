import Numerics

/// A message and the floats that travel with it.
public struct Envelope: Sendable {
    /// No header is larger; a welcome may list many blocks of samples.
    public static let headerByteLimit = 4 << 20
    /// No header that a worker sends is larger.
    public static let workerHeaderByteLimit = 64 << 10
    /// No message has more raw frames.
    public static let frameLimit = 64

    /// What is said.
    public let message: Message
    /// What travels behind it.
    public let frames: [RawFrame]

    /// A message to send.
    public init(_ message: Message, frames: [RawFrame] = []) {
        (self.message, self.frames) = (message, frames)
    }
}

/// A message that came: its header is read, and its floats are where they came until they are asked for.
///
/// So whoever decides what a message is worth does so before its floats are looked at.
public struct ReceivedEnvelope {
    /// A raw frame as the header lists it.
    struct ListedFrame {
        let element: ElementType
        let floatCount: UInt64
        let checksum: UInt64
        let sharedOffset: UInt64
    }
    /// What was said.
    public let message: Message
    let listed: [ListedFrame]
    let parts: ArraySlice<ReceivedPart>

    /// How many floats the header lists for each frame.
    public var blockLengths: [Int] { listed.map { Int(clamping: $0.floatCount) } }

    /// Whether some of the floats are said to lie in memory that the sender shares.
    public var isShared: Bool { listed.count > parts.count }
}
