public import Numerics

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

/// A message that came, with its floats.
public struct ReceivedEnvelope: Sendable {
    /// What was said.
    public let message: Message
    /// The floats that go with it; those that came behind it have the length and the checksum that the header gave.
    public let blocks: [FloatBlock]
    /// Whether some of the floats lie in memory that the sender shares.
    public let isShared: Bool
}
