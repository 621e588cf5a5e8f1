/// Where the time of one round went: what its workers did.
package struct RoundTimes: Equatable, Sendable {
    /// A worker's round.
    package struct Worker: Equatable, Sendable {
        /// Its name, for people.
        package let name: String
        /// How long it computed, by its own word.
        package var computing: Duration
        /// How long its work and what came of it were on their way: from the work's sending, or its report before where
        /// that came later, to its report, but for the computing and the gathering.
        package var exchanging: Duration
        /// How long it had nothing to compute because samples were on their way to it, by its own word.
        package var gathering: Duration
        /// How many leaves it reported of.
        package var leafCount: Int

        /// What a worker did.
        package init(
            name: String, computing: Duration, exchanging: Duration, gathering: Duration = .zero, leafCount: Int = 0
        ) {
            (self.name, self.computing, self.exchanging) = (name, computing, exchanging)
            (self.gathering, self.leafCount) = (gathering, leafCount)
        }
    }
    /// From the end of the round before to this one's.
    package let whole: Duration
    /// The workers that had a part in it, by name.
    ///
    /// What is left of a worker's round is waiting.
    package let workers: [Worker]

    /// Times of a round.
    package init(whole: Duration, workers: [Worker]) {
        (self.whole, self.workers) = (whole, workers)
    }
}

/// Measures rounds: when work was sent, and when its reports came.
package struct RoundClock: Sendable {
    private var begin: Duration?
    private var sent: [WorkerID: [(claim: UInt64, time: Duration)]] = [:]
    /// When a worker's last report came, and how much of its computing went on before the one before it came: with
    /// several works at once that was counted as time on the way, and the next report's is less for it.
    private var reported: [WorkerID: (time: Duration, counted: Duration)] = [:]
    private var workers: [WorkerID: RoundTimes.Worker] = [:]

    /// A clock before the first round; how long that one takes nobody is told, since workers join in it.
    package init() {}

    /// Takes note that work was sent.
    package mutating func onWork(_ claim: UInt64, to worker: WorkerID, at now: Duration) {
        sent[worker, default: []].append((claim, now))
    }

    /// Takes note that a report of it was taken.
    package mutating func onReport(
        _ claim: UInt64, leafCount: Int = 0, computing: Duration, gathering: Duration = .zero, from worker: WorkerID,
        named name: String, at now: Duration
    ) {
        guard let place = sent[worker]?.firstIndex(where: { $0.claim == claim }),
            let work = sent[worker]?.remove(at: place)
        else { return }
        // A worker's word may be anything.
        let computing = min(max(computing, .zero), now - work.time)
        let last = reported[worker].flatMap { $0.time >= work.time ? $0 : nil } ?? (work.time, .zero)
        let onTheWay = now - last.time - computing - last.counted
        reported[worker] = (now, max(.zero, .zero - onTheWay))
        workers[worker, default: .init(name: name, computing: .zero, exchanging: .zero)].computing += computing
        let gathering = min(max(gathering, .zero), max(.zero, onTheWay))
        workers[worker]?.exchanging += max(.zero, onTheWay) - gathering
        workers[worker]?.gathering += gathering
        workers[worker]?.leafCount += leafCount
    }

    /// Takes note that no worker is left: how long this round takes nobody is told, as of the first one.
    package mutating func onDesertion() { begin = nil }

    /// Takes note of a round's end, after which claims below `over` are of no use any more.
    ///
    /// - Returns: its times; nil for the first one.
    package mutating func onRound(over: UInt64 = .max, at now: Duration) -> RoundTimes? {
        defer {
            (begin, workers) = (now, [:])
            sent = sent.compactMapValues { works in
                let left = works.filter { $0.claim >= over }
                return left.isEmpty ? nil : left
            }
            reported = reported.filter { sent[$0.key] != nil }
        }
        return begin.map { begin in
            RoundTimes(whole: now - begin, workers: workers.values.sorted { $0.name < $1.name })
        }
    }
}
