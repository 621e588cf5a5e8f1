import Coordination
import Numerics
import Upstream
import Wire

/// Parameters some of whose parts came ahead of the work that they are for.
struct ComingParameters {
    let round: Int
    let block: FloatBlock
    /// The parts that are there, as they are sent on.
    var made: [RawFrame] = []
}

extension RelayShell {
    // MARK: - Parameters

    /// Puts a part of parameters into its place, and sends it on to those who will need it.
    func take(_ part: ParameterPart, of envelope: ReceivedEnvelope?, for workers: [WorkerID]) throws {
        guard let envelope, let job else { preconditionFailure("a part where none can be") }
        if part.part == 0 {
            coming = ComingParameters(round: part.round, block: place(count: parts.vectorCount))
            // What came before of this round may have been of a state that never was.
            sent = sent.filter { $0.value.round != part.round }
        }
        guard var coming, coming.round == part.round, coming.made.count == part.part else { return }
        let range = parts[part.part]
        let place = FloatBlock(
            borrowing: coming.block.base + range.lowerBound, count: range.count, from: coming.block)
        do throws(WireError) {
            let came = try envelope.blocks(place: { _ in place }).first
            if let came, came !== place { place.copy(from: came) }
        } catch {
            return try perform(relay.onUnreadable(error, at: watch.elapsed))
        }
        coming.made.append(RawFrame(place, as: job.settings.arithmetic.wire.ofParameters))
        self.coming = coming
        let history = relay.training?.history ?? 0
        for worker in workers { try sendParts(coming.made, of: part.round, history: history, to: worker) }
    }

    /// A round's parameters, all of whose parts are there.
    func takeComing(of round: Int, _ job: Job) -> Published? {
        defer { coming = nil }
        guard let coming, coming.round == round, coming.made.count == parts.count else { return nil }
        return Published(coming.block, of: job, in: parts, made: coming.made)
    }

    /// Sends work with the parameters that it needs, in parts to whom takes them.
    func sendWork(_ work: Work, withParameters: Bool, to worker: WorkerID) throws {
        guard withParameters, let parameters = run(work.round)?.parameters else {
            return try send(Envelope(.work(work)), to: worker)
        }
        guard relay.training?.roster.members[worker]?.takesParts ?? false else {
            return try send(Envelope(.work(work), frames: [parameters.whole]), to: worker)
        }
        try sendWork(work, behind: parameters, to: worker)
    }

    // MARK: - Sums

    /// Takes a part of a worker's sums, and sends up what is whole with it.
    func take(
        _ part: SumPart, of nodes: [Range<Int>], in envelope: ReceivedEnvelope, from worker: WorkerID, isHeld: Bool
    ) throws {
        guard let vectors = try vectors(in: envelope, of: nodes, from: worker) else { return }
        guard let job, let round = relay.training?.round(ofClaim: part.claim, of: worker) else { return }
        if isHeld { return note(round) { $0.inHand.hold(part, of: nodes, vectors, from: worker) } }
        let sums = zip(nodes, vectors).map { LeafSum(leaves: $0, vector: $1, figures: []) }
        guard sums.allSatisfy({ $0.leavesRoom(among: job.shardsPerStep) }) else {
            return try perform(relay.onNotFinite(from: worker, of: round, at: watch.elapsed))
        }
        note(round) { run in
            for sum in sums { run.inHand.sums.insert(sum.leaves, part: part.part, sum.vector) }
        }
        try sendUp(round)
    }

    /// Looks the parts of a run's sums through that are whole and were not yet, in order, and sends them up where parts
    /// are taken there.
    func sendUp(_ round: Int) throws {
        guard let job, let place = runs.firstIndex(where: { $0.work.round == round }) else { return }
        let nodes = SumTreeShape(leafCount: job.shardsPerStep).nodes(in: runs[place].work.leaves)
        while !runs[place].isSpoilt, runs[place].sentUp < parts.count,
            let sums = runs[place].inHand.sums.sums(part: runs[place].sentUp, of: nodes)
        {
            guard sums.allSatisfy({ $0.isFinite(threads: CoordinatorShell.threads) }) else {
                return runs[place].isSpoilt = true
            }
            let part = SumPart(claim: runs[place].work.claim, part: runs[place].sentUp)
            let frames = sums.map { RawFrame($0.vector, as: job.settings.arithmetic.wire) }
            runs[place].sentUp += 1
            if relay.employment.parts != nil { try upper.send(Envelope(.sumPart(part), frames: frames)) }
        }
    }
}
