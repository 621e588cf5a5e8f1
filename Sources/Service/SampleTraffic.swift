package import Coordination

/// How many blocks of samples travelled to workers that have not got the dataset.
package struct SampleTraffic: Sendable {
    /// Of more workers nobody is remembered.
    private static let mostReceivers = 100_000
    private var (blocks, bytes) = (0, 0)
    private var receivers: Set<WorkerID> = []

    /// Of no blocks.
    package init() {}

    /// Takes note that a block of so many bytes is sent.
    package mutating func add(bytes count: Int, to worker: WorkerID) {
        (blocks, bytes) = (blocks + 1, bytes + count)
        if receivers.count < Self.mostReceivers { receivers.insert(worker) }
    }

    /// What would help where blocks travel again and again and are most of all messages.
    ///
    /// - Parameters:
    ///   - blockCount: how many blocks there are.
    ///   - messageBytes: bytes of all messages, both ways.
    ///   - isBlockwise: whether the job's order is kind to blocks already.
    /// - Returns: the line that a person reads; nil where they are no such burden.
    package func advice(blockCount: Int, messageBytes: Int, isBlockwise: Bool = false) -> String? {
        let all = receivers.count * blockCount
        guard all > 0, blocks > 2 * all, bytes > messageBytes / 2 else { return nil }
        return """
            workers wait for samples: each block travelled about \(blocks / all) times to each worker, and such blocks are \
            \(100 * bytes / max(messageBytes, 1)) % of all bytes sent; give workers more --sample-memory or a --cache folder, \
            or begin another job with \(isBlockwise ? "fewer --window-blocks" : "--order blockwise")
            """
    }
}
