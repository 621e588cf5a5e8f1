/// How fast each worker answered so far: what shares of a step follow from, and when an answer is overdue.
///
/// Nothing that is said of a worker counts, only what it did. A worker's time for a leaf is the mean of its answers,
/// later ones weighing more; what it claims of threads only lets its share grow faster, to twice what it has shown.
struct Pace: Sendable {
    /// Below this a system's own pauses look like a slow worker, in seconds.
    static let leastAllowance = 0.05
    /// Seconds a leaf, of each worker that has answered.
    private(set) var leafTimes: [WorkerID: Double] = [:]
    /// Whether anybody has answered.
    var isKnown: Bool { !leafTimes.isEmpty }
    /// By how much answers were later than expected, at most, as a running figure that sinks by and by.
    private var spread = 1.0

    /// Takes an answer in: so many leaves after so long.
    mutating func onAnswer(from worker: WorkerID, leafCount: Int, threads: Int, after time: Duration) {
        let seconds = max(time.inSeconds, 1e-6)
        // With fewer leaves than threads, up to twice as many might have taken no longer.
        let shown = seconds / Double(max(leafCount, min(threads, 2 * leafCount)))
        guard let known = leafTimes[worker] else { return leafTimes[worker] = shown }
        spread = max(0.98 * spread, min(seconds / (known * Double(leafCount)), 4))
        leafTimes[worker] = known + (shown - known) / 4
    }

    /// Forgets a worker that has gone.
    mutating func onLeft(_ worker: WorkerID) { leafTimes[worker] = nil }

    /// After how long an answer is overdue: twice to six times what is expected, by how answers varied so far.
    ///
    /// Of a worker that has not answered yet as much is expected as of the slowest one that has.
    ///
    /// - Returns: nil while nobody has answered.
    func allowance(of worker: WorkerID, leafCount: Int) -> Duration? {
        guard let time = leafTimes[worker] ?? leafTimes.values.max() else { return nil }
        let expected = time * Double(leafCount)
        return .seconds(max(Self.leastAllowance, expected * min(max(2, 1.5 * spread), 6)))
    }

    /// What to give each of several workers of so many leaves, so that all are done as soon as can be.
    ///
    /// A worker that has not answered yet is given one leaf where others have; where none has, all are given as many.
    /// So that there is something left for such workers once they have answered, a part is kept for `newcomers` of them
    /// that are at their first leaves.
    ///
    /// - Returns: a count for each worker, in their order.
    static func shares(of leafCount: Int, among times: [Double?], newcomers: Int) -> [Int] {
        var shares = times.map { _ in 0 }
        var left = leafCount
        let known = times.indices.filter { times[$0] != nil }
        if known.isEmpty {
            for i in times.indices {
                let rest = times.count - i
                shares[i] = (left + rest - 1) / rest
                left -= shares[i]
            }
            return shares
        }
        for i in times.indices where times[i] == nil && left > 0 { (shares[i], left) = (1, left - 1) }
        guard left > 0 else { return shares }
        let leafTimes = known.map { times[$0] ?? 1 }
        let new = leafTimes.reduce(0, +) / Double(known.count)
        func made(_ time: Double, by leafTime: Double) -> Int { Int((time / leafTime * (1 + 1e-9)).clamped(0, 1e9)) }
        func all(_ time: Double) -> Int {
            leafTimes.reduce(newcomers * made(time, by: new)) { $0 + made(time, by: $1) }
        }
        var (low, high) = (0.0, leafTimes[0])
        while all(high) < left { (low, high) = (high, 2 * high) }
        for _ in 0..<40 {
            let middle = (low + high) / 2
            if all(middle) < left { low = middle } else { high = middle }
        }
        var surplus = all(high) - left
        for (i, time) in zip(known, leafTimes) { shares[i] = made(high, by: time) }
        surplus -= min(surplus, newcomers * made(high, by: new))
        while surplus > 0, let last = known.max(by: { (finish($0), $0) < (finish($1), $1) }) {
            (shares[last], surplus) = (shares[last] - 1, surplus - 1)
        }
        if known.allSatisfy({ shares[$0] == 0 }), let fastest = known.min(by: { cost($0) < cost($1) }) {
            shares[fastest] = 1
        }
        return shares
        func cost(_ i: Int) -> Double { times[i] ?? .infinity }
        func finish(_ i: Int) -> Double { shares[i] > 0 ? Double(shares[i]) * cost(i) : 0 }
    }
}

extension Double {
    fileprivate func clamped(_ low: Double, _ high: Double) -> Double { Swift.min(Swift.max(self, low), high) }
}
