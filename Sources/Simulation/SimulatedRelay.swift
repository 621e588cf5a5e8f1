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
        let work: Work
        var parameters: UInt64?
        var tree: [(leaves: Range<Int>, cell: Cell)] = []
        /// The pieces of sums that came, for each part of the vector, and how many of its parts were sent up.
        var pieces: [[(leaves: Range<Int>, value: UInt64)]]
        var sentUp = 0
        /// How long each worker computed for it.
        var computing: [WorkerID: Duration] = [:]
    }
    /// The run that came last, and one of another round that is computed at once with it.
    private var runs: [Run] = []
    /// The pieces of parameters that came ahead of work.
    private var coming: (round: Int, pieces: [Cell]) = (0, [])
    /// How many parts of which round's parameters workers were sent, and pieces of sums that came ahead of reports.
    private var sent: [WorkerID: (round: Int, count: Int)] = [:]
    private var arrived: [UInt64: [[Cell]]] = [:]
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
            hello, number: seed, datasetPath: nil, endpoint: "", patience: .microseconds(run.patience),
            crew: run.crew == .best ? .all : run.crew, at: now)
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
            case .takePart(let part, let workers): take(part, of: parcel, for: workers)
            case .beginRun(let work, let withNewParameters): begin(work, withNewParameters ? parcel : nil)
            case .finishRun(let work): finishRun(work, now)
            case .passOn(let block, let workers):
                for worker in workers { sendBlock(block, to: worker) }
            }
        }
    }

    private mutating func perform(_ directive: Employment.Directive, _ now: Duration) {
        switch directive {
        case .send(let message): acts.append(.sendUp(Parcel(message: message)))
        case .sayReady(let digest):
            let ready = Ready(probeDigest: digest, takesParts: relay.employment.parts != nil)
            acts.append(.sendUp(Parcel(message: .ready(ready))))
        case .sendReport(let report, let isLent):
            if isLent { fault = "a relay lends memory" }
            let cells = report.content == .notFinite ? [] : cells(of: report)
            let isAhead = relay.employment.parts != nil && !cells.isEmpty
            if isAhead, run(of: report.round)?.sentUp != run.vectorCount { fault = "a report goes before its sums" }
            let lengths = [Int](repeating: run.vectorCount, count: cells.count)
            let parcel = Parcel(
                message: .leafReport(report), blockLengths: lengths, isAhead: isAhead, cells: isAhead ? [] : cells)
            acts.append(.sendUp(parcel))
        case .examine(let welcome):
            self.welcome = welcome
            let job = Employment.Job(
                digest: "job", datasetDigest: "data", rounds: run.rounds, leafCount: run.leafCount,
                vectorCount: run.vectorCount, roundsAtOnce: run.roundsAtOnce)
            perform(relay.onJob(job, in: welcome, at: now), on: nil, now)
        case .prepare(let generation):
            guard let welcome else { return fault = "a job is to be prepared that nobody offered" }
            session = draw.next()
            (runs, coming, sent, arrived) = ([], (0, []), [:], [:])
            let plan = Training.Plan(
                leafCount: run.leafCount, rounds: run.rounds, largestFigures: [1],
                vectorCount: run.vectorCount, parts: relay.parts(of: run.vectorCount), roundsAtOnce: run.roundsAtOnce)
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
            sendWork(work, withParameters ? run(of: work.round)?.parameters ?? 0 : nil, to: worker)
        case .welcome(let worker):
            guard let welcome else { return fault = "a worker is welcomed to no job" }
            let own = Welcome(
                job: "", heartbeat: welcome.heartbeat, lease: welcome.lease, session: session,
                partLength: relay.employment.parts == nil ? 0 : 1, probeDigest: welcome.probeDigest)
            acts.append(.sendDown(Parcel(message: .welcome(own)), to: worker))
        case .sendSamples(let block, let worker):
            if machine.hasDataset { return sendBlock(block, to: worker) }
            perform(relay.onWanted(block, by: worker, at: now), on: nil, now)
        case .takeSums(let worker, _, _): if let parcel { takeSums(of: parcel, from: worker, now) }
        case .event(let event): acts.append(.tellOfWorkers(event))
        case .takeSumPart(let part, let nodes, let worker, let isHeld):
            takeSumPart(part, nodes, parcel, from: worker, isHeld: isHeld, now)
        case .forget(let worker): sent[worker] = nil
        case .share: break
        case .finishRound, .fail, .takeAnswer, .settle, .goBack:
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
        var cells = parcel.cells
        if parcel.isAhead {
            let pieces = arrived.removeValue(forKey: report.claim) ?? []
            guard pieces.count == run.vectorCount else { return fault = "sums were taken that never came" }
            cells = nodes.indices.map { node in run.whole(pieces.map { $0[node] }) }
        }
        guard cells.allSatisfy(\.isFinite) else {
            return perform(relay.onNotFinite(from: worker, of: report.round, at: now), on: nil, now)
        }
        guard let place = runs.firstIndex(where: { $0.work.round == report.round }) else {
            return fault = "sums were taken of no run"
        }
        for (node, cell) in zip(nodes, cells) {
            if runs[place].tree.contains(where: { $0.leaves.overlaps(node.leaves) }) {
                fault = "leaves \(node.leaves) were summed twice below"
            }
            runs[place].tree.append((node.leaves, Cell(cell.value)))
            for part in 0..<run.vectorCount { add(run.piece(part, of: cell.value), of: node.leaves, part, to: place) }
        }
        runs[place].computing[worker, default: .zero] += report.computing
        sendUp(place)
        perform(relay.onSums(from: worker, of: report.round, at: now), on: nil, now)
    }

    private func run(of round: Int) -> Run? { runs.first { $0.work.round == round } }

    private mutating func begin(_ work: Work, _ parcel: Parcel?) {
        var parameters = run(of: work.round)?.parameters
        if let parcel, parcel.isAhead {
            let isWhole = coming.round == work.round && coming.pieces.count == run.vectorCount
            if !isWhole { fault = "a run of round \(work.round) began without all parts of its parameters" }
            parameters = run.whole(coming.pieces).value
            coming.pieces = []
        } else if let parcel {
            parameters = parcel.cells.first?.value
        }
        if parameters == nil { fault = "a run of round \(work.round) began without its parameters" }
        runs.removeAll { $0.work.round == work.round || abs($0.work.round - work.round) >= run.roundsAtOnce }
        let none = [[(leaves: Range<Int>, value: UInt64)]](repeating: [], count: run.vectorCount)
        runs.append(Run(work: work, parameters: parameters, pieces: none))
    }

    private mutating func finishRun(_ work: Work, _ now: Duration) {
        let own = run(of: work.round)
        let count = own?.tree.reduce(0) { $0 + $1.leaves.count } ?? 0
        if count != work.leaves.count { fault = "a run ended with \(count) of \(work.leaves.count) leaves" }
        let content = LeafReport.Content.nodes(nodes(of: work).map { .init(leaves: $0, figures: [Double($0.count)]) })
        let computing = own?.computing.values.max() ?? .zero
        perform(relay.onSummed(of: work, content, computing: computing, at: now), on: nil, now)
    }

    private func nodes(of work: Work) -> [Range<Int>] { SumTreeShape(leafCount: run.leafCount).nodes(in: work.leaves) }

    private func cells(of report: LeafReport) -> [Cell] {
        let tree = run(of: report.round)?.tree ?? []
        return SumTreeShape(leafCount: run.leafCount).nodes(in: report.leaves).map { node in
            Cell(tree.reduce(0) { node.contains($1.leaves.lowerBound) ? $0 &+ $1.cell.value : $0 })
        }
    }
}

