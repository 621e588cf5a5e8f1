import Coordination
import Messaging
import Numerics
import Upstream
import Wire

extension CoordinatorShell {
    func takeSums(
        of envelope: ReceivedEnvelope, from worker: WorkerID, isLookedThrough: Bool, isCompared: Bool
    ) -> [Training.Directive] {
        guard case .leafReport(let report) = envelope.message, case .nodes(let nodes) = report.content else {
            preconditionFailure("sums to take of a message that has none")
        }
        guard let place = place(ofRound: report.round) else {
            preconditionFailure("sums of round \(report.round), where round \(state.round) is in hand")
        }
        let found: [LeafSum]?
        do throws(WireError) {
            found =
                envelope.isAhead && !isCompared
                ? nil : try sums(of: envelope, report, nodes, from: worker, place: place)
        } catch {
            return training.onUnreadable(error, from: worker, at: watch.elapsed)
        }
        guard let found else {
            guard rounds[place].takeAhead(report, nodes, from: worker, isLookedThrough: isLookedThrough) else {
                return training.onNotFinite(from: worker, of: report.round, at: watch.elapsed)
            }
            note(report, from: worker)
            return training.onSums(from: worker, of: report.round, at: watch.elapsed)
        }
        if isLookedThrough, !found.allSatisfy({ $0.leavesRoom(among: job.shardsPerStep) }) {
            return training.onNotFinite(from: worker, of: report.round, at: watch.elapsed)
        }
        note(report, from: worker)
        if isCompared { return hold(found, of: report, from: worker, place: place) }
        for sum in found { rounds[place].sums.insert(sum.leaves, figures: sum.figures, vector: sum.vector) }
        return training.onSums(from: worker, of: report.round, at: watch.elapsed)
    }

    /// The sums of a report: what came with it, or whole again what came ahead of it.
    private func sums(
        of envelope: ReceivedEnvelope, _ report: LeafReport, _ nodes: [LeafReport.Node], from worker: WorkerID,
        place: Int
    ) throws(WireError) -> [LeafSum] {
        if envelope.isAhead { return heldSums(of: report.claim, nodes, from: worker, place: place) }
        let blocks = try envelope.blocks { offset, count in
            workerMemories[worker]?.block(at: offset, count: count)
        } place: {
            self.place(count: $0)
        }
        return zip(nodes, blocks).map { LeafSum(leaves: $0.leaves, vector: $1, figures: $0.figures) }
    }

    /// A block for sums that come in fewer bits than floats have.
    func place(count: Int) -> FloatBlock { pools[count, default: BlockPool(limit: 32)].take(count: count) }

    private func note(_ report: LeafReport, from worker: WorkerID) {
        times.computing += report.computing
        let name = training.roster.members[worker]?.name ?? ""
        clock.onReport(
            report.claim, leafCount: report.leaves.count, computing: report.computing, gathering: report.gathering,
            from: worker, named: name, at: watch.elapsed)
    }

    /// Begins the state's next round, and where two are computed at once the one after it.
    func beginRounds() {
        (rounds, published) = ([], [])
        for _ in 0..<job.roundsAtOnce { beginFurtherRound() }
    }

    /// Begins the round after those in hand; `made` are the parts of its parameters where there are frames of them.
    private func beginFurtherRound(made: [RawFrame]? = nil) {
        let round = state.round + rounds.count
        published.append(Published(state.published(for: round), of: job, in: parts, made: made))
        rounds.append(RoundInHand(round, of: job, in: parts))
    }

    /// Makes the round in hand, and each one after it whose sums are all here by then; none where that is done already.
    func finishRounds() throws {
        while training.isRoundComplete, !isLastRoundHeld { try finishRound() }
    }

    private func finishRound() throws {
        guard let sumFigures = rounds[0].sums.rootFigures else {
            preconditionFailure("the exchange after step \(state.step) is over, and its tree has no root")
        }
        let isFinite = makeRound(figures: sumFigures)
        let timed = clock.onRound(over: training.overAfterRound, at: watch.elapsed)
        if isFinite {
            times.onStep(at: watch.elapsed, readyCount: training.readyCount)
            let made = rounds.removeFirst().made
            published.removeFirst()
            beginFurtherRound(made: made.count == parts.count ? made : nil)
        } else {
            rounds[0] = RoundInHand(state.round, of: job, in: parts)
        }
        try perform(training.onRoot(isFinite: isFinite, at: watch.elapsed))
        guard isFinite else { return }
        lookAtSamples()
        try keepCheckpoint(whereDue: schedule.onRound(step: state.step, at: watch.elapsed))
        if let timed { events.tell(.roundTimed(timed)) }
        let means = zip(figures, sumFigures).map { RunEvent.NamedFigure($0.name, $1 / $0.divisor) }
        events.tell(.stepDone(step: state.step, figures: means, workers: training.readyCount))
    }
}
