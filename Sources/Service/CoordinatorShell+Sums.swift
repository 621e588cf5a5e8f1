import Coordination
import Messaging
import Numerics
import Upstream
import Wire

extension CoordinatorShell {
    func takeSums(
        of envelope: ReceivedEnvelope, from worker: WorkerID, isLookedThrough: Bool
    ) -> [Training.Directive] {
        guard case .leafReport(let report) = envelope.message, case .nodes(let nodes) = report.content else {
            preconditionFailure("sums to take of a message that has none")
        }
        if envelope.isAhead {
            guard takeAhead(report, nodes, from: worker, isLookedThrough: isLookedThrough) else {
                return training.onNotFinite(from: worker, at: watch.elapsed)
            }
            note(report, from: worker)
            return training.onSums(from: worker, at: watch.elapsed)
        }
        let blocks: [FloatBlock]
        do throws(WireError) {
            blocks = try envelope.blocks { offset, count in
                workerMemories[worker]?.block(at: offset, count: count)
            } place: {
                place(count: $0)
            }
        } catch {
            return training.onUnreadable(error, from: worker, at: watch.elapsed)
        }
        let found = zip(nodes, blocks).map { LeafSum(leaves: $0.leaves, vector: $1, figures: $0.figures) }
        if isLookedThrough, !found.allSatisfy({ $0.leavesRoom(among: job.shardsPerStep) }) {
            return training.onNotFinite(from: worker, at: watch.elapsed)
        }
        note(report, from: worker)
        for sum in found { sums.insert(sum.leaves, figures: sum.figures, vector: sum.vector) }
        return training.onSums(from: worker, at: watch.elapsed)
    }

    /// A block for sums that come in fewer bits than floats have.
    func place(count: Int) -> FloatBlock { pools[count, default: BlockPool(limit: 32)].take(count: count) }

    private func note(_ report: LeafReport, from worker: WorkerID) {
        times.computing += report.computing
        let name = training.roster.members[worker]?.name ?? ""
        clock.onReport(report.claim, computing: report.computing, from: worker, named: name, at: watch.elapsed)
    }

    func finishStep() throws {
        try requireWholeSamples()
        guard let sumFigures = sums.rootFigures else {
            preconditionFailure("the exchange after step \(state.step) is over, and its tree has no root")
        }
        let start = watch.elapsed
        let isFinite = makeStep(figures: sumFigures)
        let timed = clock.onRound(optimising: watch.elapsed - start, at: watch.elapsed)
        if isFinite {
            times.onStep(at: watch.elapsed)
            parameters = RawFrame(state.published, as: job.settings.arithmetic.wire.ofParameters)
            parameterParts = progress.made.count == sums.parts.count ? progress.made : cutParameters()
        }
        (progress, sums) = (StepProgress(), Self.sums(of: job, round: state.round, in: sums.parts))
        try perform(training.onRoot(isFinite: isFinite, at: watch.elapsed))
        guard isFinite else { return }
        if schedule.onRound(step: state.step, at: watch.elapsed), state.step < job.steps { try keepCheckpoint() }
        if let timed { events.tell(.roundTimed(timed)) }
        let means = zip(figures, sumFigures).map { RunEvent.NamedFigure($0.name, $1 / $0.divisor) }
        events.tell(.stepDone(step: state.step, figures: means, workers: training.readyCount))
    }
}
