package import Numerics
package import Wire

/// The coordinator's mind: who is there, the round in hand, and what to answer.
///
/// A value without I/O, clock, thread or vectors: it takes messages and the time since the start, and returns
/// directives.
///
/// A worker says hello, is welcomed, fetches samples if it has none, says ready, and is given runs of leaves from then
/// on. Whatever it computes enters the fixed tree of its round, so none of this changes a bit of the result.
package struct Training: Sendable {
    /// What the coordinator's shell has to do.
    package enum Directive: Equatable, Sendable {
        /// Send this.
        case send(Message, to: WorkerID)
        /// Send this work; with the parameters where the worker has not got them.
        case sendWork(Work, withParameters: Bool, to: WorkerID)
        /// Send the job.
        case welcome(WorkerID)
        /// Send one block of samples, or refuse if there is none.
        case sendSamples(block: Int, to: WorkerID)
        /// Open the worker's memory, where it has proven that it shares this machine.
        case share(Ready, with: WorkerID)
        /// Whatever was kept for this worker is not needed any more.
        case forget(WorkerID)
        /// Put the sums that came with this worker's report into the tree and call `onSums`; where they can't be read,
        /// `onUnreadable`, and where they are looked through and one is infinite or not a number, `onNotFinite`
        /// instead. Sums that are compared are kept beside the tree, for `takeAnswer`, and `onHeld` is called.
        case takeSums(from: WorkerID, isLookedThrough: Bool, isCompared: Bool)
        /// Put the sums that were kept of this claim into the tree.
        case takeAnswer(claim: UInt64)
        /// Compute these leaves of the round in hand here, and call `onSettled`: workers' answers differ, or say that
        /// they are not finite.
        case settle(round: Int, leaves: Range<Int>)
        /// Give up what is done of the round in hand; where more exchanges than these are done, take up the last state
        /// that was kept by then. Then call `onWentBack`: what was done since is not to be believed.
        case goBack(round: Int)
        /// Put this part of the sums of these nodes into the tree ahead of their report, or hold it until the report is
        /// taken; where it can't be read, `onUnreadable`. What other workers' parts cover already is left out.
        case takeSumPart(SumPart, of: [Range<Int>], from: WorkerID, isHeld: Bool)
        /// All leaves are in the tree: look whether its root is finite and call `onRoot`; the next tree begins empty.
        case finishRound
        /// Tell whoever wants to know.
        case event(RunEvent)
        /// The job can't go on: keep the last state, and end.
        case fail(String)
    }

    /// What of a job the coordinator's mind has to know.
    package struct Plan: Sendable {
        /// Leaves a round.
        package let leafCount: Int
        /// Rounds in all, counted from 0; each ends with one exchange.
        package let rounds: Int
        /// Steps of the optimiser in each, which is what people are told of.
        package let stepsPerRound: Int
        /// For each figure that a leaf reports, the largest that one leaf's can be; nil where there is no such limit.
        package let largestFigures: [Double?]
        /// The length of what is published, and of every sum.
        package let vectorCount: Int
        /// How sums and parameters are cut where they travel ahead of reports and work.
        package let parts: VectorParts
        /// How many exchanges are computed at once: one, or two where the second's parameters are there already.
        package let roundsAtOnce: Int

        /// A plan.
        package init(
            leafCount: Int, rounds: Int, stepsPerRound: Int = 1, largestFigures: [Double?], vectorCount: Int,
            parts: VectorParts? = nil, roundsAtOnce: Int = 1
        ) {
            precondition((1...2).contains(roundsAtOnce), "\(roundsAtOnce) rounds at once")
            self.roundsAtOnce = roundsAtOnce
            (self.leafCount, self.rounds, self.stepsPerRound) = (leafCount, rounds, stepsPerRound)
            (self.largestFigures, self.vectorCount) = (largestFigures, vectorCount)
            self.parts = parts ?? VectorParts(whole: vectorCount)
        }

        /// The first step of a round, for people.
        func firstStep(of round: Int) -> Int { round * stepsPerRound }
    }

    /// The plan.
    package let plan: Plan
    /// Who is there.
    package internal(set) var roster: Roster
    /// The round in hand, and where two are computed at once the one after it; none when all are done.
    ///
    /// A relay's are the runs that it has in hand, in the order in which they came.
    var ledgers: [Ledger] = []
    /// The round in hand, which is made next; nil when all are done.
    package var ledger: Ledger? { ledgers.first }
    /// What the run's arithmetic gives: the coordinator's own, or that of the process that began the run; a relay has
    /// its first worker's.
    package internal(set) var probe: ArithmeticProbe?
    /// What the run's sums rest on; leaves are counted once their round is over.
    package internal(set) var record: AuditRecord
    /// The coordinator's own arithmetic.
    let reference: ArithmeticProbe?
    let refusesOtherArithmetic: Bool
    /// How long after it was given leaves a worker may still not know of it.
    let grace: Duration
    /// A relay's next claim, while it has no run in hand; nil for a coordinator.
    var relayedClaim: UInt64?
    /// Which parts of sums have come ahead of their reports: of a relay, of as many claims as rounds are computed at
    /// once.
    var arrivals: [WorkerID: [Arrival]] = [:]
    /// Claims of which parts lie in the sums of a round, and nobody's report tells of them yet; where sums are audited.
    var unreported: [UInt64: (worker: WorkerID, round: Int)] = [:]
    /// Whose parts are held until their report, as they left some behind before.
    var breakers: Set<WorkerID> = []
    /// Whether the round in hand is about to be done once more.
    var isRedoDue = false
    /// How fast the workers are.
    var pace = Pace()
    /// How many of them are given leaves.
    var crew: Crew
    /// When somebody's answer is overdue that is not yet.
    var look: Duration?
    /// Whether leaves of the round in hand are overdue: whoever is free next is to compute them.
    var isBehind = false
    /// When such are to be computed once more whose workers may never answer, or much later than others would.
    var ripeTime: Duration?
    /// Who is not taken in any more, beside those whose names are in the record.
    var shutOut: Set<WorkerID> = []
    /// Whether nobody can bear another's name.
    let areNamesOwn: Bool
    /// How often the run went back to an earlier state, of this coordinator's process.
    package internal(set) var history = 0
    /// The share of rounds whose leaves are all computed twice, and where it is drawn which ones.
    let auditShare: Double
    var auditDraw: RandomSequence
    var refusedCount = 0
    var backupCount = 0
    /// Of so many workers that are gone it is kept in mind from where on their sums were taken on their word.
    static let goneLimit = 8
    /// Since when nobody who computes has been there, and whether that was told.
    private var desertion: (since: Duration, isTold: Bool)?
    /// When `onTick` was called last.
    private var ticked: Duration?
    /// After so many refusals no more are told of, or a broken peer would fill the terminal.
    static let refusedLimit = 20

    /// A training that starts at a round, with workers that show life once every `heartbeat`.
    ///
    /// - Parameters:
    ///   - plan: what of the job it has to know.
    ///   - round: the exchanges done.
    ///   - firstClaim: the number of the first claim, drawn at random, so that no other process of the run has the
    ///     same; not 0.
    ///   - probe: the run's, where an earlier process knew it.
    ///   - reference: what this process's arithmetic gives.
    ///   - record: what the sums of earlier processes of the run rest on.
    ///   - heartbeat: how often a worker shows that it lives.
    ///   - lease: silent for longer than this, a worker is taken for dead.
    ///   - refusesOtherArithmetic: whether workers of other probes are sent away.
    ///   - areNamesOwn: whether nobody can bear another's name, as where names come with keys.
    ///   - audit: the share of rounds whose leaves two workers compute, whose answers have to be the same.
    ///   - auditSeed: what it follows from which leaves these are; nobody else is to know it.
    ///   - crew: how many workers are given leaves.
    package init(
        _ plan: Plan, round: Int, firstClaim: UInt64, probe: ArithmeticProbe? = nil,
        reference: ArithmeticProbe? = nil, record: AuditRecord = AuditRecord(), heartbeat: Duration, lease: Duration,
        refusesOtherArithmetic: Bool = false, areNamesOwn: Bool = false, audit: Double = 0, auditSeed: UInt64 = 0,
        crew: CrewChoice = .best
    ) {
        precondition(firstClaim > 0, "claims numbered from 0")
        self.plan = plan
        (self.probe, self.reference, self.record) = (probe ?? reference, reference, record)
        (self.refusesOtherArithmetic, self.areNamesOwn) = (refusesOtherArithmetic, areNamesOwn)
        (auditShare, auditDraw) = (audit, RandomSequence(seed: auditSeed, stream: 0))
        grace = heartbeat * 2
        roster = Roster(lease: lease)
        self.crew = Crew(crew, leafCount: plan.leafCount, areMostAudited: audit > 0.5)
        begin(round, firstID: firstClaim)
    }

    /// How many workers can compute.
    package var readyCount: Int { roster.members.values.count { $0.isReady && $0.threads > 0 } }

    // MARK: - Inputs

    /// Takes a message whose header could be read.
    ///
    /// - Parameters:
    ///   - message: what was said.
    ///   - blockLengths: how many floats come with it, in each block.
    ///   - isAhead: whether they came in parts ahead of it.
    ///   - worker: who said it.
    ///   - now: the time.
    /// - Returns: what to do about it.
    package mutating func onMessage(
        _ message: Message, blockLengths: [Int] = [], isAhead: Bool = false, from worker: WorkerID, at now: Duration
    ) -> [Directive] {
        if case .hello(let hello) = message { return onHello(hello, from: worker, at: now) }
        guard let member = roster.onSign(from: worker, at: now) else {
            if case .farewell = message { return [] }
            return [refuse(worker, Refusal(.unknownWorker, "say hello first"))]
        }
        switch message {
        case .ready(let ready): return onReady(ready, from: worker, member, at: now)
        case .sampleRequest(let block): return [.sendSamples(block: block, to: worker)]
        case .heartbeat(let heartbeat): return onHeartbeat(heartbeat, from: worker, member, at: now)
        case .sumPart(let part): return onSumPart(part, blockLengths, from: worker, at: now)
        case .leafReport(let report):
            // Where somebody else was faster, parts are not looked at: the report is late as any other.
            if isAhead, !haveArrived(report.claim, from: worker), place(ofClaim: report.claim, of: worker) != nil {
                return lost(report, from: worker)
            }
            return onReport(report, blockLengths, from: worker, member, at: now)
        case .farewell(let reason, let text): return onFarewell(reason, text, from: worker, member, at: now)
        case .hello, .welcome, .sampleBlock, .work, .parameterPart, .heartbeatReply, .refusal, .finish, .wait:
            return onUnreadable("a message that only a coordinator sends", from: worker, at: now)
        }
    }

    /// Takes note of a message that could not be read: the worker is refused, and its leaves go to others.
    package mutating func onUnreadable(_ error: WireError, from worker: WorkerID, at now: Duration) -> [Directive] {
        guard case .version(let theirs) = error else { return onUnreadable("\(error)", from: worker, at: now) }
        let text =
            "a worker that speaks protocol version \(theirs), not \(protocolVersion); install the same ssrm there"
        return tellRefused(text) + [refuse(worker, Refusal(.version, "\(error)"))]
    }

    mutating func onUnreadable(_ reason: String, from worker: WorkerID, at now: Duration) -> [Directive] {
        let name = roster.members[worker]?.name ?? "an unknown worker"
        return tellRefused("a message from \(name): \(reason)") + [refuse(worker, Refusal(.malformed, reason))]
            + depart(worker, at: now)
    }

    /// Takes note that a worker's process is known to have ended.
    package mutating func onEnd(ofWorkerNamed name: String, at now: Duration) -> [Directive] {
        let gone = roster.members.filter { $0.value.hello.name == name }.map(\.key).sorted()
        return gone.flatMap { depart($0, at: now) }
    }

    /// Takes note that a worker's connection has ended: what it has in hand others compute, too, until it is heard of.
    package mutating func onGone(_ worker: WorkerID, at now: Duration) -> [Directive] {
        guard !isOver, let member = roster.members[worker], member.isReady, !member.isCutOff else { return [] }
        let isTold = roster.noteCutOff(worker, at: now)
        isBehind = true
        return (isTold ? [.event(.cutOff(worker: member.name))] : []) + assign(at: now)
    }

    /// What was published before is not relied on any more: workers may have it under the same rounds' numbers.
    mutating func adopt(history: Int) {
        self.history = history
        roster.forgetParameters()
    }

    /// When `onTick` has something to do before its time: an answer is overdue then.
    package var nextLook: Duration? { look }

    /// Looks for workers whose lease is over, and for answers that are overdue.
    ///
    /// Where it is called late, by more than two heartbeats, this process was stopped, and with it its hearing: that is
    /// no silence of the workers'.
    package mutating func onTick(at now: Duration) -> [Directive] {
        if let ticked, now - ticked > grace {
            roster.excuse(silenceOf: now - ticked, at: now)
            if let desertion { self.desertion = (desertion.since + (now - ticked), desertion.isTold) }
        }
        ticked = now
        var directives = assign(at: now)
        for worker in roster.expired(at: now) {
            let name = roster.members[worker]?.name ?? ""
            directives.append(.event(.silent(worker: name, lease: roster.lease)))
            directives += depart(worker, at: now)
            roster.note(lost: worker)
        }
        return directives + tellWaiting(at: now)
    }

    /// Tells once of each time that nobody is there who computes, for as long as a lease.
    private mutating func tellWaiting(at now: Duration) -> [Directive] {
        guard !roster.members.values.contains(where: { $0.threads > 0 }), let ledger else {
            desertion = nil
            return []
        }
        let since = desertion?.since ?? now
        let isTold = desertion?.isTold ?? false
        let isDue = now - since >= roster.lease
        desertion = (since, isTold || isDue)
        return isDue && !isTold ? [.event(.deserted(step: plan.firstStep(of: ledger.round)))] : []
    }

    /// Sends every worker away, as the run is over.
    ///
    /// Those who fell silent are told as well: whoever was only held up would ask a coordinator that is gone for as
    /// long as its patience lasts.
    package func finish(_ end: RunEnd) -> [Directive] {
        roster.allWhoMayLive.map { .send(.finish(end), to: $0) }
    }
}
