package import Wire

/// Which workers there are, what they said of themselves, and when each was last heard of.
package struct Roster: Sendable {
    /// Leaves that a worker was given.
    package struct Given: Sendable {
        /// The claim's number.
        package let claim: UInt64
        /// How many leaves it has.
        package let leafCount: Int
        /// Since when.
        package let since: Duration
        /// Since when the worker can have been at it: it had something else in hand before.
        package internal(set) var begun: Duration
        /// When the answer is overdue; nil where nothing is known to judge by.
        package internal(set) var due: Duration?
        /// Whether it was told that others were faster.
        var isToldOver = false
    }
    /// A worker as the coordinator knows it.
    package struct Member: Sendable {
        /// What does not change, so that a copy of a member is one reference to it.
        private final class Introduction: Sendable {
            let hello: Hello
            let name, party: String

            init(_ hello: Hello) {
                (self.hello, name) = (hello, hello.name.printable)
                party = WorkerName.party(of: name)
            }

            deinit {}
        }
        private let introduction: Introduction
        /// When it was last heard of.
        package internal(set) var lastHeard: Duration
        /// Whether it has the job, and its samples or room for those of its leaves.
        package internal(set) var isReady = false
        /// Its compute threads at hand; 0 for a relay that has no workers at present.
        package internal(set) var threads: Int
        /// Whether it takes parameters in parts ahead of work.
        package internal(set) var takesParts = false
        /// The rounds whose parameters it has, as far as the coordinator knows: as many as are computed at once.
        var parametersRounds: [Int] = []
        /// The round in which it was given leaves last, and the first leaf that it was given in that round.
        package internal(set) var home: (round: Int, leaf: Int)?

        /// What it was given last and has not answered for, be it of use still or not.
        package internal(set) var inHand: Given?
        /// What it was given to do after that.
        package internal(set) var next: Given?
        /// What it was given before and did not seem to know of: its answer may come late.
        var mislaid: Given?
        /// Whether its connection has ended and it was not heard of since.
        package internal(set) var isCutOff = false
        /// How often that was told of lately.
        fileprivate var cutOffsTold = (count: 0, since: Duration.zero)
        /// What it was given and has not answered for, in the order in which it computes.
        var given: [Given] { [inHand, next].compactMap(\.self) }
        /// Whether its probe is the coordinator's own, so that its answers can be compared with others.
        package internal(set) var isComparable = false

        init(_ hello: Hello, at now: Duration) {
            (introduction, lastHeard, threads) = (Introduction(hello), now, hello.threads)
        }

        /// What it said when it joined.
        package var hello: Hello { introduction.hello }

        /// The worker's name, fit for a terminal.
        package var name: String { introduction.name }

        /// Whose word its is, where names come with keys.
        var party: String { introduction.party }
    }

    /// There are no more workers at once.
    package static let memberLimit = 4096
    /// So often in such a time, and no more, it is told that a worker's connection has ended.
    private static let (cutOffsInWindow, cutOffWindow) = (8, Duration.seconds(60))
    /// Of so many workers that fell silent it is known that they may be heard of again.
    private static let lostLimit = 256
    /// Silent for longer than this, a worker is taken for dead.
    package let lease: Duration
    /// The workers.
    package private(set) var members: [WorkerID: Member] = [:]
    /// Those who said that they are ready, in the order of their names: sorting all at each answer would take longer
    /// than all else.
    private var order: [(name: String, id: WorkerID)] = []
    /// Those who fell silent last and were not heard of since: they may live, and then nothing tells them what was
    /// said to everybody meanwhile.
    private var lost: [WorkerID] = []

    /// Nobody yet.
    package init(lease: Duration) { self.lease = lease }

    /// Takes a worker in; one of the same identity is replaced.
    mutating func onHello(_ hello: Hello, from worker: WorkerID, at now: Duration) {
        forgetOrder(of: worker)
        lost.removeAll { $0 == worker }
        members[worker] = Member(hello, at: now)
    }

    /// Notes a sign of life; nil when the worker is not known.
    mutating func onSign(from worker: WorkerID, at now: Duration) -> Member? {
        members[worker]?.lastHeard = now
        members[worker]?.isCutOff = false
        return members[worker]
    }

    /// Notes how many compute threads a worker has at hand.
    mutating func note(threads: Int, at worker: WorkerID) { members[worker]?.threads = threads }

    mutating func onReady(_ worker: WorkerID, takesParts: Bool, isComparable: Bool) {
        if let member = members[worker], !member.isReady {
            let name = member.hello.name
            let place = order.firstIndex { $0.name == name ? worker < $0.id : name < $0.name }
            order.insert((name, worker), at: place ?? order.endIndex)
        }
        members[worker]?.isReady = true
        members[worker]?.takesParts = takesParts
        members[worker]?.isComparable = isComparable
    }

    /// Notes that a worker was given something: it has that in hand, or has it to do after that.
    mutating func note(given: Given, at worker: WorkerID) {
        if members[worker]?.inHand == nil { members[worker]?.inHand = given } else { members[worker]?.next = given }
    }

    /// Notes that a worker is done with what it was given, or that it is not to do it; what it was to do after that it
    /// has in hand then.
    mutating func note(done claim: UInt64, at worker: WorkerID, _ now: Duration) {
        guard let member = members[worker] else { return }
        if member.next?.claim == claim { members[worker]?.next = nil }
        guard member.inHand?.claim == claim else { return }
        members[worker]?.inHand = member.next
        members[worker]?.next = nil
        if let given = member.next { members[worker]?.inHand?.begun = max(given.since, now) }
    }

    /// Notes that a worker has nothing in hand.
    mutating func noteIdle(_ worker: WorkerID) {
        members[worker]?.inHand = nil
        members[worker]?.next = nil
    }

    /// Notes that a worker does not seem to know of what it was given.
    mutating func note(mislaid given: Given, at worker: WorkerID, _ now: Duration) {
        members[worker]?.mislaid = given
        members[worker]?.parametersRounds = []
        note(done: given.claim, at: worker, now)
    }

    /// Notes that a worker's connection has ended.
    ///
    /// - Returns: whether that is to be told: a link may come and go many times a second.
    mutating func noteCutOff(_ worker: WorkerID, at now: Duration) -> Bool {
        members[worker]?.isCutOff = true
        guard var told = members[worker]?.cutOffsTold else { return false }
        if now - told.since >= Self.cutOffWindow { told = (0, now) }
        told.count += 1
        members[worker]?.cutOffsTold = told
        return told.count <= Self.cutOffsInWindow
    }

    /// Notes that a worker was told that what it has in hand is of no use any more, but for these claims.
    mutating func noteToldOver(_ worker: WorkerID, but claims: [UInt64]) {
        if let given = members[worker]?.inHand, !claims.contains(given.claim) {
            members[worker]?.inHand?.isToldOver = true
        }
        if let given = members[worker]?.next, !claims.contains(given.claim) { members[worker]?.next?.isToldOver = true }
    }

    /// Notes when what a worker has in hand is overdue.
    mutating func note(due: Duration, at worker: WorkerID) { members[worker]?.inHand?.due = due }

    /// Forgets which parameters workers were sent: they may be others now under the same number.
    mutating func forgetParameters() {
        for worker in members.keys { members[worker]?.parametersRounds = [] }
    }

    /// Forgets which parameters a worker was sent: they may never have come.
    mutating func forgetParameters(of worker: WorkerID) { members[worker]?.parametersRounds = [] }

    /// Notes that a worker has a round's parameters, and those of as many others as it keeps.
    mutating func note(parametersOf round: Int, at worker: WorkerID, kept: Int) {
        members[worker]?.parametersRounds.keep(round, kept)
    }

    /// Notes the first leaf that a worker was given in a round; what it is given later in that round is another's.
    mutating func note(firstLeaf leaf: Int, of round: Int, at worker: WorkerID) {
        if members[worker]?.home?.round != round { members[worker]?.home = (round, leaf) }
    }

    /// Removes a worker and returns what was known of it.
    mutating func remove(_ worker: WorkerID) -> Member? {
        forgetOrder(of: worker)
        return members.removeValue(forKey: worker)
    }

    /// Notes that a worker that is no member any more only fell silent.
    mutating func note(lost worker: WorkerID) {
        lost.append(worker)
        if lost.count > Self.lostLimit { lost.removeFirst() }
    }

    private mutating func forgetOrder(of worker: WorkerID) {
        if members[worker]?.isReady ?? false { order.removeAll { $0.id == worker } }
    }

    /// Notes that nobody could be heard for so long until now.
    mutating func excuse(silenceOf time: Duration, at now: Duration) {
        for (worker, member) in members { members[worker]?.lastHeard = min(now, member.lastHeard + time) }
    }

    /// The workers whose lease is over.
    func expired(at now: Duration) -> [WorkerID] {
        members.filter { now - $0.value.lastHeard > lease }.map(\.key).sorted()
    }

    /// All workers, in an order that does not depend on a hash.
    var all: [WorkerID] { members.keys.sorted() }

    /// All workers, and those of whom it is not known whether they live.
    var allWhoMayLive: [WorkerID] { all + lost }

    /// The workers that can compute, in the order of their names, so that who gets what does not depend on a hash.
    var ready: [(id: WorkerID, member: Member)] {
        order.compactMap { entry in
            members[entry.id].flatMap { $0.threads > 0 ? (id: entry.id, member: $0) : nil }
        }
    }
}

extension [Int] {
    /// Adds a round, beside those of the others that can be computed at once with it.
    mutating func keep(_ round: Int, _ count: Int) {
        removeAll { abs($0 - round) >= count }
        if !contains(round) { append(round) }
    }
}
