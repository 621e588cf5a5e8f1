import Coordination
import Foundation
import Messaging
import Numerics
import Upstream
import Wire

extension RelayShell {
    // MARK: - The job

    /// Looks whether a job is one that this process knows; it computes none of it.
    func examine(_ welcome: Welcome) throws {
        let job = try Job(offeredBy: welcome)
        (self.job, self.welcome) = (job, welcome)
        keepBlocks(of: job)
        let offered = Employment.Job(
            digest: try job.digest, datasetDigest: job.datasetDigest, rounds: job.rounds,
            leafCount: job.shardsPerStep, vectorCount: job.exchangeCount, roundsAtOnce: job.roundsAtOnce)
        try perform(relay.onJob(offered, in: welcome, at: watch.elapsed))
    }

    /// Takes workers of the job in.
    func prepare(generation: Int) throws {
        guard let job, let welcome else { preconditionFailure("no job to prepare") }
        session = .random(in: .min ... .max)
        parts = relay.parts(of: job.exchangeCount)
        (runs, coming, sent) = ([], nil, [:])
        reception.limit { $0.fit(job, heartbeat: welcome.heartbeat, lease: welcome.lease) }
        try perform(
            relay.onPrepared(
                Training.Plan(of: job, parts), firstClaim: .random(in: 1...1 << 62), in: welcome,
                generation: generation, at: watch.elapsed))
    }

    /// Welcomes a worker to the coordinator's job, as the coordinator's text has it.
    func welcome(_ worker: WorkerID) throws {
        guard let welcome else { preconditionFailure("no job to welcome a worker to") }
        let own = Welcome(
            job: welcome.job, heartbeat: welcome.heartbeat, lease: welcome.lease, session: session,
            partLength: parts.length, probeDigest: welcome.probeDigest)
        try send(Envelope(.welcome(own)), to: worker)
    }

    // MARK: - Sums

    /// Takes the parameters that came with a run, or in parts ahead of it, and begins its tree.
    func begin(_ work: Work, with envelope: ReceivedEnvelope?) throws {
        guard let job else { preconditionFailure("a run of no job") }
        let run = Run(
            work: work, start: watch.elapsed, parameters: self.run(work.round)?.parameters,
            inHand: RoundInHand(work.round, of: job, in: parts))
        runs.removeAll { $0.work.round == work.round || abs($0.work.round - work.round) >= job.roundsAtOnce }
        runs.append(run)
        guard let envelope else { return }
        if envelope.isAhead { return note(work.round) { $0.parameters = takeComing(of: work.round, job) } }
        do throws(WireError) {
            let block = try envelope.blocks(place: { place(count: $0) }).first
            note(work.round) { $0.parameters = block.map { Published($0, of: job, in: parts) } }
        } catch {
            note(work.round) { $0.parameters = nil }  // nobody is to compute with those of another run
            try perform(relay.onUnreadable(error, at: watch.elapsed))
        }
    }

    func run(_ round: Int) -> Run? { runs.first { $0.work.round == round } }

    func note(_ round: Int, _ change: (inout Run) -> Void) {
        if let place = runs.firstIndex(where: { $0.work.round == round }) { change(&runs[place]) }
    }

    func takeSums(of envelope: ReceivedEnvelope, from worker: WorkerID) throws -> [Relay.Directive] {
        guard case .leafReport(let report) = envelope.message, case .nodes(let nodes) = report.content else {
            preconditionFailure("sums to take of a message that has none")
        }
        var areTaken = false
        if envelope.isAhead {
            note(report.round) {
                areTaken = $0.inHand.takeAhead(report, nodes, from: worker, isLookedThrough: true)
            }
        } else {
            let blocks: [FloatBlock]
            do throws(WireError) {
                blocks = try envelope.blocks(place: { place(count: $0) })
            } catch {
                return relay.onUnreadable(error, from: worker, at: watch.elapsed)
            }
            let sums = zip(nodes, blocks).map { LeafSum(leaves: $0.leaves, vector: $1, figures: $0.figures) }
            areTaken = job.map { job in sums.allSatisfy { $0.leavesRoom(among: job.shardsPerStep) } } ?? false
            if areTaken {
                note(report.round) { run in
                    for sum in sums { run.inHand.sums.insert(sum.leaves, figures: sum.figures, vector: sum.vector) }
                }
            }
        }
        guard areTaken else { return relay.onNotFinite(from: worker, of: report.round, at: watch.elapsed) }
        note(report.round) { run in
            // What a worker says, but no longer than the run has been in hand.
            let told = run.computing[worker, default: .zero] + report.computing
            run.computing[worker] = min(told, watch.elapsed - max(run.start, lastRunEnd))
            run.gathering = max(run.gathering, report.gathering)
        }
        try sendUp(report.round)
        return relay.onSums(from: worker, of: report.round, at: watch.elapsed)
    }

    func finishRun(_ work: Work) throws {
        let run = self.run(work.round)
        let nodes = (run?.inHand.sums.figureSums ?? []).map { LeafReport.Node(leaves: $0.leaves, figures: $0.figures) }
        let isFinite = run?.isSpoilt == false && nodes.allSatisfy { $0.figures.allSatisfy(\.isFinite) }
        let content = isFinite ? LeafReport.Content.nodes(nodes) : .notFinite
        let computing = run?.computing.values.max() ?? .zero
        lastRunEnd = watch.elapsed
        try perform(
            relay.onSummed(
                of: work, content, computing: computing, gathering: run?.gathering ?? .zero, at: watch.elapsed))
        // The parameters may be wanted once more, the sums are not.
        guard let job else { return }
        note(work.round) { $0.inHand = RoundInHand(work.round, of: job, in: parts) }
    }

    /// Sends a report behind its sums, which went up in parts as they were whole; with them where nobody takes parts.
    func send(_ report: LeafReport) throws {
        guard case .nodes(let nodes) = report.content, let job else {
            return try upper.send(Envelope(.leafReport(report)))
        }
        let element = job.settings.arithmetic.wire
        if relay.employment.parts != nil {
            let lengths = nodes.map { _ in job.exchangeCount }
            return try upper.send(Envelope(.leafReport(report), behind: lengths, as: element))
        }
        let sums = run(report.round)?.inHand.sums.sums(part: 0, of: nodes.map(\.leaves)) ?? []
        try upper.send(Envelope(.leafReport(report), frames: sums.map { RawFrame($0.vector, as: element) }))
    }

    // MARK: - Sending

    func send(_ envelope: Envelope, to worker: WorkerID) throws {
        let (header, frames) = envelope.parts()
        note(frames, to: worker)
        try reception.send([Part](header, frames), to: worker.bytes)
    }
}
