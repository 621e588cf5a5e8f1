import Messaging
import Wire

extension [Part] {
    /// A message to send: its header, and its vectors from where they lie.
    init(_ header: [UInt8], _ vectors: [RawFrame]) {
        self = [.copied(header)] + vectors.map { .shared($0.content.bytes, owner: $0.content.owner) }
    }
}

extension [ReceivedPart] {
    /// A message that came, where it lies.
    init(_ frames: [Frame]) { self = frames.map { ReceivedPart(bytes: $0.bytes, owner: $0) } }
}
