import Coordination
import Numerics
import Wire

/// A worker's shell in the simulation: an `Employment`, a compute thread, and memory that it may lend.
struct SimulatedWorker {
    /// Something that the worker does that the world has to carry out.
    enum Act {
        case send(Parcel)
        case prepare(generation: Int)
        case compute(Work, parameters: Cell, generation: Int)
        case tell(WorkerEvent)
        /// The process ends; with a reason where it is an error.
        case end(reason: String?)
    }
    let id: WorkerID
    /// What it calls itself.
    let name: String
    private let machine: SimulatedRun.Machine
    private let run: SimulatedRun
    private let job: Employment.Job
    private var draw: SplitMix
    private(set) var employment: Employment
    /// Whether the coordinator's memory is open.
    private var isOpen = false
    private var parameters: [(round: Int, cell: Cell)] = []
    /// The pieces of parameters that came ahead of work.
    private var coming: [Cell] = []
    private var lent: [UInt64: [Cell]] = [:]
    /// The coordinator process that it was welcomed by last, and which one each order to compute came from.
    private var session: UInt64 = 0
    private var sessionOfClaim: [UInt64: UInt64] = [:]
    private var preparedGeneration = 0
    /// When the claims that it computes were ordered.
    private var begun: [UInt64: Duration] = [:]
    /// When it was done with what it computed last.
    private var ended = Duration.zero
    /// The blocks that are here, and those that the work to bring together lacks; nil with the dataset.
    private var held: Set<Int> = []
    private var lacking: Set<Int>?
    /// What it does, in order, until the world takes it.
    private(set) var acts: [Act] = []
    /// What it did that no worker may do.
    private(set) var fault: String?

    init(
        _ id: WorkerID, name: String, _ machine: SimulatedRun.Machine, _ run: SimulatedRun, seed: UInt64,
        at now: Duration
    ) {
        (self.id, self.name, self.machine, self.run, draw) = (id, name, machine, run, SplitMix(seed: seed))
        job = Employment.Job(
            digest: "job", datasetDigest: "data", rounds: run.rounds, leafCount: run.leafCount,
            vectorCount: run.vectorCount, blockCapacity: run.blockCapacity, roundsAtOnce: run.roundsAtOnce)
        let hello = Hello(
            name: name, processor: "", numerics: "", threads: machine.threads,
            datasetDigest: machine.hasDataset ? "data" : "")
        employment = Employment(
            hello, datasetPath: nil, endpoint: "", patience: .microseconds(run.patience), at: now)
    }

    mutating func takeActs() -> [Act] {
        defer { acts.removeAll(keepingCapacity: true) }
        return acts
    }

    // MARK: - Inputs

    mutating func receive(_ parcel: Parcel, at now: Duration) {
        let directives = employment.onMessage(
            parcel.message, blockLengths: parcel.blockLengths, isShared: parcel.isShared, isAhead: parcel.isAhead,
            at: now)
        perform(directives, on: parcel, now)
        checkLentMemory()
        let releasedBelow: UInt64
        switch parcel.message {
        case .work(let work): releasedBelow = work.releasedBelow
        case .heartbeatReply(_, let released): releasedBelow = released
        case .finish: releasedBelow = .max
        default: return
        }
        if employment.lentClaims.contains(where: { $0 < releasedBelow }) { fault = "memory is lent that is released" }
        // A work that comes twice may be computed twice.
        if lent.count != employment.lentClaims.count, lent.count != Set(employment.lentClaims).count {
            fault = "other memory is kept than is lent"
        }
    }

    /// Nothing stays lent to a coordinator that is gone, and no more than rounds that are in hand or just done have.
    private mutating func checkLentMemory() {
        if lent.keys.contains(where: { sessionOfClaim[$0] != session }) {
            fault = "memory is lent to a coordinator that is gone"
        }
        if lent.values.reduce(0, { $0 + $1.count }) > 3 * (1 + run.roundsAtOnce) * run.leafCount {
            fault = "ever more memory is lent"
        }
    }

    mutating func tick(at now: Duration) { perform(employment.onTick(at: now), now) }

    mutating func prepared(_ generation: Int, at now: Duration) {
        perform(employment.onPrepared(probeDigest: machine.probe, generation: generation), now)
    }

    mutating func computed(_ work: Work, at parameters: Cell, generation: Int, lies: Lie?, at now: Duration) {
        let nodes = SumTreeShape(leafCount: run.leafCount).nodes(in: work.leaves)
        let cells = nodes.map {
            Cell(
                SimulatedRun.sum(of: $0, round: work.round, state: parameters.value) ^ (lies == .numbers ? 1 : 0),
                isFinite: lies != .sums)
        }
        let isFinite = run.isFinite(work.leaves, round: work.round) && lies != .word
        let content = LeafReport.Content.nodes(nodes.map { .init(leaves: $0, figures: [Double($0.count)]) })
        let start = max(begun.removeValue(forKey: work.claim) ?? now, ended)
        ended = now
        let directives = employment.onComputed(
            work, isFinite ? content : .notFinite, computing: now - start, generation: generation)
        for case .sendReport(let report, let isLent) in directives {
            if isLent {
                if !machine.sharesMemory { fault = "memory is lent that is not shared" }
                lent[report.claim, default: []] += cells
                checkLentMemory()
            }
            if report.content == .notFinite {
                acts.append(.send(Parcel(message: .leafReport(report))))
            } else {
                let lengths = [Int](repeating: run.vectorCount, count: cells.count)
                let isAhead = !isLent && employment.parts != nil
                if isAhead { sendPieces(of: cells, claim: report.claim) }
                acts.append(
                    .send(
                        Parcel(
                            message: .leafReport(report), blockLengths: lengths, isShared: isLent, isAhead: isAhead,
                            cells: isAhead ? [] : cells)))
            }
        }
    }

