/// Whether and when a worker process that ended is followed by another one.
///
/// Not where one after another ends before the coordinator has heard of the first: then none would be for ever. One
/// that worked is followed by another however it ended, but where many end soon, each waits longer than the one before
/// it: what stands in the way may pass, like a folder of the network that is away. Where it has not for some minutes,
/// none follows.
package struct Replacement: Equatable, Sendable {
    /// What follows a worker that ended.
    package enum Next: Equatable, Sendable {
        case now
        case after(Duration)
        case never

        /// How long after the end; nil for never.
        var delay: Duration? {
            switch self {
            case .now: .zero
            case .after(let delay): delay
            case .never: nil
            }
        }
    }
    /// A worker that ends sooner than this after its start has done little.
    private static let quick = Duration.seconds(3)
    /// So many that nobody heard of, one after another, are the last.
    static let fruitlessEndLimit = 3
    /// So many are where one worked before them: with the waits between them, some seven minutes.
    static let laterFruitlessEndLimit = 24
    /// One that gave up by itself after a while counts for so many of these.
    private static let slowEndWeight = 4
    /// So many that ended soon, one after another, are followed at once.
    private static let quickEndLimit = 3
    private static let firstDelay = Duration.milliseconds(250)
    private static let longestDelay = Duration.seconds(30)
    private var hasJoined = false
    /// Whether an earlier one was heard of.
    private var hasWorked = false
    private var fruitlessEnds = 0
    private var quickEnds = 0

    /// Before the first worker.
    package init() {}

    /// Takes note that a worker starts.
    package mutating func onStart() { hasJoined = false }

    /// Takes note that the coordinator has heard of it.
    package mutating func onJoined() { (hasJoined, hasWorked) = (true, true) }

    /// Takes note that it has ended.
    ///
    /// - Parameters:
    ///   - time: since its start.
    ///   - isKilled: whether a signal ended it.
    /// - Returns: when another one is worth a try. One that gave up by itself after a while, and was never heard of,
    ///   would be followed by others that wait as long for nothing, unless one worked before it.
    package mutating func onEnd(after time: Duration, isKilled: Bool) -> Next {
        let isQuick = time < Self.quick
        quickEnds = isQuick ? quickEnds + 1 : 0
        if hasJoined {
            fruitlessEnds = 0
        } else {
            let limit = hasWorked ? Self.laterFruitlessEndLimit : Self.fruitlessEndLimit
            fruitlessEnds += isQuick || isKilled ? 1 : Self.slowEndWeight
            if fruitlessEnds >= limit { return .never }
        }
        let soonEnds = max(quickEnds, fruitlessEnds)
        guard soonEnds > Self.quickEndLimit else { return .now }
        let doublings = min(soonEnds - Self.quickEndLimit - 1, 10)
        return .after(min(Self.firstDelay * (1 << doublings), Self.longestDelay))
    }
}