// MARK: - In parts

extension SimulatedRelay {
    private mutating func take(_ part: ParameterPart, of parcel: Parcel?, for workers: [WorkerID]) {
        if part.part == 0 {
            coming = (part.round, [])
            sent = sent.filter { $0.value.round != part.round }
        }
        if coming.round != part.round || coming.pieces.count != part.part {
            fault = "a part of parameters was taken out of order"
        }
        coming.pieces += parcel?.cells ?? []
        for worker in workers { sendParts(coming.pieces.map(\.value), of: part.round, to: worker) }
    }

    private mutating func sendParts(_ pieces: [UInt64], of round: Int, to worker: WorkerID) {
        let already = sent[worker].flatMap { $0.round == round ? $0.count : nil } ?? 0
        for part in already..<max(already, pieces.count) {
            let history = relay.training?.history ?? 0
            let message = Message.parameterPart(ParameterPart(round: round, part: part, history: history))
            acts.append(
                .sendDown(Parcel(message: message, blockLengths: [1], cells: [Cell(pieces[part])]), to: worker))
        }
        sent[worker] = (round, max(already, pieces.count))
    }

    private mutating func sendWork(_ work: Work, _ parameters: UInt64?, to worker: WorkerID) {
        guard let parameters else { return acts.append(.sendDown(Parcel(message: .work(work)), to: worker)) }
        let isAhead = relay.training?.roster.members[worker]?.takesParts ?? false
        if isAhead {
            sendParts((0..<run.vectorCount).map { run.piece($0, of: parameters) }, of: work.round, to: worker)
            sent[worker] = nil
        }
        let parcel = Parcel(
            message: .work(work), blockLengths: [run.vectorCount], isAhead: isAhead,
            cells: isAhead ? [] : [Cell(parameters)])
        acts.append(.sendDown(parcel, to: worker))
    }

