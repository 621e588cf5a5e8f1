import Numerics

/// A message and the floats that travel with it.
public struct Envelope: Sendable {
    /// No header is larger; a welcome has the job as text.
    public static let headerByteLimit = 4 << 20
    /// No header that a worker sends is larger.
    public static let workerHeaderByteLimit = 64 << 10
    /// No message has more raw frames.
    public static let frameLimit = 64

    /// What is said.
    public let message: Message
    /// What travels behind it, or did ahead of it.
    public let frames: [RawFrame]
    /// Whether the frames were sent in parts ahead of it.
    public let isAhead: Bool

    /// A message to send.
    public init(_ message: Message, frames: [RawFrame] = [], isAhead: Bool = false) {
        (self.message, self.frames, self.isAhead) = (message, frames, isAhead && !frames.isEmpty)
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
        let isAhead: Bool

        /// Whether it comes behind the header.
        var follows: Bool { sharedOffset == 0 && !isAhead }
    }
    /// What was said.
    public let message: Message
    let listed: [ListedFrame]
    let parts: ArraySlice<ReceivedPart>

    /// How many floats the header lists for each frame.
    public var blockLengths: [Int] { listed.map { Int(clamping: $0.floatCount) } }

    /// The bytes of its header.
    public let headerBytes: Int

    /// Whether some of the floats are said to lie in memory that the sender shares.
    public var isShared: Bool { listed.contains { $0.sharedOffset > 0 } }

    /// Whether the floats came in parts ahead of this message.
    public var isAhead: Bool { listed.contains(where: \.isAhead) }
}
