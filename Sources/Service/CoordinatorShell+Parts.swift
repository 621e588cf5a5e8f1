import Coordination
import Messaging
import Numerics
import Upstream
import Wire

/// How many parts of which step's parameters a worker was sent.
struct PartsSent {
    let step: Int
    var count = 0
}

extension CoordinatorShell {
    /// How vectors are cut: for this machine's own workers, which read them where they lie, not at all.
    static func parts(_ settings: CoordinatorSettings, isLoopback: Bool, vectorCount: Int) -> VectorParts {
        guard isLoopback else { return VectorParts(travelling: vectorCount) }
        return settings.sharesMemory ? VectorParts(whole: vectorCount) : VectorParts(twoOf: vectorCount)
    }

    /// Takes a part of a worker's sums, and makes of the step what can be made with it.
    func take(
        _ part: SumPart, of nodes: [Range<Int>], in envelope: ReceivedEnvelope, from worker: WorkerID, isHeld: Bool
    ) throws {
        let vectors: [FloatBlock]
        do throws(WireError) {
            vectors = try envelope.blocks(place: { place(count: $0) })
        } catch {
            return try perform(training.onUnreadable(error, from: worker, at: watch.elapsed))
        }
        guard let place = training.step(ofClaim: part.claim, of: worker).flatMap(place(ofStep:)) else { return }
        guard vectors.count == nodes.count else {
            let fault = WireError.frameCount(listed: nodes.count, came: vectors.count)
            return try perform(training.onUnreadable(fault, from: worker, at: watch.elapsed))
        }
        if isHeld { return steps[place].hold(part, of: nodes, vectors, from: worker) }
        for (leaves, vector) in zip(nodes, vectors) { steps[place].sums.insert(leaves, part: part.part, vector) }
        if parts.count > 1, place == 0 { try makeParts() }
    }

    /// The place of a step among those in hand; nil where it is none of them.
    func place(ofStep step: Int) -> Int? {
        let place = step - state.round
        return steps.indices.contains(place) ? place : nil
    }

    /// Takes the sums of a report whose vectors came ahead of it.
    ///
    /// - Returns: false, and nothing is taken, where they are looked through and one is infinite or not a number.
    func takeAhead(
        _ report: LeafReport, _ nodes: [LeafReport.Node], from worker: WorkerID, place: Int, isLookedThrough: Bool
    ) -> Bool {
        let all = steps[place].held.removeValue(forKey: worker)
        let held = all.flatMap { $0.claim == report.claim ? $0.parts : nil } ?? []
        if isLookedThrough {
            let (leafCount, nothing) = (job.shardsPerStep, FloatBlock(count: 0))
            let looked =
                held.map { LeafSum(leaves: $0.leaves, vector: $0.vector, figures: []) }
                + nodes.map { LeafSum(leaves: $0.leaves, vector: nothing, figures: $0.figures) }
            guard looked.allSatisfy({ $0.leavesRoom(among: leafCount) }) else { return false }
        }
        for (leaves, part, vector) in held { steps[place].sums.insert(leaves, part: part, vector) }
        for node in nodes { steps[place].sums.insert(node.leaves, figures: node.figures) }
        return true
    }

    /// Makes the parts of the step in hand whose sums are all here, and sends what comes of them on: workers get the
    /// next parameters while their last sums are still on their way.
    func makeParts() throws {
        let before = steps[0].made.count
        while steps[0].made.count < parts.count, !steps[0].isSpoilt,
            let sum = steps[0].sums.root(part: steps[0].made.count)
        {
            make(part: steps[0].made.count, sum)
        }
        if steps[0].made.count > before { try sendAhead() }
    }

    /// Makes one part of the step, unless its sum is infinite or not a number.
    func make(part: Int, _ sum: LeafSum) {
        guard sum.isFinite(threads: Self.threads) else { return steps[0].isSpoilt = true }
        let start = watch.elapsed
        let made = state.advance(part: parts[part], sum: sum.vector, threads: Self.threads)
        times.optimising += watch.elapsed - start
        steps[0].made.append(RawFrame(made, as: job.settings.arithmetic.wire.ofParameters))
    }

    private func sendAhead() throws {
        for worker in training.takersAhead where workerMemories[worker] == nil {
            try sendParts(steps[0].made, of: state.round + job.roundsAtOnce, to: worker)
        }
    }

    /// Sends the parts of parameters that a worker was not sent yet.
    func sendParts(_ parts: [RawFrame], of step: Int, to worker: WorkerID) throws {
        let already = sent[worker].flatMap { $0.step == step ? $0.count : nil } ?? 0
        for part in already..<max(already, parts.count) {
            let message = Message.parameterPart(ParameterPart(step: step, part: part, history: training.history))
            try send(Envelope(message, frames: [parts[part]]), to: worker)
        }
        sent[worker] = PartsSent(step: step, count: parts.count)
    }

    /// Sends work with the parameters that it needs: by place, in parts of which some may be there already, or behind
    /// it.
    func sendWork(_ work: Work, withParameters: Bool, to worker: WorkerID) throws {
        clock.onWork(work.claim, to: worker, at: watch.elapsed)
        guard withParameters else { return try send(Envelope(.work(work)), to: worker) }
        guard let parameters = place(ofStep: work.step).map({ published[$0] }) else {
            preconditionFailure("work of step \(work.step), where step \(state.round) is in hand")
        }
        guard takesParts(worker), workerMemories[worker] == nil else {
            return try send(Envelope(.work(work), frames: [parameters.whole]), to: worker)
        }
        try sendParts(parameters.parts, of: work.step, to: worker)
        // Once more would mean that a connection took them.
        sent[worker] = nil
        try send(Envelope(.work(work), frames: [parameters.whole], isAhead: true), to: worker)
    }

    private func takesParts(_ worker: WorkerID) -> Bool { training.roster.members[worker]?.takesParts ?? false }

    /// Ends the step in hand: makes what is left of it, or gives it up where a sum is infinite or not a number.
    ///
    /// - Returns: whether it was made.
    func makeStep(figures: [Double]) -> Bool {
        if parts.count == 1 || steps[0].made.isEmpty {
            let roots = (0..<parts.count).map { part -> LeafSum in
                guard let root = steps[0].sums.root(part: part) else {
                    preconditionFailure("a step is over without part \(part)")
                }
                return root
            }
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
        while steps[0].made.count < parts.count, !steps[0].isSpoilt {
            guard let root = steps[0].sums.root(part: steps[0].made.count) else {
                preconditionFailure("a step is over without part \(steps[0].made.count)")
            }
            make(part: steps[0].made.count, root)
        }
        guard !steps[0].isSpoilt, figures.allSatisfy(\.isFinite) else {
            state.giveUpParts()
            sent = [:]  // what was sent ahead is of a step that never was
            return false
        }
        state.finishParts()
        return true
    }
}
