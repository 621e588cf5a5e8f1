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
        /// Whether that was when it was looked before.
        var isOld = false
        /// What is left of a round: messages, the coordinator's own work and waiting.
        var rest: Double { max(0, whole - computing) }
    }
    /// After a change connections have to get going: so many rounds are not counted, and so many are.
    private static let (settling, judged) = (2, 5)
    /// Shorter rounds are not worth anybody's while, in seconds.
    private static let leastRound = 0.004
    /// A number is tried where it promises such a part of a round, and kept where it needs such a part.
    private static let (promising, better) = (0.9, 0.95)
    /// A gain of less than this is confirmed: the number before is measured once more.
    private static let clear = 1.5
    /// After so many rounds it is looked again, at first and at most; and where rounds take so many times as long as
    /// when it was looked, or as short, after so many.
    private static let (firstLook, lastLook, quickLook) = (64, 512, 16)
    private static let otherwise = 2.0
    /// What is known of other numbers holds while rounds take as long as then, but for such a part.
    private static let alike = 0.2
    /// A trial most of whose rounds can't be judged ends after so many.
    private static let longestTrial = 32

    /// So many changes are told of.
    private static let toldLimit = 20

    /// When the last round was made; nil where the one in hand was begun later.
    var lastEnd: Duration?
    /// Whether nothing happened since that makes a round longer than it has to be with these workers: somebody was new,
    /// late or gone, or waited for samples.
    var isOrdinary = true
    private let choice: CrewChoice
    private let leafCount: Int
    /// Whether more rounds are audited than not, for which two workers are asked at least: then those are timed.
    private let areMostAudited: Bool
    /// How many are given leaves, but for a trial; nil for all.
    private var kept: Int?
    private var trial: Int?
    /// Of how many workers `times` tell, and how many rounds ended since so many are asked.
    private var (asked, passed) = (0, 0)
    private var times: [Taken] = []
    /// What is known of numbers of workers, since rounds of the number that is kept took so long.
    private var known: [Int: Taken] = [:]
    private var basis = 0.0
    /// What the number that is kept took when it was measured before the trials, where it is measured once more.
    private var unconfirmed: (count: Int, taken: Taken)?
    /// In how many rounds it is looked again, how many passed since it was looked, and after how many it will be then.
    private var (untilLook, sinceLook, nextLook) = (0, 0, Self.firstLook)
    private var toldCount = 0

    init(_ choice: CrewChoice, leafCount: Int, areMostAudited: Bool = false) {
        (self.choice, self.leafCount, self.areMostAudited) = (choice, leafCount, areMostAudited)
        if case .count(let count) = choice { kept = count }
    }

    private var least: Int { areMostAudited ? 2 : 1 }

    /// How many workers are given leaves; nil for all.
    var limit: Int? { trial ?? kept }

    /// Takes note that a round is made.
    ///
    /// - Parameters:
    ///   - round: the round.
    ///   - readyCount: how many workers there are.
    ///   - now: the time.
    /// - Returns: a change that people are told of.
    mutating func onRound(_ round: Ledger, readyCount: Int, at now: Duration) -> CrewChange? {
        let isTimed = isOrdinary && round.isAudited == areMostAudited && !round.isLookedThrough
        let taken = lastEnd.flatMap { begin in
            let whole = (now - begin).seconds
            return isTimed ? Taken(whole: whole, computing: min(round.longest.seconds, whole)) : nil
        }
        (lastEnd, isOrdinary) = (now, true)
        return onRound(taken, readyCount: readyCount)
    }

    /// Takes note of a round's end; nil where what it took says nothing of its workers.
    private mutating func onRound(_ taken: Taken?, readyCount: Int) -> CrewChange? {
        let ready = min(readyCount, leafCount)
        guard choice == .best, ready >= least else { return nil }
        let count = min(limit ?? ready, ready)
        if count != asked {
            begin(count)
            if trial == nil { untilLook = 0 }
        }
        (passed, sinceLook, untilLook) = (passed + 1, sinceLook + 1, max(0, untilLook - 1))
        if let taken, passed > Self.settling {
            times.append(taken)
            if times.count > Self.judged { times.removeFirst() }
        }
        if trial == nil, times.count == Self.judged, isOtherwise {
            // By rounds that all are of how it is now.
            begin(count)
            (untilLook, sinceLook, nextLook) = (0, 0, Self.firstLook)
            return nil
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

    /// Whether rounds take much longer than when it was looked last, or much shorter.
    private var isOtherwise: Bool {
        guard sinceLook >= Self.quickLook, let then = known[asked]?.whole else { return false }
        let now = median(\.whole)
        return now > Self.otherwise * then || Self.otherwise * now < then
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
        let before = min(kept ?? ready, ready)
        if trial == nil {
            let now = known[asked]?.whole ?? 0
            if abs(now - basis) > Self.alike * basis { (known, basis) = (known.filter { $0.key == asked }, now) }
            for key in known.keys where key != asked { known[key]?.isOld = true }
            unconfirmed = nil
        }
        if let first = unconfirmed, first.count == asked, let again = known[asked], again.whole > first.taken.whole {
            known[asked] = first.taken
        }
        let best = known.filter { $0.key <= ready }.min { ($0.value.whole, $0.key) < ($1.value.whole, $1.key) }
        guard let best else { return nil }
        if best.value.isOld, let now = known[before], best.value.whole < Self.better * now.whole {
            return attempt(best.key)
        }
        let promised = (least...ready).filter { known[$0] == nil }.map { (count: $0, whole: estimate($0)) }
            .min { $0.whole < $1.whole }
        if unconfirmed == nil, let promised, best.value.whole >= Self.leastRound,
            promised.whole < Self.promising * best.value.whole
        {
            return attempt(promised.count)
        }
        var change: CrewChange?
        if best.key != before, let then = known[before], best.value.whole < Self.better * then.whole {
            if unconfirmed == nil, then.whole < Self.clear * best.value.whole {
                unconfirmed = (before, then)
                return attempt(before)
            }
            (kept, basis) = (best.key < ready ? best.key : nil, best.value.whole)
            nextLook = Self.firstLook
            toldCount += 1
            change = CrewChange(
                asked: best.key, ready: readyCount, round: best.value.whole, askedBefore: before,
                roundBefore: then.whole, isLastTold: toldCount == Self.toldLimit)
        }
        trial = nil
        // Only where it was looked because so many rounds had passed does nothing change for longer by now.
        let wasDue = sinceLook >= nextLook
        (untilLook, sinceLook) = (nextLook, 0)
        if change == nil, wasDue { nextLook = min(2 * nextLook, Self.lastLook) }
        // What could not be judged may be another time.
        known = known.filter { $0.value.whole.isFinite }
        let count = min(kept ?? ready, ready)
        if count != asked { begin(count) }
        if known[count] == nil { untilLook = 0 }  // workers came or went during the trials
        return toldCount > Self.toldLimit ? nil : change
    }

    private mutating func attempt(_ count: Int) -> CrewChange? {
        trial = count
        begin(count)
        return nil
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
    /// Whether no further change is told of.
    package let isLastTold: Bool
}
