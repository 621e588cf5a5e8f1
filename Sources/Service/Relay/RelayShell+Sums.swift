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
        runs = []
        reception.limit { $0.fit(job, heartbeat: welcome.heartbeat, lease: welcome.lease) }
        let plan = Training.Plan(
            leafCount: job.shardsPerStep, rounds: job.rounds, stepsPerRound: job.stepsPerRound,
            largestFigures: job.figures.map(\.largestPerLeaf),
            vectorCount: job.exchangeCount, roundsAtOnce: job.roundsAtOnce)
        try perform(
            relay.onPrepared(
                plan, firstClaim: .random(in: 1...1 << 62), in: welcome, generation: generation, at: watch.elapsed))
    }

    /// Welcomes a worker to the coordinator's job, as the coordinator's text has it.
    func welcome(_ worker: WorkerID) throws {
        guard let welcome else { preconditionFailure("no job to welcome a worker to") }
        let own = Welcome(
            job: welcome.job, heartbeat: welcome.heartbeat, lease: welcome.lease, session: session,
            probeDigest: welcome.probeDigest)
        try send(Envelope(.welcome(own)), to: worker)
    }

    // MARK: - Sums

    /// Takes the parameters that came with a run, and begins its tree.
    func begin(_ work: Work, with envelope: ReceivedEnvelope?) throws {
        guard let job else { preconditionFailure("a run of no job") }
        let run = Run(
            round: work.round, start: watch.elapsed, parameters: self.run(work.round)?.parameters,
            tree: tree(of: work.round, job))
        runs.removeAll { $0.round == work.round || abs($0.round - work.round) >= job.roundsAtOnce }
        runs.append(run)
        guard let envelope else { return }
        do throws(WireError) {
            let block = try envelope.blocks(place: { pool.take(count: $0) }).first
            note(work.round) {
                $0.parameters = block.map { RawFrame($0, as: job.settings.arithmetic.wire.ofParameters) }
            }
        } catch {
            note(work.round) { $0.parameters = nil }  // nobody is to compute with those of another run
            try perform(relay.onUnreadable(error, at: watch.elapsed))
        }
    }

    private func tree(of round: Int, _ job: Job) -> SumTree {
        SumTree(
            SumTreeShape(leafCount: job.shardsPerStep), step: round, rounding: job.sumRounding,
            threads: CoordinatorShell.threads)
    }

    func run(_ round: Int) -> Run? { runs.first { $0.round == round } }

    private func note(_ round: Int, _ change: (inout Run) -> Void) {
        if let place = runs.firstIndex(where: { $0.round == round }) { change(&runs[place]) }
    }

    func takeSums(of envelope: ReceivedEnvelope, from worker: WorkerID) -> [Relay.Directive] {
        guard case .leafReport(let report) = envelope.message, case .nodes(let nodes) = report.content else {
            preconditionFailure("sums to take of a message that has none")
        }
        let blocks: [FloatBlock]
        do throws(WireError) {
            blocks = try envelope.blocks(place: { pool.take(count: $0) })
        } catch {
            return relay.onUnreadable(error, from: worker, at: watch.elapsed)
        }
        let sums = zip(nodes, blocks).map { LeafSum(leaves: $0.leaves, vector: $1, figures: $0.figures) }
        guard let job, sums.allSatisfy({ $0.leavesRoom(among: job.shardsPerStep) }) else {
            return relay.onNotFinite(from: worker, of: report.round, at: watch.elapsed)
        }
        note(report.round) { run in
            // What a worker says, but no longer than the run has been in hand.
            let told = run.computing[worker, default: .zero] + report.computing
            run.computing[worker] = min(told, watch.elapsed - max(run.start, lastRunEnd))
            run.gathering = max(run.gathering, report.gathering)
            for sum in sums { run.tree.insert(sum) }
        }
        return relay.onSums(from: worker, of: report.round, at: watch.elapsed)
    }

    func finishRun(_ work: Work) throws {
        let run = self.run(work.round)
        let sums = run?.tree.sums ?? []
        let isFinite = sums.allSatisfy { $0.isFinite(threads: CoordinatorShell.threads) }
        let nodes = sums.map { LeafReport.Node(leaves: $0.leaves, figures: $0.figures) }
        let content = isFinite ? LeafReport.Content.nodes(nodes) : .notFinite
        let computing = run?.computing.values.max() ?? .zero
        lastRunEnd = watch.elapsed
        try perform(
            relay.onSummed(
                of: work, content, computing: computing, gathering: run?.gathering ?? .zero, at: watch.elapsed))
        // The parameters may be wanted once more, the sums are not.
        if let job { note(work.round) { $0.tree = tree(of: work.round, job) } }
    }

    func send(_ report: LeafReport) throws {
        var frames: [RawFrame] = []
        if case .nodes = report.content {
            let element = job?.settings.arithmetic.wire ?? .float32
            frames = (run(report.round)?.tree.sums ?? []).map { RawFrame($0.vector, as: element) }
        }
        try upper.send(Envelope(.leafReport(report), frames: frames))
    }

    // MARK: - Sending

    func send(_ envelope: Envelope, to worker: WorkerID) throws {
        let (header, frames) = envelope.parts()
        note(frames, to: worker)
        try reception.send(
            [.copied(header)] + frames.map { .shared($0.content.bytes, owner: $0.content.owner) }, to: worker.bytes)
    }
}
