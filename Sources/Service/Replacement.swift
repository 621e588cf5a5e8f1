/// Whether a worker process that ended is followed by another one.
///
/// Not where one after another is of no use: none would be for ever.
package struct Replacement: Equatable, Sendable {
    /// A worker that ends sooner than this after its start was of no use.
    private static let quick = Duration.seconds(3)
    private static let fruitlessEndLimit = 3
    private var hasJoined = false
    private var fruitlessEnds = 0

    /// Before the first worker.
    package init() {}

    /// Takes note that a worker starts.
    package mutating func onStart() { hasJoined = false }

    /// Takes note that the coordinator has heard of it.
    package mutating func onJoined() { hasJoined = true }

    /// Takes note that it has ended.
    ///
    /// - Parameters:
    ///   - time: since its start.
    ///   - isKilled: whether a signal ended it.
    /// - Returns: whether another one is worth a try. One that gave up by itself after a while, and was never heard of,
    ///   would be followed by others that wait as long for nothing.
    package mutating func onEnd(after time: Duration, isKilled: Bool) -> Bool {
        switch (hasJoined, time < Self.quick) {
        case (true, false): fruitlessEnds = 0
        case (false, false) where !isKilled: fruitlessEnds = Self.fruitlessEndLimit
        default: fruitlessEnds += 1
        }
        return fruitlessEnds < Self.fruitlessEndLimit
    }
}
