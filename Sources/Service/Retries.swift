/// When what failed is tried again, and whether that it did is news.
struct Retries {
    private let delay: Duration
    /// Why the last attempt failed; nil when it did not.
    private(set) var failure: String?
    private var time: ContinuousClock.Instant?

    /// Attempts this far apart.
    init(every delay: Duration) { self.delay = delay }

    /// An attempt failed.
    ///
    /// - Returns: whether the one before had not.
    mutating func onFailure(_ reason: String) -> Bool {
        defer { (failure, time) = (reason, .now + delay) }
        return failure == nil
    }

    /// An attempt succeeded, or there is nothing to attempt any more.
    mutating func onSuccess() { (failure, time) = (nil, nil) }

    /// Whether it is time for the next attempt; true once.
    mutating func isDue() -> Bool {
        guard let time, .now >= time else { return false }
        self.time = nil
        return true
    }
}
