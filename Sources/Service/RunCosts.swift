package import Coordination
package import Numerics
import Upstream

/// Where the time of several rounds went: sums over rounds, for the means that people read.
package struct RunCosts: Sendable {
    private var all = Sums()
    /// Those that advice goes by: without the few that took so much longer than the ones before them that it can't be
    /// their work's doing, as where a worker was stopped.
    private var usual = Sums()
    /// More than so many times the mean is left out of them, as long as it is a small part of all rounds: a network
    /// that is slow from some round on is none.
    private static let (mostOfMean, mostLeftOut) = (20.0, 0.02)
    private var byWorker: [String: RoundTimes.Worker] = [:]
    /// How many rounds were counted.
    package var rounds: Int { all.rounds }
    /// How many workers there were, a sum over rounds that ended.
    private var present = (workers: 0, rounds: 0)

    /// Of no rounds.
    package init() {}

    /// Takes a round in.
    package mutating func add(_ times: RoundTimes) {
        let isLong = usual.rounds > 0 && 1e3 * times.whole.seconds > Self.mostOfMean * usual.mean(usual.whole)
        if !isLong || Double(all.rounds - usual.rounds) > Self.mostLeftOut * Double(usual.rounds) { usual.add(times) }
        all.add(times)
        for worker in times.workers {
            byWorker[worker.name, default: .init(name: worker.name, computing: .zero, exchanging: .zero)] += worker
        }
    }

    /// Takes in how many workers there were when a round ended.
    package mutating func add(workers: Int) {
        present = (present.workers + workers, present.rounds + 1)
    }

    /// Milliseconds of a round.
    package var round: Double { all.mean(all.whole) }

    /// What each worker's rounds were, by name.
    package var workers: [RunMetrics.Worker] {
        byWorker.sorted { $0.key < $1.key }.map { name, times in
            let (computing, exchanging) = (all.mean(times.computing), all.mean(times.exchanging))
            let waiting = max(0, round - computing - exchanging)
            return RunMetrics.Worker(
                worker: name, computing: computing, exchanging: exchanging, waiting: waiting,
                gathering: times.gathering > .zero ? min(all.mean(times.gathering), waiting) : nil,
                leaves: Double(times.leafCount) / Double(max(rounds, 1)))
        }
    }

    /// Times of rounds.
    private struct Sums {
        private(set) var rounds = 0
        private(set) var whole = Duration.zero
        private var own = RoundTimes.Worker(name: "", computing: .zero, exchanging: .zero)
        /// How often a worker had a part in a round, and how long all these rounds were.
        private(set) var parts = 0
        private var partsWhole = Duration.zero

        mutating func add(_ times: RoundTimes) {
            (rounds, whole, parts) = (rounds + 1, whole + times.whole, parts + times.workers.count)
            partsWhole += times.whole * times.workers.count
            for worker in times.workers { own += worker }
        }

        /// Milliseconds of a round, where it is so long in all of them.
        func mean(_ time: Duration) -> Double { 1e3 * time.seconds / Double(max(rounds, 1)) }

        /// Milliseconds of a round, of the mean worker that had a part in it.
        var means: (computing: Double, exchanging: Double, gathering: Double, whole: Double) {
            func mean(_ time: Duration) -> Double { 1e3 * time.seconds / Double(max(parts, 1)) }
            return (mean(own.computing), mean(own.exchanging), mean(own.gathering), mean(partsWhole))
        }
    }

    /// The line that a person reads; nil of no rounds.
    package var text: String? {
        let (computing, exchanging, gathering, round) = all.means
        let waiting = max(0, round - computing - exchanging)
        // A part may begin before its round does. Shares are rounded so that they add up.
        let whole = computing + exchanging + waiting
        guard whole > 0 else { return nil }
        let ends = [computing, computing + exchanging, whole].map { Int((100 * $0 / whole).rounded()) }
        func words(_ time: Double, _ share: Int) -> String { "\(format(time)) ms (\(share) %)" }
        return """
            of a round of \(format(round)) ms \(name) computed \(words(computing, ends[0])), exchanged \
            \(words(exchanging, ends[1] - ends[0])) and waited \(words(waiting, ends[2] - ends[1]))\
            \(gathering > 0 ? ", \(format(min(gathering, waiting))) ms of them for samples" : "")
            """
    }

    /// Whose times these are.
    private var name: String {
        if byWorker.count == 1 { return "the worker" }
        return all.parts < byWorker.count * rounds ? "each worker that had a part in it" : "each worker"
    }

    private func format(_ milliseconds: Double) -> String {
        let tenths = (10 * milliseconds).rounded() / 10
        return tenths < 100 ? "\(tenths)" : "\(Int(milliseconds.rounded()))"
    }

    /// What a person reads where workers had nothing to do, since a step has fewer shards than workers; else nil.
    package func idleness(shards: Int) -> String? {
        guard present.rounds > 0, rounds > 0 else { return nil }
        let workers = Int((Double(present.workers) / Double(present.rounds)).rounded())
        // In an audited round two workers have the same leaves; where few workers are asked, shards are no reason.
        let idle = workers - max(shards, Int((Double(all.parts) / Double(rounds)).rounded()))
        guard workers > shards, idle > 0 else { return nil }
        return """
            \(idle) of \(many(workers, "worker")) had nothing to do in a step, which has only \
            \(many(shards, "shard")); another job with more --shards would give all of them some
            """
    }

    /// What would help where workers exchange for longer than they compute, and by how much.
    ///
    /// - Parameters:
    ///   - wire: what the job's sums travel as.
    ///   - stepsPerRound: steps of the optimiser in a round.
    ///   - roundsAtOnce: how many rounds the job computes at once.
    ///   - steps: the job's, which local steps have to divide.
    /// - Returns: the line that a person reads; nil where they don't, or nothing would.
    package func advice(wire: ElementType, stepsPerRound: Int, roundsAtOnce: Int = 1, steps: Int) -> String? {
        let (own, exchanging, gathering, _) = usual.means
        let round = usual.mean(usual.whole)
        // Whatever is done about exchanges leaves the wait for samples as it is.
        let computing = own + gathering
        // Times of less than a millisecond are the processors' and not a network's.
        guard usual.rounds > 10, exchanging > computing / 2, exchanging > 1 else { return nil }
        let leftOut = all.rounds - usual.rounds
        let but = leftOut == 0 ? "" : "but for \(many(leftOut, "round")) that took far longer, "
        var options: [String] = []
        if stepsPerRound == 1, roundsAtOnce == 1 {
            let rate = round / max(computing, round - computing)
            options.append("--overlap computes while sums travel, one step behind: about \(times(rate))")
        }
        guard exchanging > computing else {
            return options.first.map {
                "\(but)workers exchange for more than a third of the time; another job could be faster: \($0)"
            }
        }
        if wire == .float32 {
            let rate = round / (round - exchanging / 2)
            options.append("--wire bfloat16 halves what travels: about \(times(rate))")
        }
        // So many steps between exchanges that these take a tenth of the time, but no more than were ever tried.
        let step = max(computing / Double(stepsPerRound), 0.01)
        let wanted = min(500, Int((9 * (round - computing) / step).rounded(.up)))
        let usable = LocalStepCounts.usable(in: steps, from: stepsPerRound + 1)
        if wanted > stepsPerRound, let local = usable.first(where: { $0 >= wanted }) ?? usable.last {
            let rate = round / Double(stepsPerRound) / (step + (round - computing) / Double(local))
            options.append("--local-steps \(local) exchanges less often: about \(times(rate))")
        }
        if let (relays, part) = relays {
            let rate = round / (computing + (round - computing) * part)
            options.append(
                "\(relays) relays (\(RunPlan.starting(relays: relays))) stand for all on the coordinator's link: "
                    + "\(times(rate)) or more, which this job may have, too")
        }
        if options.isEmpty { return nil }
        return "\(but)workers exchange for longer than they compute; another job could be faster: "
            + options.joined(separator: "; ")
    }

    /// How many relays suit the machines, where there are several and no relay yet, and what part of an exchange is
    /// left with them at most: the vectors of the relays and, one after the other, those of one relay's workers.
    private var relays: (count: Int, part: Double)? {
        let names = Set(byWorker.keys.map(WorkerName.machine))
        // Where few are asked the others take nothing of the link.
        let machines = min(names.count, usual.parts / max(usual.rounds, 1))
        guard machines >= 4, !names.contains(where: { $0.hasPrefix("relay ") }) else { return nil }
        let count = RunPlan.relays(suiting: machines)
        let others = (machines + count - 1) / count - 1
        return (count, Double(count + others) / Double(machines))
    }

    /// What would help where workers wait for samples for a good part of the time, and more than they exchange; nil
    /// where they don't.
    package var sampleAdvice: String? {
        let (computing, exchanging, gathering, whole) = usual.means
        let waiting = min(gathering, whole - computing - exchanging)
        guard usual.rounds > 10, waiting > 1, waiting > exchanging, 3 * waiting > whole else { return nil }
        return """
            workers wait for samples for \(Int((100 * waiting / whole).rounded())) % of the time; a worker with --data FILE, a \
            copy of the dataset on its own machine, waits for none, and one with --cache FOLDER for none that it was sent before
            """
    }

    private func times(_ rate: Double) -> String { "\((10 * rate).rounded() / 10) times the rate" }
}

extension RoundTimes.Worker {
    fileprivate static func += (sum: inout Self, further: Self) {
        sum.computing += further.computing
        sum.exchanging += further.exchanging
        sum.gathering += further.gathering
        sum.leafCount += further.leafCount
    }
}
