import Numerics
package import Wire

extension Training {
    // MARK: - Joining and leaving

    mutating func onHello(_ hello: Hello, from worker: WorkerID, at now: Duration) -> [Directive] {
        if isOver { return [.send(.finish(.complete), to: worker)] }
        if shutOut.contains(worker) || record.shutOut.contains(hello.name.printable) {
            return [refuse(worker, Refusal(.refuted, "its sums were wrong; it is not taken in again"))]
        }
        let party = WorkerName.party(of: hello.name.printable)
        if areNamesOwn, record.shutOut.contains(where: { WorkerName.party(of: $0) == party }) {
            let text = "sums of a worker with the key '\(party)' were wrong, and none with it is taken in again"
            return onRefused(worker, Refusal(.refuted, text))
        }
        var directives: [Directive] = []
        if let member = roster.members[worker], member.isReady {
            directives.append(.event(.cameAgain(worker: member.name)))
        }
        directives += depart(worker, at: now)
        roster.onHello(hello, from: worker, at: now)
        return directives + [.welcome(worker)]
    }

    mutating func onReady(
        _ ready: Ready, from worker: WorkerID, _ member: Roster.Member, at now: Duration
    ) -> [Directive] {
        if member.isReady { return [] }
        var directives: [Directive] = []
        let (processor, numerics) = (member.hello.processor.printable, member.hello.numerics.printable)
        if let probe, probe.digest != ready.probeDigest {
            if refusesOtherArithmetic || auditShare >= 1 {
                let text = "\(member.name) (\(processor), \(numerics)) computes other bits than \(probe.name)"
                let those = relayedClaim == nil ? "this job" : "a relay, whose word is one worker's for all,"
                let reason = "\(text); \(those) takes equal arithmetic only"
                return tellRefused(text) + [refuse(worker, Refusal(.otherArithmetic, reason))]
                    + depart(worker, at: now)
            }
            record.probesAgree = false
            directives.append(
                .event(
                    .otherArithmetic(
                        worker: member.name, processor: processor, numerics: numerics, probeOf: probe.name)))
        } else if auditShare >= 1, ready.probeDigest != reference?.digest {
            let reason = "where all sums are compared, workers' arithmetic has to be the coordinator's"
            return tellRefused("\(member.name) (\(processor), \(numerics)): \(reason)")
                + [refuse(worker, Refusal(.otherArithmetic, reason))] + depart(worker, at: now)
        } else if probe == nil {
            probe = ArithmeticProbe(digest: ready.probeDigest, name: member.name)
        }
        roster.onReady(
            worker, takesParts: ready.takesParts, isComparable: ready.probeDigest == reference?.digest)
        directives.append(.share(ready, with: worker))
        directives.append(.event(.joined(worker: member.name, processor: processor, numerics: numerics)))
        return directives + assign(at: now)
    }

    /// Answers a sign of life, and looks whether the worker has in hand what it should have.
    ///
    /// A connection that breaks takes messages with it and comes back under the same identity; only what the worker
    /// says of itself shows that work, a report or the word that it is ready was among them. Work that it does not know
    /// of is given out again.
    mutating func onHeartbeat(
        _ heartbeat: Heartbeat, from worker: WorkerID, _ member: Roster.Member, at now: Duration
    ) -> [Directive] {
        guard let releasedBelow else { return [] }
        let answer = Directive.send(
            .heartbeatReply(sequence: heartbeat.sequence, releasedBelow: releasedBelow), to: worker)
        if heartbeat.isReady, !member.isReady {
            return [answer, refuse(worker, Refusal(.unknownWorker, "say hello again"))]
        }
        if let threads = heartbeat.threads, threads != member.threads {
            roster.note(threads: threads, at: worker)
            if threads == 0 {
                onLoss(by: worker)
                roster.noteIdle(worker)
            }
            return [answer] + assign(at: now)
        }
        let unknown = member.given.filter { !heartbeat.names($0.claim) }
        // Who was cut off is there again, and may have nothing to do.
        return [answer] + unknown.flatMap { onUnknown($0, at: worker, member, now) } + assign(at: now)
    }