    private mutating func sendPieces(of cells: [Cell], claim: UInt64) {
        for part in 0..<run.vectorCount {
            let pieces = cells.map { Cell(run.piece(part, of: $0.value), isFinite: $0.isFinite) }
            let message = Message.sumPart(SumPart(claim: claim, part: part))
            acts.append(
                .send(
                    Parcel(message: message, blockLengths: [Int](repeating: 1, count: cells.count), cells: pieces)))
        }
    }

    /// What a worker may say that is not so.
    enum Lie { case word, sums, numbers }

    // MARK: - Directives

    private mutating func keepParameters(of work: Work, _ parcel: Parcel?) {
        guard let cell = parcel?.isAhead ?? false ? run.whole(coming) : parcel?.cells.first else {
            return fault = "parameters are to be kept that never came"
        }
        parameters.removeAll { $0.round == work.round || abs($0.round - work.round) >= run.roundsAtOnce }
        parameters.append((work.round, cell))
    }

    private mutating func hold(_ block: Int) {
        held.insert(block)
        lacking?.remove(block)
    }

    private mutating func bring(_ work: Work, _ parcel: Parcel?, _ now: Duration) {
        let blocks = run.blocks(of: work.leaves, round: work.round)
        lacking = Set(blocks).subtracting(held)
        let ahead = (work.round + 1..<run.rounds).flatMap { run.blocks(of: work.leaves, round: $0) }
        perform(employment.onNeed(blocks, ahead: ahead, of: work.claim), on: parcel, now)
    }

    private mutating func lookUp(_ block: Int, _ parcel: Parcel?, _ now: Duration) {
        if held.contains(block) { fault = "block \(block) is here and was looked for" }
        let isFound = draw.happens(300)
        if isFound { hold(block) }
        perform(employment.onLookUp(block, isFound: isFound), on: parcel, now)
    }

    private mutating func take(_ block: Int, _ parcel: Parcel?, _ now: Duration) {
        if draw.happens(20) { return perform(employment.onAltered(block), on: parcel, now) }
        hold(block)
        perform(employment.onBlock(block), on: parcel, now)
    }

    private mutating func take(part: Int, of parcel: Parcel?) {
        if part == 0 { coming = [] }
        coming += parcel?.cells ?? []
        if coming.count != part + 1 { fault = "a part of parameters was taken out of order" }
    }

    private mutating func prepare(_ generation: Int) {
        if generation <= preparedGeneration { fault = "generation \(generation) was prepared twice" }
        preparedGeneration = generation
        acts.append(.prepare(generation: generation))
    }

    private mutating func compute(_ work: Work, generation: Int, _ now: Duration) {
        guard let parameters = parameters.first(where: { $0.round == work.round })?.cell else {
            return fault = "there are no parameters to compute at"
        }
        sessionOfClaim[work.claim] = session
        begun[work.claim] = now
        if !machine.hasDataset, lacking?.isEmpty != true { fault = "samples of the work are missing" }
        acts.append(.compute(work, parameters: parameters, generation: generation))
    }

    private mutating func release(_ claims: [UInt64]) {
        for claim in claims {
            for cell in lent[claim] ?? [] { cell.value = ~cell.value }
            lent[claim] = nil
        }
    }

    private mutating func perform(_ directives: [Employment.Directive], on parcel: Parcel? = nil, _ now: Duration) {
        for directive in directives {
            switch directive {
            case .send(let message): acts.append(.send(Parcel(message: message)))
            case .sayReady(let probeDigest):
                let token: [UInt8] = isOpen ? [1] : []
                acts.append(
                    .send(
                        Parcel(
                            message: .ready(
                                Ready(
                                    probeDigest: probeDigest, coordinatorToken: token,
                                    takesParts: employment.parts != nil)))))
            case .sendReport: fault = "a report was sent where nothing was computed"
            case .examine(let welcome):
                session = welcome.session
                perform(employment.onJob(job, in: welcome, at: now), on: parcel, now)
            case .share(let name): isOpen = machine.sharesMemory && name != nil
            case .stream(let keepsBlocks): if !keepsBlocks { held = [] }
            case .bring(let work, let withNewParameters):
                if withNewParameters { keepParameters(of: work, parcel) }
                bring(work, parcel, now)
            case .keepParameters(let work): keepParameters(of: work, parcel)
            case .lookUp(let block): lookUp(block, parcel, now)
            case .takeBlock(let block): take(block, parcel, now)
            case .dropBlocks(let blocks):
                if !held.isSuperset(of: blocks) { fault = "blocks are to go that are not here" }
                held.subtract(blocks)
            case .takePart(let part): take(part: part, of: parcel)
            case .prepare(let generation): prepare(generation)
            case .compute(let work, let withNewParameters, let generation):
                if withNewParameters { keepParameters(of: work, parcel) }
                compute(work, generation: generation, now)
            case .release(let claims): release(claims)
            case .event(let event): acts.append(.tell(event))
            case .connectAnew: break  // what is lost on the way is lost, by this connection or another
            case .end: acts.append(.end(reason: nil))
            case .fail(let reason): acts.append(.end(reason: reason))
            }
        }
        if held.count > run.blockCapacity { fault = "more blocks are here than there is room for" }
        while employment.wantsTurn { perform(employment.onTurn(), on: parcel, now) }
    }
}
