package import Coordination

/// Blocks of samples that were asked for and not sent yet, for want of room.
///
/// A value without I/O or clock.
package struct SampleQueue {
    /// No worker waits for more blocks at once; whatever else it asks for, it asks for again.
    package static let limit = Relay.requestLimit
    private var blocks: [WorkerID: [Int]] = [:]
    /// Before this there is no room for any of those who wait.
    private var nextLook = Duration.zero

    /// Nobody waits.
    package init() {}

    /// Whether nobody waits.
    package var isEmpty: Bool { blocks.isEmpty }

    /// Who waits, in an order that does not depend on a hash.
    package private(set) var workers: [WorkerID] = []

    /// Whether it is time to look for whom there is room.
    package func isDue(at now: Duration) -> Bool { !isEmpty && now >= nextLook }

    /// Takes note that there was room for nobody, and is looked for again at this time, or once another block is asked
    /// for.
    package mutating func rest(until next: Duration) { nextLook = next }

    /// What became of a request.
    package enum Place: Equatable {
        case waits
        /// The worker had asked for the block before.
        case waitsAlready
        /// It waits for too many; it has to ask again.
        case isForgotten
    }

    /// Takes note that a worker asked for a block; once, however often it asks.
    @discardableResult
    package mutating func add(_ block: Int, for worker: WorkerID) -> Place {
        if blocks[worker]?.contains(block) ?? false { return .waitsAlready }
        guard blocks[worker, default: []].count < Self.limit else { return .isForgotten }
        if blocks[worker] == nil { workers.insert(worker, at: workers.firstIndex { worker < $0 } ?? workers.count) }
        blocks[worker, default: []].append(block)
        nextLook = .zero
        return .waits
    }

    /// The block to send a worker next; it waits for it no longer.
    package mutating func next(for worker: WorkerID) -> Int? {
        guard var waiting = blocks[worker] else { return nil }
        let block = waiting.removeFirst()
        if waiting.isEmpty { remove(worker) } else { blocks[worker] = waiting }
        return block
    }

    /// Takes note that a worker is gone.
    package mutating func remove(_ worker: WorkerID) {
        if blocks.removeValue(forKey: worker) != nil { workers.removeAll { $0 == worker } }
    }
}