    /// Takes note that a worker does not have in hand what it was given.
    private mutating func onUnknown(
        _ given: Roster.Given, at worker: WorkerID, _ member: Roster.Member, _ now: Duration
    ) -> [Directive] {
        guard let place = place(ofClaim: given.claim, of: worker) else {
            // Others were faster: it is free. Unless it was told so, the work may never have come, nor its parameters.
            if !given.isToldOver { roster.forgetParameters(of: worker) }
            noteTime(of: given, computing: now - given.begun, at: worker, now)
            noteDone(given.claim, at: worker, now)
            return []
        }
        // On a slow link work is under way for as long as answers took before.
        let usual = pace.allowance(of: worker, leafCount: given.leafCount, threads: member.threads) ?? .zero
        guard now - given.since > max(grace, usual) else { return [] }
        ledgers[place].onLoss(by: worker)
        roster.note(mislaid: given, at: worker, now)
        noteDue(of: worker)
        return [.event(.lostWork(worker: member.name))]
    }

    /// One worker's word that it goes costs it its place, whatever it says of why.
    mutating func onFarewell(
        _ reason: FarewellReason, _ text: String, from worker: WorkerID, _ member: Roster.Member, at now: Duration
    ) -> [Directive] {
        switch reason {
        case .leaving: [.event(.left(worker: member.name))] + depart(worker, at: now)
        case .failed: [.event(.failed(worker: member.name, reason: text.printable))] + depart(worker, at: now)
        }
    }

    // MARK: - Sums

    mutating func onReport(
        _ report: LeafReport, _ blockLengths: [Int], from worker: WorkerID, _ member: Roster.Member, at now: Duration
    ) -> [Directive] {
        let isFree = noteTime(of: report, from: worker, member, at: now)
        guard let place = place(of: report, from: worker) else { return [] }
        let ledger = ledgers[place]
        if let refusal = ledger.fault(of: report, from: worker) {
            return [refuse(worker, refusal)] + (isFree ? assign(at: now) : [])
        }
        switch report.content {
        case .notFinite:
            guard blockLengths.isEmpty else {
                return onUnreadable("sums beside the word that there are none", from: worker, at: now)
            }
            return onNotFinite(from: worker, of: ledger.round, at: now)
        case .nodes(let nodes):
            if let fault = fault(of: nodes, blockLengths) { return onUnreadable(fault, from: worker, at: now) }
            let finder = ledger.finder(ofLeavesOf: worker)
            if let finder, finder.worker == worker {
                ledgers[place].onContradiction(by: worker)
                return sendAway(finder, round: ledger.round, leaves: report.leaves) + assign(at: now)
            }
            // Whether the finder was wrong is not known by another's word alone.
            let isLookedThrough = ledger.isLookedThrough || finder != nil
            return [
                .takeSums(from: worker, isLookedThrough: isLookedThrough, isCompared: ledger.isCompared(worker))
            ]
        }
    }

    /// Notes how long an answer took, and that its worker has nothing in hand any more.
    ///
    /// - Returns: whether that is so; not where the report is of nothing that it has in hand.
    private mutating func noteTime(
        of report: LeafReport, from worker: WorkerID, _ member: Roster.Member, at now: Duration
    ) -> Bool {
        let given: Roster.Given
        if let place = place(ofClaim: report.claim, of: worker) {
            ledgers[place].longest = max(ledgers[place].longest, report.computing)
            if report.gathering > report.computing / 4 { crew.isOrdinary = false }
        }
        if let inHand = member.given.first(where: { $0.claim == report.claim }) {
            // Whatever only has the number of what is in hand is no answer.
            let place = place(ofClaim: report.claim, of: worker)
            if let place, ledgers[place].fault(of: report, from: worker) != nil { return false }
            given = inHand
        } else if let mislaid = member.mislaid, mislaid.claim == report.claim {
            given = mislaid
        } else {
            return false
        }
        if report.content != .notFinite { noteTime(of: given, computing: report.computing, at: worker, now) }
        noteDone(given.claim, at: worker, now)
        return true
    }

    private mutating func noteTime(
        of given: Roster.Given, computing: Duration, at worker: WorkerID, _ now: Duration
    ) {
        // What it had in hand before may have come late for a reason that is no matter of this one's.
        let time = max(now - given.begun, min(computing, now - given.since))
        let isFirst = !pace.isKnown
        pace.onAnswer(
            from: worker, leafCount: given.leafCount, threads: roster.members[worker]?.threads ?? 1,
            after: time, computing: computing)
        // Until now nothing was known to judge the others by.
        if isFirst { for (other, _) in roster.ready where other != worker { noteDue(of: other, isJudgedAnew: true) } }
    }

    /// Where a report belongs: to the round in hand that its claim is of, or what is nearest to that.
    func place(of report: LeafReport, from worker: WorkerID) -> Int? {
        place(ofClaim: report.claim, of: worker) ?? place(ofRound: report.round) ?? ledgers.indices.first
    }

