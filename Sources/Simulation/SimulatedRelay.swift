import Coordination
import Numerics
import Wire

/// A relay's shell in the simulation: a `Relay`, a tree of numbers, and the parameters that came last.
struct SimulatedRelay {
    /// Something that the relay does that the world has to carry out.
    enum Act {
        case sendUp(Parcel)
        case sendDown(Parcel, to: WorkerID)
        case tell(String)
        case tellOfWorkers(RunEvent)
        /// The process ends; with a reason where it is an error.
        case end(reason: String?)
    }
    let id: WorkerID
    let name: String
    private let machine: SimulatedRun.Machine
    private let run: SimulatedRun
    private var draw: SplitMix
    private(set) var relay: Relay
    private var session: UInt64 = 0
    private var welcome: Welcome?
    private struct Run {
        let round: Int
        var parameters: UInt64?
        var tree: [(leaves: Range<Int>, cell: Cell)] = []
        /// How long each worker computed for it.
        var computing: [WorkerID: Duration] = [:]
    }
    /// The run that came last, and one of another round that is computed at once with it.
    private var runs: [Run] = []
    private(set) var acts: [Act] = []
    /// What it did that no relay may do.
    private(set) var fault: String?

    init(
        _ id: WorkerID, name: String, _ machine: SimulatedRun.Machine, _ run: SimulatedRun, seed: UInt64,
        at now: Duration
    ) {
        (self.id, self.name, self.machine, self.run, draw) = (id, name, machine, run, SplitMix(seed: seed))
        let hello = Hello(
            name: name, processor: "", numerics: "", threads: 1, datasetDigest: machine.hasDataset ? "data" : "")
        relay = Relay(
            hello, number: seed, datasetPath: nil, endpoint: "", patience: .microseconds(run.patience), at: now)
    }

    mutating func takeActs() -> [Act] {
        defer { acts.removeAll(keepingCapacity: true) }
        return acts
    }

    // MARK: - Inputs

    mutating func receive(_ parcel: Parcel, at now: Duration) {
        let directives = relay.onMessage(
            parcel.message, blockLengths: parcel.blockLengths, isAhead: parcel.isAhead, at: now)
        perform(directives, on: parcel, now)
    }

    mutating func receive(_ parcel: Parcel, from worker: WorkerID, at now: Duration) {
        let directives = relay.onMessage(
            parcel.message, blockLengths: parcel.blockLengths, isAhead: parcel.isAhead, from: worker, at: now)
        perform(directives, on: parcel, now)
    }

    mutating func gone(_ worker: WorkerID, at now: Duration) { perform(relay.onGone(worker, at: now), on: nil, now) }

    mutating func tick(at now: Duration) { perform(relay.onTick(at: now), on: nil, now) }

    // MARK: - Directives

    private mutating func perform(_ directives: [Relay.Directive], on parcel: Parcel?, _ now: Duration) {
        for directive in directives {
            switch directive {
            case .up(let directive): perform(directive, now)
            case .down(let directive): perform(directive, on: parcel, now)
            case .beginRun(let work, let withNewParameters):
                begin(work, withNewParameters ? parcel?.cells.first?.value : nil)
            case .finishRun(let work): finishRun(work, now)
            case .passOn(let block, let workers):
                for worker in workers { sendBlock(block, to: worker) }
            }
        }
    }

    private mutating func perform(_ directive: Employment.Directive, _ now: Duration) {
        switch directive {
        case .send(let message): acts.append(.sendUp(Parcel(message: message)))
        case .sayReady(let digest): acts.append(.sendUp(Parcel(message: .ready(Ready(probeDigest: digest)))))
        case .sendReport(let report, let isLent):
            if isLent { fault = "a relay lends memory" }
            let cells = report.content == .notFinite ? [] : cells(of: report)
            let lengths = [Int](repeating: run.vectorCount, count: cells.count)
            acts.append(.sendUp(Parcel(message: .leafReport(report), blockLengths: lengths, cells: cells)))
        case .examine(let welcome):
            self.welcome = welcome
            let job = Employment.Job(
                digest: "job", datasetDigest: "data", rounds: run.rounds, leafCount: run.leafCount,
                vectorCount: run.vectorCount, roundsAtOnce: run.roundsAtOnce)
            perform(relay.onJob(job, in: welcome, at: now), on: nil, now)
        case .prepare(let generation):
            guard let welcome else { return fault = "a job is to be prepared that nobody offered" }
            session = draw.next()
            let plan = Training.Plan(
                leafCount: run.leafCount, rounds: run.rounds, largestFigures: [1],
                vectorCount: run.vectorCount, roundsAtOnce: run.roundsAtOnce)
            let directives = relay.onPrepared(
                plan, firstClaim: draw.next() >> 2 | 1, in: welcome, generation: generation, at: now)
            perform(directives, on: nil, now)
        case .event(let event): acts.append(.tell("\(event)"))
        case .connectAnew: break  // what is lost on the way is lost, by this connection or another
        case .end: acts.append(.end(reason: nil))
        case .fail(let reason): acts.append(.end(reason: reason))
        case .share, .release, .stream, .keepParameters, .dropBlocks, .takePart: break
        case .bring, .lookUp, .takeBlock, .compute: fault = "a relay is to do a worker's work: \(directive)"
        }
    }

