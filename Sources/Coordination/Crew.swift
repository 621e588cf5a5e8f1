/// How many workers are given leaves: as many as rounds are shortest with.
///
/// Every worker that computes costs the coordinator's link a sum and what is published. Where these take most of a
/// round, fewer workers may be done sooner with all of its leaves than all workers with few each. How long rounds take
/// is measured with all; another number is tried where that promises to be worth it, for as long as it takes to see
/// that, and kept if it is. Now and then it is looked anew. Whoever computes, the sums are the same.
struct Crew: Sendable {
    /// What rounds took with a number of workers, in seconds, and how long in them the slowest worker computed.
    private struct Taken {
        var whole, computing: Double
        /// What is left of a round: messages, the coordinator's own work and waiting.
        var rest: Double { max(0, whole - computing) }
    }
    /// After a change connections have to get going: so many rounds are not counted, and so many are.
    private static let (settling, judged) = (2, 5)
    /// Shorter rounds are not worth anybody's while, in seconds.
    private static let leastRound = 0.004
    /// A number is tried where it promises such a part of a round, and kept where it needs such a part.
    private static let (promising, better) = (0.9, 0.95)
    /// After so many rounds it is looked again, at first and at most.
    private static let (firstLook, lastLook) = (64, 512)
    /// A trial most of whose rounds can't be judged ends after so many.
    private static let longestTrial = 32

    /// When the last round was made; nil where the one in hand was begun later.
    var lastEnd: Duration?
    /// Whether nothing happened since that makes a round longer than it has to be with these workers: somebody was new,
    /// late or gone, or waited for samples.
    var isOrdinary = true
    private let choice: CrewChoice
    /// How many are given leaves, but for a trial; nil for all.
    private var kept: Int?
    private var trial: Int?
    /// Of how many workers `times` tell, and how many rounds ended since so many are asked.
    private var (asked, passed) = (0, 0)
    private var leafCount = 0
    private var times: [Taken] = []
    /// What is known of numbers of workers; of those that are not asked now, since it was looked last.
    private var known: [Int: Taken] = [:]
    private var (untilLook, nextLook) = (0, Self.firstLook)

    init(_ choice: CrewChoice) {
        self.choice = choice
        if case .count(let count) = choice { kept = count }
    }

    /// How many workers are given leaves; nil for all.
    var limit: Int? { trial ?? kept }

    /// Takes note that a round, or a relay's run, is made.
    ///
    /// - Parameters:
    ///   - round: the round.
    ///   - readyCount: how many workers there are.
    ///   - now: the time.
    /// - Returns: a change that people are told of.
    mutating func onRound(_ round: Ledger, readyCount: Int, at now: Duration) -> CrewChange? {
        let begin = round.begun.map { max($0, lastEnd ?? .zero) } ?? lastEnd
        let isTimed = isOrdinary && !round.isAudited && !round.isLookedThrough
        let taken = begin.flatMap { begin in
            let whole = (now - begin).seconds
            return isTimed ? Taken(whole: whole, computing: min(round.longest.seconds, whole)) : nil
        }
        (lastEnd, isOrdinary) = (now, true)
        return onRound(taken, leafCount: round.leafCount, readyCount: readyCount)
    }

    /// Takes note of a round's end; nil where what it took says nothing of its workers.
    private mutating func onRound(_ taken: Taken?, leafCount: Int, readyCount: Int) -> CrewChange? {
        guard choice == .best, readyCount > 0 else { return nil }
        let ready = min(readyCount, leafCount)
        let count = min(limit ?? ready, ready)
        if leafCount != self.leafCount {
            // Nothing that is known can be compared with what comes.
            (self.leafCount, trial, known) = (leafCount, nil, [:])
            begin(count)
        }
        if count != asked {
            begin(count)
            if trial == nil { untilLook = 0 }
        }
        passed += 1
        untilLook = max(0, untilLook - 1)
        if let taken, passed > Self.settling {
            times.append(taken)
            if times.count > Self.judged { times.removeFirst() }
        }
        if times.count == Self.judged, untilLook == 0 || trial != nil {
            known[count] = Taken(whole: median(\.whole), computing: median(\.computing))
        } else if trial != nil, passed > Self.longestTrial {
            known[count] = Taken(whole: .infinity, computing: 0)
        } else {
            return nil
        }
        return decide(ready, of: readyCount)
    }