    private func fault(of nodes: [LeafReport.Node], _ blockLengths: [Int]) -> String? {
        guard blockLengths.count == nodes.count, blockLengths.allSatisfy({ $0 == plan.vectorCount }) else {
            return "sums of another length than the job's"
        }
        for node in nodes {
            guard node.figures.count == plan.largestFigures.count else {
                return "\(node.figures.count) figures where the job has \(plan.largestFigures.count)"
            }
            for (figure, largest) in zip(node.figures, plan.largestFigures) {
                guard figure.isFinite else { return "a figure that is infinite or not a number" }
                if let largest, figure < 0 || figure > largest * Double(node.leaves.count) {
                    return "a figure of \(figure), where 0 to \(largest * Double(node.leaves.count)) can be"
                }
            }
        }
        return nil
    }

    /// Takes note that a worker's sums are in the tree of a round, that in hand where none is named.
    package mutating func onSums(from worker: WorkerID, of round: Int? = nil, at now: Duration) -> [Directive] {
        guard let place = place(round), let claim = ledgers[place].claim(of: worker) else { return [] }
        let (round, finder) = (ledgers[place].round, ledgers[place].finder(ofLeavesOf: worker))
        unreported[claim.id] = nil
        ledgers[place].onSums(from: worker)
        noteSums(of: claim.leaves, by: roster.members[worker]?.name ?? "", round: round, isAudited: false)
        let refuted = finder.map { sendAway($0, round: round, leaves: claim.leaves) } ?? []
        return refuted + goOn(at: now)
    }

    /// Takes note that sums that a worker was to make are infinite or not numbers, by its own word or by looking at
    /// them.
    ///
    /// No worker's word ends a job, nor that of two: another one computes the leaves again, or the same one where it is
    /// alone, and then the coordinator itself (`settle`). A relay passes the word of two on.
    package mutating func onNotFinite(from worker: WorkerID, of round: Int? = nil, at now: Duration) -> [Directive] {
        guard let place = place(round), let leaves = ledgers[place].claim(of: worker)?.leaves,
            let name = roster.members[worker]?.name
        else { return [] }
        let round = ledgers[place].round
        let isConfirmed = ledgers[place].onNotFinite(from: worker, named: name) == .disputed
        let event = Directive.event(
            .notFinite(worker: name, step: plan.firstStep(of: round), leaves: leaves, isConfirmed: isConfirmed))
        guard isConfirmed else { return [event] + assign(at: now) }
        return [event, .settle(round: round, leaves: leaves)]
    }

    func failNotFinite(_ round: Int) -> Directive {
        .fail(
            "the gradient of step \(plan.firstStep(of: round)) is infinite or not a number; lower --learning-rate")
    }

    /// Sends away who found sums not to be finite that are.
    mutating func sendAway(_ finder: Claim.Finder, round: Int, leaves: Range<Int>) -> [Directive] {
        let event = Directive.event(
            .refuted(worker: finder.name, step: plan.firstStep(of: round), leaves: leaves))
        guard roster.members[finder.worker] != nil else { return [event] }
        let place = "leaves \(leaves) of step \(plan.firstStep(of: round))"
        let text = "the sums of \(place) are finite, and this worker found that they are not"
        return [event, refuse(finder.worker, Refusal(.refuted, text))] + leave(finder.worker)
    }

    // MARK: - What several answers share

    /// Tells of something refused, unless there was too much of it already.
    mutating func tellRefused(_ text: String) -> [Directive] {
        refusedCount += 1
        if refusedCount > Self.refusedLimit { return [] }
        let isLast = refusedCount == Self.refusedLimit
        return [.event(.refused(what: text))] + (isLast ? [.event(.refusalsMuted)] : [])
    }

    /// Refuses a worker for a reason that is told of, unless there was too much of that already.
    package mutating func onRefused(_ worker: WorkerID, _ refusal: Refusal) -> [Directive] {
        tellRefused(refusal.text) + [refuse(worker, refusal)]
    }

    mutating func depart(_ worker: WorkerID, at now: Duration) -> [Directive] {
        let left = leave(worker)
        return left.isEmpty ? [] : left + assign(at: now)
    }

    /// Forgets a worker, whose leaves are there to be given out again.
    mutating func leave(_ worker: WorkerID) -> [Directive] {
        guard roster.remove(worker) != nil else { return [] }
        crew.isOrdinary = false
        onLoss(by: worker)
        arrivals[worker] = nil
        breakers.remove(worker)
        pace.onLeft(worker)
        return [.forget(worker)]
    }

    func refuse(_ worker: WorkerID, _ refusal: Refusal) -> Directive { .send(.refusal(refusal), to: worker) }
}
