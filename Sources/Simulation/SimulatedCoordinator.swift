import Coordination
import Numerics
import Wire

/// A coordinator's shell in the simulation: a `Training`, a tree of numbers, and checkpoints.
struct SimulatedCoordinator {
    /// What outlives a coordinator's process.
    struct Checkpoint {
        var round = 0
        var state = SimulatedRun.firstState
        /// What the next round's leaves are computed from, where that is not the state.
        var before = SimulatedRun.firstState
        var probe: ArithmeticProbe?
        var record = AuditRecord()
    }
    /// Something that the coordinator does that the world has to carry out.
    enum Act {
        case send(Parcel, to: WorkerID)
        case tell(RunEvent)
        /// The run is over, or failed with a reason.
        case end(reason: String?)
    }
    private let run: SimulatedRun
    private let session: UInt64
    private(set) var training: Training
    private var round: Int
    private(set) var state: UInt64
    /// The state before the last round; the first one has none but itself.
    private var before: UInt64
    /// The parameters in the memory that is shared: a round's place is taken by the one after the next.
    private let shared: [Cell]
    private var sharing: Set<WorkerID> = []
    /// Pieces of sums that came ahead of their reports, and how many parts of which round's parameters were sent.
    private var arrived: [UInt64: [[Cell]]] = [:]
    private var leavesArrived: [Int: [Int: Int]] = [:]
    private var sent: [WorkerID: (round: Int, count: Int)] = [:]
    /// The rounds of the claims in hand.
    private var claimRounds: [UInt64: Int] = [:]
    private var trees: [Int: [(leaves: Range<Int>, cell: Cell)]] = [:]
    /// Sums that are to be compared, by their claims.
    private var answers: [UInt64: (round: Int, sums: [(leaves: Range<Int>, cell: Cell)])] = [:]
    /// Leaves that the coordinator has to compute itself.
    private var disputed: [(round: Int, leaves: Range<Int>, state: UInt64)] = []
    private var draw: SplitMix
    /// The checkpoints that were written, the newest last.
    private(set) var checkpoints: [Checkpoint]
    private(set) var acts: [Act] = []
    /// What it did that no coordinator may do.
    private(set) var fault: String?

    init(from checkpoints: [Checkpoint], _ run: SimulatedRun, _ draw: inout SplitMix) {
        let checkpoint = checkpoints.last ?? Checkpoint()
        (self.run, self.checkpoints, round, state) = (run, checkpoints, checkpoint.round, checkpoint.state)
        before = checkpoint.before
        session = draw.next()
        self.draw = SplitMix(seed: session)
        shared = [Cell(0), Cell(0)]
        shared[round % 2].value = state
        if run.isDelayed, round > 0 { shared[(round - 1) % 2].value = before }
        training = Training(
            Training.Plan(
                leafCount: run.leafCount, rounds: run.rounds, largestFigures: [1],
                vectorCount: run.vectorCount, parts: run.parts, roundsAtOnce: run.roundsAtOnce),
            round: round, firstClaim: draw.next() >> 2 | 1, probe: checkpoint.probe,
            reference: ArithmeticProbe(digest: "probe", name: "c"), record: checkpoint.record,
            heartbeat: .microseconds(run.heartbeat), lease: .microseconds(run.lease),
            refusesOtherArithmetic: !run.machines.contains { $0.probe != "probe" }, areNamesOwn: run.areNamesOwn,
            audit: run.audit, auditSeed: session, crew: run.crew)
    }

    mutating func takeActs() -> [Act] {
        defer { acts.removeAll(keepingCapacity: true) }
        return acts
    }

    // MARK: - Inputs

    mutating func receive(_ parcel: Parcel, from worker: WorkerID, at now: Duration) {
        let directives = training.onMessage(
            parcel.message, blockLengths: parcel.blockLengths, isAhead: parcel.isAhead, from: worker, at: now)
        perform(directives, on: parcel, now)
        if !disputed.isEmpty, draw.happens(500) { settle(now) }
    }

    mutating func tick(at now: Duration) {
        perform(training.onTick(at: now), now)
        settle(now)
    }

    mutating func ended(_ name: String, at now: Duration) { perform(training.onEnd(ofWorkerNamed: name, at: now), now) }

    mutating func gone(_ worker: WorkerID, at now: Duration) { perform(training.onGone(worker, at: now), now) }

    // MARK: - Directives