    private mutating func perform(_ directive: Training.Directive, on parcel: Parcel?, _ now: Duration) {
        switch directive {
        case .send(let message, let worker): acts.append(.sendDown(Parcel(message: message), to: worker))
        case .sendWork(let work, let withParameters, let worker):
            let cells = withParameters ? [Cell(run(of: work.round)?.parameters ?? 0)] : []
            let lengths = [Int](repeating: run.vectorCount, count: cells.count)
            acts.append(.sendDown(Parcel(message: .work(work), blockLengths: lengths, cells: cells), to: worker))
        case .welcome(let worker):
            guard let welcome else { return fault = "a worker is welcomed to no job" }
            let own = Welcome(
                job: "", heartbeat: welcome.heartbeat, lease: welcome.lease, session: session,
                probeDigest: welcome.probeDigest)
            acts.append(.sendDown(Parcel(message: .welcome(own)), to: worker))
        case .sendSamples(let block, let worker):
            if machine.hasDataset { return sendBlock(block, to: worker) }
            perform(relay.onWanted(block, by: worker, at: now), on: nil, now)
        case .takeSums(let worker, _, _): if let parcel { takeSums(of: parcel, from: worker, now) }
        case .event(let event): acts.append(.tellOfWorkers(event))
        case .share, .forget: break
        case .finishRound, .fail, .takeSumPart, .takeAnswer, .settle, .goBack:
            fault = "a relay passes on what is its own to mind: \(directive)"
        }
    }

    private mutating func sendBlock(_ block: Int, to worker: WorkerID) {
        acts.append(.sendDown(Parcel(message: .sampleBlock(block: block), blockLengths: [1]), to: worker))
    }

    private mutating func takeSums(of parcel: Parcel, from worker: WorkerID, _ now: Duration) {
        guard case .leafReport(let report) = parcel.message, case .nodes(let nodes) = report.content else {
            return fault = "sums were taken of what has none"
        }
        guard parcel.cells.allSatisfy(\.isFinite) else {
            return perform(relay.onNotFinite(from: worker, of: report.round, at: now), on: nil, now)
        }
        guard let place = runs.firstIndex(where: { $0.round == report.round }) else {
            return fault = "sums were taken of no run"
        }
        for (node, cell) in zip(nodes, parcel.cells) {
            if runs[place].tree.contains(where: { $0.leaves.overlaps(node.leaves) }) {
                fault = "leaves \(node.leaves) were summed twice below"
            }
            runs[place].tree.append((node.leaves, Cell(cell.value)))
        }
        runs[place].computing[worker, default: .zero] += report.computing
        perform(relay.onSums(from: worker, of: report.round, at: now), on: nil, now)
    }

    private func run(of round: Int) -> Run? { runs.first { $0.round == round } }

    private mutating func begin(_ work: Work, _ parameters: UInt64?) {
        let begun = Run(round: work.round, parameters: parameters ?? run(of: work.round)?.parameters)
        if begun.parameters == nil { fault = "a run of round \(work.round) began without its parameters" }
        runs.removeAll { $0.round == work.round || abs($0.round - work.round) >= run.roundsAtOnce }
        runs.append(begun)
    }

    private mutating func finishRun(_ work: Work, _ now: Duration) {
        let own = run(of: work.round)
        let count = own?.tree.reduce(0) { $0 + $1.leaves.count } ?? 0
        if count != work.leaves.count { fault = "a run ended with \(count) of \(work.leaves.count) leaves" }
        let nodes = SumTreeShape(leafCount: run.leafCount).nodes(in: work.leaves)
        let content = LeafReport.Content.nodes(nodes.map { .init(leaves: $0, figures: [Double($0.count)]) })
        let computing = own?.computing.values.max() ?? .zero
        perform(relay.onSummed(of: work, content, computing: computing, at: now), on: nil, now)
    }

    private func cells(of report: LeafReport) -> [Cell] {
        let tree = run(of: report.round)?.tree ?? []
        return SumTreeShape(leafCount: run.leafCount).nodes(in: report.leaves).map { node in
            Cell(tree.reduce(0) { node.contains($1.leaves.lowerBound) ? $0 &+ $1.cell.value : $0 })
        }
    }
}
