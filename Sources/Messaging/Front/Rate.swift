/// How often something may happen.
package struct Rate: Equatable, Sendable {
    /// So often at once.
    package let burst: Double
    /// So often a second for long.
    package let perSecond: Double

    /// A rate.
    package init(burst: Double, perSecond: Double) { (self.burst, self.perSecond) = (burst, perSecond) }
}

/// What keeps something to a rate: a bucket of tokens, one of which is taken each time.
struct TokenBucket: Equatable, Sendable {
    private let rate: Rate
    private var tokens: Double
    private var last = Duration.zero

    /// A full bucket.
    init(_ rate: Rate) { (self.rate, tokens) = (rate, rate.burst) }

    private func filled(at now: Duration) -> Double {
        min(rate.burst, tokens + rate.perSecond * max(.zero, now - last).inSeconds)
    }

    /// Takes a token; false where there is none at this time.
    mutating func take(at now: Duration) -> Bool {
        (tokens, last) = (filled(at: now), max(now, last))
        guard tokens >= 1 else { return false }
        tokens -= 1
        return true
    }

    /// How many tokens there are at this time.
    func count(at now: Duration) -> Int { Int(filled(at: now)) }

    /// Takes so many tokens, or as many as there are.
    mutating func take(_ count: Int, at now: Duration) {
        (tokens, last) = (max(0, filled(at: now) - Double(count)), max(now, last))
    }

    /// Whether nothing was taken of late.
    func isFull(at now: Duration) -> Bool { filled(at: now) >= rate.burst }
}