    private mutating func begin(_ count: Int) {
        (asked, passed) = (count, 0)
        times.removeAll(keepingCapacity: true)
    }

    private func median(_ part: KeyPath<Taken, Double>) -> Double {
        times.map { $0[keyPath: part] }.sorted()[times.count / 2]
    }

    /// Tries the number that promises most, or keeps the one that was best.
    private mutating func decide(_ ready: Int, of readyCount: Int) -> CrewChange? {
        // What was known of others when it was looked before may be long ago.
        if trial == nil { known = known.filter { $0.key == asked } }
        let before = kept.map { min($0, ready) } ?? ready
        guard let best = known.filter({ $0.key <= ready }).min(by: { $0.value.whole < $1.value.whole }) else {
            return nil
        }
        let promised = (1...ready).filter { known[$0] == nil }.map { (count: $0, whole: estimate($0)) }
            .min { $0.whole < $1.whole }
        if let promised, best.value.whole >= Self.leastRound, promised.whole < Self.promising * best.value.whole {
            trial = promised.count
            begin(promised.count)
            return nil
        }
        trial = nil
        (untilLook, nextLook) = (nextLook, min(2 * nextLook, Self.lastLook))
        var change: CrewChange?
        if best.key != before, let then = known[before], best.value.whole < Self.better * then.whole {
            kept = best.key < ready ? best.key : nil
            nextLook = Self.firstLook
            change = CrewChange(
                asked: best.key, ready: readyCount, round: best.value.whole, askedBefore: before,
                roundBefore: then.whole)
        }
        let count = kept.map { min($0, ready) } ?? ready
        if count != asked { begin(count) }
        return change
    }

    /// How long a round may take with another number of workers, in seconds, by what is known of others.
    ///
    /// Computing follows from the leaves that each has. What is left of a round lies on a line through the two numbers
    /// that are nearest; where there is but one, it grows with the workers below that number, as it does where they
    /// share a link, and not at all up to twice the number: that is to be found out. More are not estimated.
    private func estimate(_ count: Int) -> Double {
        let near = known.filter { $0.value.whole.isFinite }.sorted {
            (abs($0.key - count), $0.key) < (abs($1.key - count), $1.key)
        }
        guard let first = near.first, let most = near.map(\.key).max(), count <= 2 * most else { return .infinity }
        func leaves(_ count: Int) -> Double { Double((leafCount + count - 1) / count) }
        let computing = first.value.computing * leaves(count) / leaves(first.key)
        guard near.count > 1 else {
            return computing + first.value.rest * min(1, Double(count) / Double(first.key))
        }
        let second = near[1]
        let slope = (second.value.rest - first.value.rest) / Double(second.key - first.key)
        return computing + max(0, first.value.rest + slope * Double(count - first.key))
    }
}

/// How many workers are to be given leaves.
package enum CrewChoice: Equatable, Sendable {
    /// As many as rounds are shortest with.
    case best
    /// All that there are.
    case all
    /// So many, at most.
    case count(Int)
}

/// Another number of workers than before is given leaves, and why.
package struct CrewChange: Equatable, Sendable {
    /// How many are given leaves from now on, of how many that can compute.
    package let asked, ready: Int
    /// Seconds of a round with so many.
    package let round: Double
    /// How many were given leaves before.
    package let askedBefore: Int
    /// Seconds of a round with so many.
    package let roundBefore: Double
}
