package import Coordination

/// Blocks of samples that were asked for and not sent yet, for want of room.
///
/// A value without I/O or clock.
package struct SampleQueue {
    /// No worker waits for more blocks at once; whatever else it asks for, it asks for again.
    package static let limit = 64
    private var blocks: [WorkerID: [Int]] = [:]

    /// Nobody waits.
    package init() {}

    /// Whether nobody waits.
    package var isEmpty: Bool { blocks.isEmpty }

    /// Who waits, in an order that does not depend on a hash.
    package var workers: [WorkerID] { blocks.keys.sorted() }

    /// Takes note that a worker asked for a block; once, however often it asks.
    package mutating func add(_ block: Int, for worker: WorkerID) {
        let waiting = blocks[worker] ?? []
        if waiting.count < Self.limit, !waiting.contains(block) { blocks[worker] = waiting + [block] }
    }

    /// The block to send a worker next; it waits for it no longer.
    package mutating func next(for worker: WorkerID) -> Int? {
        guard var waiting = blocks[worker] else { return nil }
        let block = waiting.removeFirst()
        blocks[worker] = waiting.isEmpty ? nil : waiting
        return block
    }

    /// Takes note that a worker is gone.
    package mutating func remove(_ worker: WorkerID) { blocks[worker] = nil }
}