    private mutating func takeSumPart(
        _ part: SumPart, _ nodes: [Range<Int>], _ parcel: Parcel?, from worker: WorkerID, isHeld: Bool, _ now: Duration
    ) {
        let cells = parcel?.cells ?? []
        if cells.count != nodes.count { fault = "parts of other nodes were taken" }
        arrived[part.claim, default: []].append(cells)
        if isHeld { return }
        guard let round = relay.training?.round(ofClaim: part.claim, of: worker),
            let place = runs.firstIndex(where: { $0.work.round == round })
        else { return fault = "a part of sums was taken of no run" }
        guard cells.allSatisfy(\.isFinite) else {
            return perform(relay.onNotFinite(from: worker, of: round, at: now), on: nil, now)
        }
        for (leaves, cell) in zip(nodes, cells) { add(cell.value, of: leaves, part.part, to: place) }
        sendUp(place)
    }

    /// Adds a piece of a node's sum, unless it is covered already.
    private mutating func add(_ piece: UInt64, of leaves: Range<Int>, _ part: Int, to place: Int) {
        if runs[place].pieces[part].contains(where: { $0.leaves.clamped(to: leaves) == leaves }) { return }
        runs[place].pieces[part].removeAll { $0.leaves.overlaps(leaves) }
        runs[place].pieces[part].append((leaves, piece))
    }

    /// Sends up the parts that are whole; their pieces are sums of pieces, and no number's own.
    private mutating func sendUp(_ place: Int) {
        guard relay.employment.parts != nil else { return }
        let (work, nodes) = (runs[place].work, nodes(of: runs[place].work))
        while runs[place].sentUp < run.vectorCount {
            let pieces = runs[place].pieces[runs[place].sentUp]
            guard pieces.reduce(0, { $0 + $1.leaves.count }) == work.leaves.count else { return }
            let cells = nodes.map { node in
                Cell(pieces.reduce(0) { node.contains($1.leaves.lowerBound) ? $0 &+ $1.value : $0 })
            }
            let message = Message.sumPart(SumPart(claim: work.claim, part: runs[place].sentUp))
            let lengths = [Int](repeating: 1, count: cells.count)
            runs[place].sentUp += 1
            acts.append(.sendUp(Parcel(message: message, blockLengths: lengths, cells: cells)))
        }
    }
}
