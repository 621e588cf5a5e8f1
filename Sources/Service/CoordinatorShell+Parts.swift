import Coordination
import Messaging
import Numerics
import Upstream
import Wire

extension CoordinatorShell {
    /// How vectors are cut: for this machine's own workers, which read them where they lie, not at all.
    static func parts(_ settings: CoordinatorSettings, isLoopback: Bool, vectorCount: Int) -> VectorParts {
        guard isLoopback else { return VectorParts(travelling: vectorCount) }
        return settings.sharesMemory ? VectorParts(whole: vectorCount) : VectorParts(twoOf: vectorCount)
    }

    /// Takes a part of a worker's sums, and makes of the round what can be made with it.
    func take(
        _ part: SumPart, of nodes: [Range<Int>], in envelope: ReceivedEnvelope, from worker: WorkerID, isHeld: Bool
    ) throws {
        guard let vectors = try vectors(in: envelope, of: nodes, from: worker) else { return }
        guard let place = training.round(ofClaim: part.claim, of: worker).flatMap(place(ofRound:)) else { return }
        if isHeld { return rounds[place].hold(part, of: nodes, vectors, from: worker) }
        for (leaves, vector) in zip(nodes, vectors) { rounds[place].sums.insert(leaves, part: part.part, vector) }
        if parts.count > 1, place == 0 { try makeParts() }
    }

    /// The place of a round among those in hand; nil where it is none of them.
    func place(ofRound round: Int) -> Int? {
        let place = round - state.round
        return rounds.indices.contains(place) ? place : nil
    }

    /// Makes the parts of the round in hand whose sums are all here, and sends what comes of them on: workers get the
    /// next parameters while their last sums are still on their way.
    func makeParts() throws {
        let before = rounds[0].made.count
        while rounds[0].made.count < parts.count, !rounds[0].isSpoilt,
            let sum = rounds[0].sums.root(part: rounds[0].made.count)
        {
            make(part: rounds[0].made.count, sum)
        }
        if rounds[0].made.count > before { try sendAhead() }
    }

    /// Makes one part of the round, unless its sum is infinite or not a number.
    func make(part: Int, _ sum: LeafSum) {
        guard sum.isFinite(threads: Self.threads) else { return rounds[0].isSpoilt = true }
        let start = watch.elapsed
        let made = state.advance(part: parts[part], sum: sum.vector, threads: Self.threads)
        times.optimising += watch.elapsed - start
        rounds[0].made.append(RawFrame(made, as: job.settings.arithmetic.wire.ofParameters))
    }

    private func sendAhead() throws {
        for worker in training.takersAhead where workerMemories[worker] == nil {
            try sendParts(
                rounds[0].made, of: state.round + job.roundsAtOnce, history: training.history, to: worker)
        }
    }

    /// Sends work with the parameters that it needs: by place, in parts of which some may be there already, or behind
    /// it.
    func sendWork(_ work: Work, withParameters: Bool, to worker: WorkerID) throws {
        clock.onWork(work.claim, to: worker, at: watch.elapsed)
        guard withParameters else { return try send(Envelope(.work(work)), to: worker) }
        guard let parameters = place(ofRound: work.round).map({ published[$0] }) else {
            preconditionFailure("work of round \(work.round), where round \(state.round) is in hand")
        }
        guard takesParts(worker), workerMemories[worker] == nil else {
            return try send(Envelope(.work(work), frames: [parameters.whole]), to: worker)
        }
        try sendWork(work, behind: parameters, to: worker)
    }

    private func takesParts(_ worker: WorkerID) -> Bool { training.roster.members[worker]?.takesParts ?? false }

    /// Ends the round in hand: makes what is left of it, or gives it up where a sum is infinite or not a number.
    ///
    /// - Returns: whether it was made.
    func makeRound(figures: [Double]) -> Bool {
        parts.count == 1 || rounds[0].made.isEmpty
            ? makeAtOnce(figures: figures) : makeRest(figures: figures)
    }

    private func root(part: Int) -> LeafSum {
        guard let root = rounds[0].sums.root(part: part) else {
            preconditionFailure("a round is over without part \(part)")
        }
        return root
    }

    /// Makes a round of which nothing was made ahead.
    private func makeAtOnce(figures: [Double]) -> Bool {
        let roots = (0..<parts.count).map(root)
        guard figures.allSatisfy(\.isFinite), roots.allSatisfy({ $0.isFinite(threads: Self.threads) }) else {
            return false
        }
        let start = watch.elapsed
        defer { times.optimising += watch.elapsed - start }
        if roots.count == 1 {
            state.advance(sum: roots[0].vector, threads: Self.threads)
        } else {
            for (part, root) in roots.enumerated() {
                _ = state.advance(part: parts[part], sum: root.vector, threads: Self.threads)
            }
            state.finishParts()
        }
        return true
    }

    /// Makes the parts of a round that were not made ahead.
    private func makeRest(figures: [Double]) -> Bool {
        while rounds[0].made.count < parts.count, !rounds[0].isSpoilt {
            make(part: rounds[0].made.count, root(part: rounds[0].made.count))
        }
        guard !rounds[0].isSpoilt, figures.allSatisfy(\.isFinite) else {
            state.giveUpParts()
            sent = [:]  // what was sent ahead is of a round that never was
            return false
        }
        state.finishParts()
        return true
    }
}
