/// Which worker processes a run starts on its own machine.
package struct LocalWorkersSettings: Sendable {
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
}