    private mutating func perform(_ directives: [Training.Directive], on parcel: Parcel? = nil, _ now: Duration) {
        var isRoundDone = false
        for directive in directives {
            switch directive {
            case .send(let message, let worker): acts.append(.send(Parcel(message: message), to: worker))
            case .sendWork(let work, let withParameters, let worker):
                sendWork(work, withParameters: withParameters, to: worker, now)
            case .welcome(let worker): welcome(worker)
            case .sendSamples(let block, let worker):
                let parcel = Parcel(message: .sampleBlock(block: block), blockLengths: [1])
                acts.append(.send(parcel, to: worker))
            case .share(let ready, let worker): if ready.coordinatorToken == [1] { sharing.insert(worker) }
            case .forget(let worker):
                sharing.remove(worker)
                sent[worker] = nil
            case .takeSumPart(let part, let nodes, _, _):
                takeSumPart(part, nodes, parcel)
            case .takeSums(let worker, let isLookedThrough, let isCompared):
                if let parcel { takeSums(of: parcel, from: worker, isLookedThrough, isCompared, now) }
            case .takeAnswer(let claim):
                let answer = answers.removeValue(forKey: claim)
                add(answer?.sums ?? [], of: answer?.round ?? round)
            case .settle(let round, let leaves): disputed.append((round, leaves, state(for: round)))
            case .goBack(let round): goBack(to: round, now)
            case .finishRound: isRoundDone = true  // as the shell does: whatever else there is comes first
            case .event(let event): acts.append(.tell(event))
            case .fail(let reason): acts.append(.end(reason: reason))
            }
        }
        if isRoundDone { while training.isRoundComplete, finishRound(now) {} }
    }

    private mutating func takeSumPart(_ part: SumPart, _ nodes: [Range<Int>], _ parcel: Parcel?) {
        if parcel?.cells.count != nodes.count { fault = "parts of other nodes were taken" }
        arrived[part.claim, default: []].append(parcel?.cells ?? [])
        let round = claimRounds[part.claim] ?? round
        leavesArrived[round, default: [:]][part.part, default: 0] += nodes.reduce(0) { $0 + $1.count }
        // As a coordinator does: whatever a further worker's part changes nothing of is looked for once.
        guard round == self.round, let leaves = leavesArrived[round], leaves[part.part, default: 0] >= run.leafCount
        else { return }
        sendAhead(upTo: (0..<run.vectorCount).prefix { leaves[$0, default: 0] >= run.leafCount }.count)
    }

    /// What the leaves of a round in hand are computed from.
    private func state(for round: Int) -> UInt64 { run.base(of: round) == self.round ? state : before }

    private mutating func welcome(_ worker: WorkerID) {
        let welcome = Welcome(
            job: "", heartbeat: .microseconds(run.heartbeat), lease: .microseconds(run.lease),
            memory: SharedMemoryName(process: 1, descriptor: 1, byteCount: 1, token: []), session: session,
            partLength: run.parts == nil ? 0 : 1, probeDigest: training.probe?.digest ?? "")
        acts.append(.send(Parcel(message: .welcome(welcome)), to: worker))
    }

    private mutating func sendWork(_ work: Work, withParameters: Bool, to worker: WorkerID, _ now: Duration) {
        claimRounds[work.claim] = work.round
        if case .confirm(let finder)? = training.claim(of: worker, round: work.round)?.purpose, finder.worker == worker,
            training.roster.members.contains(where: { id, member in
                id != worker && member.isReady && member.threads > 0 && !member.isCutOff
                    && (member.isComparable || !training.isAudited(work.round))
                    && member.inHand?.due.map { $0 > now } ?? true
            })
        {
            fault = "a worker is to confirm what it found itself, and there are others"
        }
        guard withParameters else { return acts.append(.send(Parcel(message: .work(work)), to: worker)) }
        let isShared = sharing.contains(worker)
        if !isShared, training.roster.members[worker]?.takesParts ?? false {
            sendParts(upTo: run.vectorCount, of: work.round, state(for: work.round), to: worker)
            sent[worker] = nil
            let parcel = Parcel(message: .work(work), blockLengths: [run.vectorCount], isAhead: true)
            return acts.append(.send(parcel, to: worker))
        }
        let cell = isShared ? shared[run.base(of: work.round) % 2] : Cell(state(for: work.round))
        acts.append(
            .send(
                Parcel(
                    message: .work(work), blockLengths: [run.vectorCount], isShared: isShared, cells: [cell]),
                to: worker))
    }

    /// Sends parts of the next parameters to those who will need them; what is not finite makes wrong ones.
    private mutating func sendAhead(upTo count: Int) {
        // What comes of wrong sums is not known before all of them are here.
        guard round + 1 < run.states.count, !run.mayGoWrong else { return }
        let isRight = run.trouble != .rootNotFinite(round: round)
        for worker in training.takersAhead where !sharing.contains(worker) {
            let made = isRight ? run.states[round + 1] : 0
            sendParts(upTo: count, of: round + run.roundsAtOnce, made, to: worker)
        }
    }

    private mutating func sendParts(upTo count: Int, of round: Int, _ state: UInt64, to worker: WorkerID) {
        let already = sent[worker].flatMap { $0.round == round ? $0.count : nil } ?? 0
        for part in already..<max(already, count) {
            let message = Message.parameterPart(ParameterPart(round: round, part: part, history: training.history))
            let piece = Cell(run.piece(part, of: state))
            acts.append(.send(Parcel(message: message, blockLengths: [1], cells: [piece]), to: worker))
        }
        sent[worker] = (round, max(already, count))
    }

