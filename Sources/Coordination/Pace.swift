import Numerics

/// How fast each worker answered so far: what shares of a round follow from, and when an answer is overdue.
///
/// What a worker says of itself counts as far as it can be true. Its time for a leaf is what it says that it computed,
/// but no less than its answer took beyond four times what is usual for messages to be on their way: those share links,
/// so that equal workers may wait for quite different times. What it claims of threads only lets its share grow faster,
/// to twice what it has shown.
struct Pace: Sendable {
    private struct Worker {
        /// Seconds a leaf.
        var leafTime: Double
        /// Seconds of an answer that were not computing, by the worker's word.
        var way: Double
        var answerCount = 0.0
    }
    /// Below this a system's own pauses look like a slow worker, in seconds; a first answer comes of memory that was
    /// never touched and over connections that were never used.
    private static let (leastAllowance, firstAllowance) = (0.05, 0.25)
    /// What so short a time says of a worker is chance, in seconds: waking a thread and memory touched for the first
    /// time take a part of it that is the same for one leaf and for two.
    private static let chance = 0.00025
    private var workers: [WorkerID: Worker] = [:]
    /// What is usual for messages to be on their way, in seconds: the lower median of the workers' means.
    private var usualWay = 0.0
    /// By how much answers were later than expected, at most, as a running figure that sinks by and by.
    private var spread = 1.0

    /// Whether anybody has answered.
    var isKnown: Bool { !workers.isEmpty }

    /// Seconds that a worker needs for a leaf; nil before its first answer.
    func leafTime(of worker: WorkerID) -> Double? { workers[worker]?.leafTime }

    /// Takes an answer in: so many leaves after so long, of which the worker says that it computed for `computing`.
    mutating func onAnswer(
        from id: WorkerID, leafCount: Int, threads: Int, after time: Duration, computing: Duration
    ) {
        let seconds = max(time.seconds, 1e-6)
        let said = min(max(computing.seconds, 1e-6), seconds)
        var worker = workers[id] ?? Worker(leafTime: 0, way: 0)
        if worker.answerCount > 0 {
            spread = max(0.98 * spread, min(seconds / max(expected(worker, leafCount: leafCount), 1e-6), 4))
        }
        worker.answerCount += 1
        let weight = max(1 / worker.answerCount, 0.25)
        worker.way += weight * (seconds - said - worker.way)
        workers[id] = worker
        let ways = workers.values.map(\.way).sorted()
        usualWay = max(ways[(ways.count - 1) / 2], 0.001)
        // The first answer may have come over links that nothing is known of.
        let computed = worker.answerCount > 1 ? max(said, seconds - 4 * usualWay) : said
        // With fewer leaves than threads, up to twice as many might have taken no longer.
        let shown = computed / Double(max(leafCount, min(threads, 2 * leafCount)))
        // Whoever begins and is given more and more soon has its part.
        let isGrowing = shown < worker.leafTime && worker.answerCount < 10
        workers[id]?.leafTime += (isGrowing ? 1 : weight) * (shown - worker.leafTime)
    }

    /// The fastest of these workers that answered before; nil where none did.
    func fastest(of ids: Set<WorkerID>) -> WorkerID? {
        ids.compactMap { id in workers[id].map { (time: $0.leafTime, id: id) } }.min { $0 < $1 }?.id
    }

    /// Seconds in which a worker answers for so many leaves; infinite before its first answer.
    func expected(of worker: WorkerID, leafCount: Int) -> Double {
        workers[worker].map { expected($0, leafCount: leafCount) } ?? .infinity
    }

    private func expected(_ worker: Worker, leafCount: Int) -> Double {
        min(worker.way, 4 * usualWay) + worker.leafTime * Double(leafCount)
    }

    /// Forgets a worker that has gone.
    mutating func onLeft(_ worker: WorkerID) { workers[worker] = nil }

    /// After how long an answer is overdue: twice to six times what is expected, by how answers varied so far.
    ///
    /// Of a worker that has not answered yet as much is expected, on each of its threads, as of most that have.
    ///
    /// - Returns: nil while nobody has answered.
    func allowance(of worker: WorkerID, leafCount: Int, threads: Int) -> Duration? {
        let known = workers[worker].map { [$0] } ?? Array(workers.values)
        let atOnce = workers[worker] == nil ? max(threads, 1) : 1
        let leafCount = (leafCount + atOnce - 1) / atOnce
        if known.isEmpty { return nil }
        let expected = known.map { self.expected($0, leafCount: leafCount) }.sorted()[known.count / 2]
        let least = workers[worker] == nil ? Self.firstAllowance : Self.leastAllowance
        return .seconds(max(least, expected * min(max(2, 1.5 * spread), 6)))
    }

