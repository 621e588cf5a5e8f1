/// Which worker processes a run starts on its own machine.
package struct LocalWorkersSettings: Equatable, Sendable {
    /// How many.
    package var count: Int
    /// Compute threads of each.
    package var threads: Int
    /// Whether each compute thread stays on a processor where they take all or most of the processors.
    package var pins: Bool

    /// So many workers.
    package init(count: Int, threads: Int, pins: Bool) {
        (self.count, self.threads, self.pins) = (count, threads, pins)
    }

    /// As many as make the most of a machine, where they are not given.
    ///
    /// A thread computes one shard at a time, so there are no more threads than a step has shards. Up to eight are
    /// processes of their own: on two cores those were 2 to 11 % faster than threads of one. The coordinator adds up
    /// the workers' sums one after another, so beyond eight a worker gets several threads, which add up theirs.
    ///
    /// - Parameters:
    ///   - count: how many were asked for, where they were.
    ///   - threads: how many of each, likewise.
    ///   - pins: as for `init(count:threads:pins:)`.
    ///   - processors: how many threads of this process can compute at once.
    ///   - shards: how many leaves a step has.
    package init(count: Int?, threads: Int?, pins: Bool, processors: Int, shards: Int) {
        let lanes = max(1, min(processors, shards))
        let chosen = threads ?? (count == nil ? (lanes - 1) / Self.mostChosen + 1 : 1)
        self.init(count: count ?? max(1, lanes / chosen), threads: chosen, pins: pins)
    }
    private static let mostChosen = 8

    /// Why so many are chosen, for people.
    ///
    /// - Parameters:
    ///   - processors: as above.
    ///   - shards: as above.
    /// - Returns: one line.
    package func reason(processors: Int, shards: Int) -> String {
        let choice = "\(many(count, "worker")) of \(many(threads, "thread"))"
        let has = "this process may use \(many(processors, "processor"))"
        if shards < processors {
            return "\(choice): a step has \(many(shards, "shard")), and each is computed by one thread, though \(has)"
        }
        return "\(choice): \(has)"
    }
}