    private mutating func takeSums(
        of parcel: Parcel, from worker: WorkerID, _ isLookedThrough: Bool, _ isCompared: Bool, _ now: Duration
    ) {
        guard case .leafReport(let report) = parcel.message, case .nodes(let nodes) = report.content else {
            return fault = "sums were taken of what has none"
        }
        if parcel.isShared, !sharing.contains(worker) {
            fault = "sums lie in memory that is not open"
            return
        }
        var cells = parcel.cells
        if parcel.isAhead {
            let pieces = arrived.removeValue(forKey: report.claim) ?? []
            guard pieces.count == run.vectorCount else { return fault = "sums were taken that never came" }
            cells = nodes.indices.map { node in run.whole(pieces.map { $0[node] }) }
        }
        if isLookedThrough, !cells.allSatisfy(\.isFinite) {
            return perform(training.onNotFinite(from: worker, of: report.round, at: now), now)
        }
        if isCompared {
            let sums = zip(nodes, cells).map { ($0.leaves, Cell($1.value, isFinite: $1.isFinite)) }
            answers[report.claim] = (report.round, sums)
            let digest = Self.digest(of: cells.map(\.value))
            return perform(training.onHeld(digest, from: worker, of: report.round, at: now), now)
        }
        let sums = zip(nodes, cells).map { ($0.leaves, parcel.isShared ? $1 : Cell($1.value, isFinite: $1.isFinite)) }
        add(sums, of: report.round)
        perform(training.onSums(from: worker, of: report.round, at: now), now)
    }

    private static func digest(of values: [UInt64]) -> String { values.map { "\($0)" }.joined(separator: ",") }

    private mutating func add(_ sums: [(leaves: Range<Int>, cell: Cell)], of round: Int) {
        if sums.isEmpty { fault = "an answer was taken that was not kept" }
        for sum in sums {
            if trees[round]?.contains(where: { $0.leaves.overlaps(sum.leaves) }) ?? false {
                fault = "leaves \(sum.leaves) of round \(round) were summed twice"
            }
            trees[round, default: []].append(sum)
        }
    }

    /// Has computed leaves as the coordinator itself does, beside its loop.
    private mutating func settle(_ now: Duration) {
        guard !disputed.isEmpty, training.ledger != nil else { return }
        let (round, leaves, state) = disputed.removeFirst()
        let nodes = SumTreeShape(leafCount: run.leafCount).nodes(in: leaves)
        let values = nodes.map { SimulatedRun.sum(of: $0, round: round, state: state) }
        let digest = run.isFinite(leaves, round: round) ? Self.digest(of: values) : nil
        perform(training.onSettled(round: round, leaves: leaves, mark: digest, at: now), now)
    }

    private mutating func goBack(to earlier: Int, _ now: Duration) {
        var record: AuditRecord?
        if earlier < round {
            if !run.mayGoWrong { fault = "a state was given up that was right" }
            goBackToCheckpoint(earlier)
            record = checkpoints.last?.record ?? AuditRecord()
        }
        (trees, arrived, leavesArrived, answers, sent, disputed) = ([:], [:], [:], [:], [:], [])
        perform(training.onWentBack(to: round, with: record, at: now), now)
    }

    private mutating func goBackToCheckpoint(_ earlier: Int) {
        checkpoints.removeAll { $0.round > earlier }
        let kept = checkpoints.last ?? Checkpoint()
        (round, state, before) = (kept.round, kept.state, kept.before)
        renewShared()
    }

    /// Memory that nobody shares stays as it is: copies of this value have it in common.
    private func renewShared() {
        guard run.machines.contains(where: \.sharesMemory) else { return }
        shared[round % 2].value = state
        if run.isDelayed, round > 0 { shared[(round - 1) % 2].value = before }
    }

    /// Ends the round in hand; false where it was not made.
    private mutating func finishRound(_ now: Duration) -> Bool {
        let tree = trees.removeValue(forKey: round) ?? []
        let count = tree.reduce(0) { $0 + $1.leaves.count }
        if count != run.leafCount { fault = "round \(round) ended with \(count) of \(run.leafCount) leaves" }
        let isFinite = tree.allSatisfy(\.cell.isFinite) && run.trouble != .rootNotFinite(round: round)
        let done = round
        if isFinite { advance(by: tree.reduce(0) { $0 &+ $1.cell.value }) }
        leavesArrived[done] = nil
        answers = answers.filter { $0.value.round != done }
        claimRounds = claimRounds.filter { $0.value != done }
        arrived = arrived.filter { claimRounds[$0.key] != nil }
        if !isFinite { sent = [:] }
        perform(training.onRoot(isFinite: isFinite, at: now), now)
        if isFinite, training.record.leaves != round * run.leafCount {
            fault = "\(training.record.leaves) leaves are counted after round \(round)"
        }
        if isFinite, round % run.checkpointEvery == 0 {
            checkpoints.append(
                Checkpoint(
                    round: round, state: state, before: before, probe: training.probe, record: training.record))
        }
        if training.ledger == nil { acts.append(.end(reason: nil)) }
        return isFinite
    }

    private mutating func advance(by sum: UInt64) {
        (before, state) = (state, SimulatedRun.state(after: state, sum: sum))
        round += 1
        if state != run.states[round], !run.mayGoWrong { fault = "round \(round - 1) came to another sum" }
        renewShared()
    }
}
