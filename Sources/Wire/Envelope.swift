package import Numerics

/// A message and the floats that travel with it.
package struct Envelope: Sendable {
    /// No header is larger; a welcome has the job as text.
    package static let headerByteLimit = 4 << 20
    /// No header that a worker sends is larger.
    package static let workerHeaderByteLimit = 64 << 10
    /// No message has more raw frames.
    package static let frameLimit = 64

    /// What is said.
    package let message: Message
    /// What travels behind it.
    package let frames: [RawFrame]
    /// The lengths of the vectors that were sent in parts ahead of it, and as what.
    let ahead: (lengths: [Int], element: ElementType)

    /// A message to send.
    package init(_ message: Message, frames: [RawFrame] = []) {
        (self.message, self.frames, ahead) = (message, frames, ([], .float32))
    }

    /// A message to send behind vectors of these lengths, which were sent in parts as these values.
    package init(_ message: Message, behind lengths: [Int], as element: ElementType) {
        (self.message, frames, ahead) = (message, [], (lengths, element))
    }
}

/// A message that came: its header is read, and its floats are where they came until they are asked for.
///
/// So whoever decides what a message is worth does so before its floats are looked at.
package struct ReceivedEnvelope {
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
    package let message: Message
    let listed: [ListedFrame]
    let parts: ArraySlice<ReceivedPart>

    /// How many floats the header lists for each frame.
    package var blockLengths: [Int] { listed.map { Int(clamping: $0.floatCount) } }

    /// The bytes of its header.
    package let headerBytes: Int

    /// Whether some of the floats are said to lie in memory that the sender shares.
    package var isShared: Bool { listed.contains { $0.sharedOffset > 0 } }

    /// Whether the floats came in parts ahead of this message.
    package var isAhead: Bool { listed.contains(where: \.isAhead) }
}