    /// What to give each of several workers of so many leaves, so that all are done as soon as can be.
    ///
    /// A worker that has not answered yet is given one leaf where others have; where none has, all are given as many,
    /// and no more than they have `threads`: what a lone worker leaves is for those who join while it computes.
    /// So that there is something left for such workers once they have answered, a part is kept for `newcomers` of them
    /// that are at their first leaves. A worker that would be left without a leaf, and be done with one hardly later
    /// than all are, is given one: of leaves of so short a time whoever has two looks twice as fast as whoever has one.
    /// And a thread computes one leaf after another: what is over for whoever has more than one for each of its threads
    /// goes to those some of whose threads would have nothing to do meanwhile, if they have room for all of it.
    ///
    /// - Returns: a count for each worker, in their order.
    static func shares(of leafCount: Int, among times: [Double?], threads: [Int], newcomers: Int) -> [Int] {
        var shares = Shares(times: times, threads: threads.map { max($0, 1) })
        if shares.known.isEmpty { return shares.untried(leafCount, newcomers: newcomers) }
        var left = leafCount
        for i in times.indices where times[i] == nil && left > 0 { (shares.counts[i], left) = (1, left - 1) }
        if left > 0 {
            shares.balance(left, newcomers: newcomers)
            shares.giveIdleOne(within: chance)
            shares.fillThreads()
        }
        return shares.counts
    }
}

/// How leaves are shared among workers, by place.
private struct Shares {
    /// Seconds a leaf; infinite where that is not known.
    private let costs: [Double]
    /// Of each worker one at least.
    private let threads: [Int]
    /// The places of those that answered before.
    let known: [Int]
    var counts: [Int]

    init(times: [Double?], threads: [Int]) {
        (costs, self.threads) = (times.map { $0 ?? .infinity }, threads)
        known = times.indices.filter { times[$0] != nil }
        counts = times.map { _ in 0 }
    }

    /// As many for each, where nobody has answered.
    func untried(_ leafCount: Int, newcomers: Int) -> [Int] {
        var left = leafCount
        return threads.indices.map { i in
            let rest = threads.count - i + newcomers
            let count = min((left + rest - 1) / rest, threads[i])
            left -= count
            return count
        }
    }

    /// Shares leaves so that those who answered before are done with theirs as soon as can be, where `newcomers`
    /// others, as fast as these are on average, will have a part of them.
    mutating func balance(_ leafCount: Int, newcomers: Int) {
        let leafTimes = known.map { costs[$0] }
        let new = leafTimes.reduce(0, +) / Double(known.count)
        func made(_ time: Double, by leafTime: Double) -> Int {
            Int(time / leafTime * (1 + 1e-9), clampedTo: 0...1_000_000_000) ?? 0
        }
        func all(_ time: Double) -> Int {
            leafTimes.reduce(newcomers * made(time, by: new)) { $0 + made(time, by: $1) }
        }
        var (low, high) = (0.0, leafTimes[0])
        while all(high) < leafCount { (low, high) = (high, 2 * high) }
        for _ in 0..<40 {
            let middle = (low + high) / 2
            if all(middle) < leafCount { low = middle } else { high = middle }
        }
        for i in known { counts[i] = made(high, by: costs[i]) }
        var surplus = all(high) - leafCount
        surplus -= min(surplus, newcomers * made(high, by: new))
        while surplus > 0, let last = known.max(by: { (end($0), $0) < (end($1), $1) }) {
            (counts[last], surplus) = (counts[last] - 1, surplus - 1)
        }
        if known.allSatisfy({ counts[$0] == 0 }), let fastest = known.min(by: { costs[$0] < costs[$1] }) {
            counts[fastest] = 1
        }
    }

    /// Gives one leaf of others' to those who have none and would be done with it so little later than all.
    mutating func giveIdleOne(within delay: Double) {
        let latest = known.reduce(0) { max($0, end($1)) }
        for i in known.sorted(by: { costs[$0] < costs[$1] }) where counts[i] == 0 && costs[i] <= latest + delay {
            guard let last = known.filter({ counts[$0] > 1 }).max(by: { end($0) < end($1) }) else { break }
            (counts[last], counts[i]) = (counts[last] - 1, 1)
        }
    }

    /// Moves what is over for whoever has more than one for each thread to others' idle threads.
    mutating func fillThreads() {
        for i in known where counts[i] > threads[i] {
            let others = known.filter { $0 != i && counts[$0] > 0 }
            guard over(i) > 0, others.reduce(0, { $0 + room($1) }) >= over(i) else { continue }
            for other in others {
                let moved = min(room(other), over(i))
                (counts[i], counts[other]) = (counts[i] - moved, counts[other] + moved)
            }
        }
    }

    private func over(_ i: Int) -> Int { counts[i] % threads[i] }
    /// How many further leaves a worker's threads could compute while others of them compute what they have.
    private func room(_ i: Int) -> Int { (threads[i] - over(i)) % threads[i] }
    /// When it is done with what it has.
    private func end(_ i: Int) -> Double { counts[i] > 0 ? Double(counts[i]) * costs[i] : 0 }
}
