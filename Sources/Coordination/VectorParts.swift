/// How a vector is cut where it travels in parts: equal ones, the last of what is left.
///
/// So one part is checked, added up and sent on while others travel.
package struct VectorParts: Equatable, Sendable {
    /// No vector is cut into more: ZeroMQ drops what waits beyond 1,000 messages.
    static let countLimit = 256
    /// The vector's length.
    package let vectorCount: Int
    /// The length of each part but the last.
    package let length: Int

    /// A vector of `vectorCount` floats in parts of `length`; nil where those are too many, or no parts at all.
    package init?(of vectorCount: Int, length: Int) {
        guard length > 0, vectorCount > 0, (vectorCount - 1) / length < Self.countLimit else { return nil }
        (self.vectorCount, self.length) = (vectorCount, min(length, vectorCount))
    }

    /// Parts as they are best over a network: of 128 KiB, which 1 Gbit/s carries in a millisecond, or larger ones where
    /// those would be many.
    ///
    /// All begin at a multiple of 4,096 floats.
    package init(travelling vectorCount: Int) {
        precondition(vectorCount > 0, "parts of an empty vector")
        self.vectorCount = vectorCount
        length = min(vectorCount, max(32_768, (vectorCount / 64 + 4095) / 4096 * 4096))
    }

    /// Two parts, or one where the vector is short: over the loopback interface more gain nothing, and each costs
    /// processor time that computing could use.
    package init(twoOf vectorCount: Int) {
        precondition(vectorCount > 0, "parts of an empty vector")
        self.vectorCount = vectorCount
        length = min(vectorCount, (vectorCount / 2 + 4096) / 4096 * 4096)
    }

    /// A vector that travels as a whole.
    package init(whole vectorCount: Int) {
        precondition(vectorCount > 0, "parts of an empty vector")
        (self.vectorCount, length) = (vectorCount, vectorCount)
    }

    /// How many there are.
    package var count: Int { (vectorCount - 1) / length + 1 }

    /// Where a part lies.
    ///
    /// - Precondition: there is such a part.
    package subscript(part: Int) -> Range<Int> {
        precondition((0..<count).contains(part), "part \(part) of \(count)")
        return part * length..<min((part + 1) * length, vectorCount)
    }
}
