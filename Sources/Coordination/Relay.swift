package import Wire

/// A relay's mind: a worker to its coordinator, a coordinator to its workers.
///
/// It joins with the threads of all its workers, hands the leaves that it is given down to them, and answers with one
/// sum for each complete subtree, as a worker of so many threads would. Leaves that a worker loses go to another one
/// below; those of a relay that dies go to others above.
package struct Relay: Sendable {
    /// What the relay's shell has to do.
    package enum Directive: Equatable, Sendable {
        /// As a worker's shell; of these, `compute`, `bring` and whatever is about blocks of samples never come.
        case up(Employment.Directive)
        /// As a coordinator's shell; of these, `finishRound`, `fail` and what is about answers that are compared, or
        /// disputed, never come.
        ///
        /// All sums are to be looked through, and parts of them before they are added to others. Where the dataset is
        /// not here, `sendSamples` is to call `onWanted`.
        case down(Training.Directive)
        /// Put the part of parameters that came into its place, the first one beginning anew, and send it on to these
        /// workers.
        case takePart(ParameterPart, to: [WorkerID])
        /// A run begins, with an empty tree; where parameters came with its work, or in parts ahead of it, they are
        /// sent down from now on. Parts of its sums are to be sent up as they are whole, in order.
        case beginRun(Work, withNewParameters: Bool)
        /// All leaves of the run are in its tree: look whether its sums are finite, and call `onSummed`.
        case finishRun(Work)
        /// Send the block of samples that came on to these workers.
        case passOn(block: Int, to: [WorkerID])
    }
    /// The upper half.
    package private(set) var employment: Employment
    /// The lower half; nil before there is a job.
    package internal(set) var training: Training?
    /// What the coordinator gave it, in the order in which it came: no more than rounds are computed at once.
    private var runs: [(work: Work, generation: Int)] = []
    private var generation = 0
    /// Which process's run, and how often that went back: its workers count such changes themselves.
    var published: (session: UInt64?, history: Int)?
    /// How many of its workers are given leaves: all or a number, as what its runs take says too little of them.
    private let crew: CrewChoice
    /// What it is known by to relays that wait.
    private let number: UInt64
    /// The relays that wait for a job where its own coordinator is to be.
    private var waitingAbove: [UInt64] = []
    /// Workers that came before there was a job.
    private var early: [WorkerID: Hello] = [:]
    /// Who waits for which block of samples, and those that are still to be asked for, in the order in which they came.
    var wanted: [Int: WantedBlock] = [:]
    var unasked: [Int] = []

    /// A relay that nobody has heard of, as `Employment.init`; its number is drawn at random.
    package init(
        _ hello: Hello, number: UInt64, datasetPath: String?, endpoint: String, keys: String? = nil,
        patience: Duration, hearsOfHandshakes: Bool = false, crew: CrewChoice = .all, at now: Duration
    ) {
        (self.number, self.crew) = (number, crew)
        employment = Employment(
            hello, datasetPath: datasetPath, endpoint: endpoint, keys: keys, patience: patience,
            hearsOfHandshakes: hearsOfHandshakes, at: now)
        employment.onThreads(0, at: now)
    }

    /// How many workers have said hello and not left.
    package var workerCount: Int { training?.roster.members.count ?? early.count }

    /// Whether a worker is one of them.
    package func knows(_ worker: WorkerID) -> Bool {
        training.map { $0.roster.members[worker] != nil } ?? (early[worker] != nil)
    }

    // MARK: - From above

    /// Takes a message of the coordinator's, as `Employment.onMessage`.
    package mutating func onMessage(
        _ message: Message, blockLengths: [Int] = [], isAhead: Bool = false, at now: Duration
    ) -> [Directive] {
        if case .sampleBlock(let block) = message, let directives = onBlock(block, at: now) {
            _ = employment.onMessage(message, blockLengths: blockLengths, at: now)
            return directives
        }
        if case .wait(let wait) = message {
            waitingAbove = wait.relays
            if wait.relays.contains(number) { return [.up(.fail(ringReason(wait.relays)))] }
        }
        let directives = employment.onMessage(message, blockLengths: blockLengths, isAhead: isAhead, at: now)
        if case .parameterPart(let part) = message, directives == [.takePart(part.part)] { return onPart(part) }
        return above(directives, at: now)
    }

    private func ringReason(_ relays: [UInt64]) -> String {
        let count = (relays.firstIndex(of: number) ?? 0) + 1
        let ring = count > 1 ? "\(count) relays wait for one another in a ring" : "this relay waits for itself"
        return "\(ring), and none for a coordinator: one has to --connect to the coordinator itself"
    }

    /// Takes note of what became of an attempt to be taken in by the coordinator.
    package mutating func onHandshake(_ outcome: Employment.Handshake, at now: Duration) -> [Directive] {
        employment.onHandshake(outcome, at: now).map { .up($0) }
    }

    /// Takes note of a message of the coordinator's that could not be read: the run in hand is dropped, as its
    /// parameters may be what could not be read.
    package mutating func onUnreadable(_ error: WireError, at now: Duration) -> [Directive] {
        dropRuns()
        return above(employment.onUnreadable(error, at: now), at: now)
    }

    /// Takes up the job that a welcome is of, or goes on with it.
    package mutating func onJob(_ offered: Employment.Job, in welcome: Welcome, at now: Duration) -> [Directive] {
        let isSame = employment.job?.digest == offered.digest
        let directives = above(employment.onJob(offered, in: welcome, at: now), at: now)
        guard isSame else { return directives }
        // Workers cut their sums as they were told when they came: they have to come again.
        let isCutAnew = training.map { $0.plan.parts != parts(of: offered.vectorCount) } ?? false
        // What was asked for went with the connection that was before.
        return directives + requestsForWanted() + (isCutAnew ? [.up(.prepare(generation: generation))] : [])
    }

    /// Takes note that the job's workers can be taken in: those of another job have to come again.
    ///
    /// - Parameters:
    ///   - plan: what of the job the lower half has to know.
    ///   - firstClaim: the number of its first claim, drawn at random; not 0.
    ///   - welcome: the coordinator's; how often workers show life, and how long they are waited for, is passed on.
    ///   - generation: the generation of the order.
    ///   - now: the time.
    /// - Returns: what to do about it.
    package mutating func onPrepared(
        _ plan: Training.Plan, firstClaim: UInt64, in welcome: Welcome, generation: Int, at now: Duration
    ) -> [Directive] {
        dropRuns()
        let new = Training(
            relaying: plan, firstClaim: firstClaim, heartbeat: welcome.heartbeat, lease: welcome.lease,
            probeDigest: welcome.probeDigest, crew: crew)
        (training, runs, wanted, unasked, self.generation) = (new, [], [:], [], generation)
        employment.onThreads(0, at: now)
        defer { early = [:] }
        return early.sorted { $0.key < $1.key }.flatMap { worker, hello in
            onMessage(.hello(hello), from: worker, at: now)
        }
    }

    // MARK: - From below

    /// Takes a message of a worker's, as `Training.onMessage`.
    package mutating func onMessage(
        _ message: Message, blockLengths: [Int] = [], isAhead: Bool = false, from worker: WorkerID, at now: Duration
    ) -> [Directive] {
        guard training != nil else {
            switch message {
            case .hello(let hello):
                early[worker] = hello
                return [.down(.send(.wait(Wait(relays: [number] + waitingAbove)), to: worker))]
            case .farewell:
                early[worker] = nil
                return []
            default: return [.down(.send(.refusal(Refusal(.unknownWorker, "say hello first")), to: worker))]
            }
        }
        let directives = training?.onMessage(
            message, blockLengths: blockLengths, isAhead: isAhead, from: worker, at: now)
        return below(directives, at: now)
    }

    /// Takes note of a worker's message that could not be read.
    package mutating func onUnreadable(_ error: WireError, from worker: WorkerID, at now: Duration) -> [Directive] {
        below(training?.onUnreadable(error, from: worker, at: now), at: now)
    }

    /// Refuses a worker, as `Training.onRefused`.
    package mutating func onRefused(_ worker: WorkerID, _ refusal: Refusal, at now: Duration) -> [Directive] {
        guard training != nil else { return [.down(.send(.refusal(refusal), to: worker))] }
        return below(training?.onRefused(worker, refusal), at: now)
    }

    /// Takes note that a worker's connection has ended, as `Training.onGone`.
    package mutating func onGone(_ worker: WorkerID, at now: Duration) -> [Directive] {
        early[worker] = nil
        return below(training?.onGone(worker, at: now), at: now)
    }

    /// Takes note that a worker's sums are in the tree of the run of a round.
    package mutating func onSums(from worker: WorkerID, of round: Int, at now: Duration) -> [Directive] {
        below(training?.onSums(from: worker, of: round, at: now), at: now)
    }

    /// Takes note that a worker's sums are infinite or not numbers, or too large for sums of all leaves to be finite.
    package mutating func onNotFinite(from worker: WorkerID, of round: Int, at now: Duration) -> [Directive] {
        below(training?.onNotFinite(from: worker, of: round, at: now), at: now)
    }

    /// Takes note of what a run's sums came to.
    ///
    /// - Parameters:
    ///   - work: the run.
    ///   - content: its nodes, or word that a sum is not finite.
    ///   - computing: how long the worker computed that computed longest.
    ///   - gathering: how long the one waited for samples that waited longest.
    ///   - now: the time.
    /// - Returns: the report to send up, or nothing.
    package mutating func onSummed(
        of work: Work, _ content: LeafReport.Content, computing: Duration, gathering: Duration = .zero,
        at now: Duration
    ) -> [Directive] {
        training?.endRun(round: work.round)
        guard let place = runs.firstIndex(where: { $0.work == work }) else { return [] }
        let generation = runs.remove(at: place).generation
        let report = employment.onComputed(
            work, content, computing: computing, gathering: gathering, generation: generation)
        // Whoever is free by now may have a part in the other run.
        return above(report, at: now) + below(training?.assign(at: now), at: now)
    }

    // MARK: - Time and leaving

    /// When `onTick` is due at the latest.
    package var nextTick: Duration { min(employment.nextTick, training?.nextLook ?? .seconds(1 << 40)) }

    /// Does what is due, on both sides.
    package mutating func onTick(at now: Duration) -> [Directive] {
        below(training?.onTick(at: now), at: now) + above(employment.onTick(at: now), at: now)
    }

    /// Leaves because the relay was asked to; its workers are sent away.
    package func onStop() -> [Directive] { sendAway(.stopped) + employment.onStop().map { .up($0) } }

    /// Tells both sides that the relay can't go on.
    package func onFailure(_ reason: String) -> [Directive] {
        sendAway(.failed(reason: reason)) + employment.onFailure(reason).map { .up($0) }
    }

    private func sendAway(_ end: RunEnd) -> [Directive] {
        let waiting = early.keys.sorted().map { Directive.down(.send(.finish(end), to: $0)) }
        return (training?.finish(end) ?? []).map { .down($0) } + waiting
    }

    // MARK: - What one half's directives mean to the other

    private mutating func above(_ directives: [Employment.Directive], at now: Duration) -> [Directive] {
        directives.flatMap { directive -> [Directive] in
            switch directive {
            case .compute(let work, let withNewParameters, let generation):
                begin(work, withNewParameters: withNewParameters, generation, at: now)
            case .bring(let work, let withNewParameters):
                // Workers below bring together what they read; this half waits for nothing.
                employment.onNeed([], ahead: [], of: work.claim).flatMap { directive -> [Directive] in
                    guard case .compute(let work, _, let generation) = directive else { return [.up(directive)] }
                    return begin(work, withNewParameters: withNewParameters, generation, at: now)
                }
            case .event(.finished(let end)): [.up(directive)] + sendAway(end)
            default: [.up(directive)]
            }
        }
    }

    /// Takes up a work; what is in hand of the same round, or of one that is not computed at once with it, is of no use
    /// to the coordinator any more.
    private mutating func begin(
        _ work: Work, withNewParameters: Bool, _ generation: Int, at now: Duration
    ) -> [Directive] {
        adopt(history: work.history)
        for place in runs.indices.reversed() where runs[place].work.claim == work.claim {
            training?.endRun(round: runs.remove(at: place).work.round)
        }
        let roundsAtOnce = training?.plan.roundsAtOnce ?? 1
        while let old = runs.firstIndex(where: {
            $0.work.round == work.round || abs($0.work.round - work.round) >= roundsAtOnce
        }) { drop(old) }
        runs.append((work, generation))
        let directives = training?.onRun(round: work.round, leaves: work.leaves, at: now)
        return [.beginRun(work, withNewParameters: withNewParameters)] + below(directives, at: now)
    }

    private mutating func below(_ directives: [Training.Directive]?, at now: Duration) -> [Directive] {
        var result: [Directive] = []
        for directive in directives ?? [] {
            switch directive {
            case .finishRound:
                result += runs.filter { training?.isComplete(round: $0.work.round) ?? false }.map {
                    .finishRun($0.work)
                }
            case .settle(let round, _):  // two answers agree: the coordinator has that confirmed once more
                guard let run = runs.first(where: { $0.work.round == round }) else { continue }
                result += onSummed(of: run.work, .notFinite, computing: .zero, at: now)
            case .forget(let worker):
                result += [.down(directive)] + forgetWanted(by: worker, at: now)
            default: result.append(.down(directive))
            }
        }
        return result + noteThreads(at: now)
    }

    private mutating func drop(_ place: Int) {
        let work = runs.remove(at: place).work
        employment.onDropped(work.claim)
        training?.endRun(round: work.round)
    }

    mutating func dropRuns() { while !runs.isEmpty { drop(0) } }

    /// Tells the coordinator how many threads there are below, and that there are any.
    private mutating func noteThreads(at now: Duration) -> [Directive] {
        guard let training else { return [] }
        let threads = min(training.readyThreads, Hello.threadLimit)
        employment.onThreads(threads, at: now)
        if threads == 0 {
            // Nobody is here who could answer; those above are to give the leaves to others.
            dropRuns()
            return []
        }
        guard !employment.isReady, let probe = training.probe else { return [] }
        return above(employment.onPrepared(probeDigest: probe.digest, generation: generation), at: now)
    }
}
