public import Numerics
public import Wire

/// What the coordinator's shell has to do.
public enum Directive: Sendable {
    /// Send this.
    case send(Envelope, to: WorkerID)
    /// Send the job; with the list of sample blocks when the worker has not got the dataset.
    case welcome(WorkerID, needsSamples: Bool)
    /// Send one block of samples, or refuse if there is none.
    case sendSamples(block: Int, to: WorkerID)
    /// All shards are summed: update the parameters and hand them to `onParameters`.
    case finishStep(LeafSum)
    /// Tell of this.
    case event(RunEvent)
    /// The job can't go on.
    case fail(String)
}

/// The coordinator's mind: membership, the step in hand, and what to answer.
///
/// A value without I/O, clock or thread: it takes messages and the time since the start, and returns directives.
///
/// A worker says hello, is welcomed, fetches samples if it has none, says ready, and is given runs of shards from then on. Whatever
/// it computes enters the fixed tree of its step, so none of this changes a bit of the result.
public struct Training: Sendable {
    /// What of a job the coordinator's mind has to know.
    public struct Plan: Sendable {
        /// Shards a step.
        public let shardCount: Int
        /// Steps in all.
        public let steps: Int
        /// Rows through the network for each shard.
        public let rowsPerShard: Int
        /// The length of the parameter vector.
        public let parameterCount: Int
        /// The dataset's digest.
        public let datasetDigest: String
        /// How gradients and parameters are sent.
        public let wire: ElementType
        /// How sums of gradients are rounded; nil where they are not.
        public let rounding: GradientRounding?

        /// The most threads that sums are made on.
        public let threads: Int

        /// A plan.
        public init(
            shardCount: Int, steps: Int, rowsPerShard: Int, parameterCount: Int, datasetDigest: String,
            wire: ElementType = .float32, rounding: GradientRounding? = nil, threads: Int = 1
        ) {
            (self.shardCount, self.steps, self.rowsPerShard) = (shardCount, steps, rowsPerShard)
            (self.parameterCount, self.datasetDigest) = (parameterCount, datasetDigest)
            (self.wire, self.rounding, self.threads) = (wire, rounding, threads)
        }

        func round(at step: Int) -> Round {
            Round(step: step, shardCount: shardCount, rounding: rounding, threads: threads)
        }
    }

    /// The plan.
    public let plan: Plan
    /// Who is there.
    public private(set) var membership: Membership
    /// The step in hand; nil when all are done.
    public private(set) var round: Round?
    private let refusesOtherArithmetic: Bool
    /// How long after it was given a run a worker may still not know of it.
    private let grace: Duration
    private var parameters: RawFrame
    /// The first probe that came, whose it was, and who agrees with it.
    private var probe: (digest: String, name: String, holders: Set<WorkerID>)?
    private var refusedCount = 0
    /// After so many refusals no more are told of, or a broken peer would fill the terminal.
    private static let refusedLimit = 20

    /// A training that starts at `step` from `parameters`, with workers that show life once every `heartbeat`.
    public init(
        _ plan: Plan, step: Int, parameters: FloatBlock, heartbeat: Duration, lease: Duration,
        refusesOtherArithmetic: Bool = false
    ) {
        self.plan = plan
        self.refusesOtherArithmetic = refusesOtherArithmetic
        grace = heartbeat * 2
        membership = Membership(lease: lease)
        self.parameters = RawFrame(parameters, as: plan.wire)
        round = step < plan.steps ? plan.round(at: step) : nil
    }

    /// How many workers can compute.
    public var readyCount: Int { membership.members.values.count(where: \.isReady) }

    // MARK: - Inputs

    /// Takes a message that could be read.
    public mutating func onMessage(
        _ envelope: ReceivedEnvelope, from worker: WorkerID, at now: Duration
    ) -> [Directive] {
        if case .hello(let hello) = envelope.message { return onHello(hello, from: worker, at: now) }
        guard membership.onSign(from: worker, at: now) else {
            if case .farewell = envelope.message { return [] }
            return [refuse(worker, Refusal(.unknownWorker, "say hello first"))]
        }
        switch envelope.message {
        case .ready(let ready): return onReady(ready.probeDigest, from: worker, at: now)
        case .sampleRequest(let block): return [.sendSamples(block: block, to: worker)]
        case .heartbeat(let heartbeat): return onHeartbeat(heartbeat, from: worker, at: now)
        case .gradientReport(let report): return onReport(report, envelope.blocks, from: worker, at: now)
        case .farewell(let reason, let text): return onFarewell(reason, text.printable, from: worker, at: now)
        case .hello, .welcome, .sampleBlock, .work, .heartbeatReply, .refusal, .finish:
            return onUnreadable("a message that only a coordinator sends", from: worker, at: now)
        }
    }

    /// Takes note of a message that could not be read: the worker is refused, and its shards go to others.
    public mutating func onUnreadable(_ error: WireError, from worker: WorkerID, at now: Duration) -> [Directive] {
        guard case .version(let theirs) = error else { return onUnreadable("\(error)", from: worker, at: now) }
        let text =
            "a worker that speaks protocol version \(theirs), not \(protocolVersion); install the same ssrm there"
        return noteRefused(text) + [refuse(worker, Refusal(.version, "\(error)"))]
    }

    private mutating func onUnreadable(_ reason: String, from worker: WorkerID, at now: Duration) -> [Directive] {
        let name = membership.members[worker]?.name ?? "an unknown worker"
        return noteRefused("a message from \(name): \(reason)") + [refuse(worker, Refusal(.malformed, reason))]
            + depart(worker, at: now)
    }

    /// Tells of something refused, unless there was too much of it already.
    private mutating func noteRefused(_ text: String) -> [Directive] {
        refusedCount += 1
        if refusedCount > Self.refusedLimit { return [] }
        let isLast = refusedCount == Self.refusedLimit
        return [.event(.refused(what: text))] + (isLast ? [.event(.refusalsMuted)] : [])
    }

    /// Takes note that a worker's process is known to have ended.
    public mutating func onEnd(ofWorkerNamed name: String, at now: Duration) -> [Directive] {
        let gone = membership.members.filter { $0.value.hello.name == name }.map(\.key)
        return gone.flatMap { depart($0, at: now) }
    }

    /// Looks for workers whose lease is over.
    public mutating func onTick(at now: Duration) -> [Directive] {
        var directives: [Directive] = []
        for worker in membership.expired(at: now) {
            let name = membership.members[worker]?.name ?? ""
            directives.append(.event(.silent(worker: name, lease: membership.lease)))
            directives += depart(worker, at: now)
        }
        return directives
    }

    /// Starts the next step with the parameters that the last one gave.
    public mutating func onParameters(_ updated: FloatBlock, at now: Duration) -> [Directive] {
        guard let done = round else { return [] }
        parameters = RawFrame(updated, as: plan.wire)
        if done.step + 1 == plan.steps {
            round = nil
            return finish(complete: true)
        }
        round = plan.round(at: done.step + 1)
        return assign(at: now)
    }

    /// Sends every worker away: the job is complete, or the coordinator stops.
    public func finish(complete: Bool) -> [Directive] {
        membership.members.keys.map { .send(Envelope(.finish(complete: complete)), to: $0) }
    }

    // MARK: - Answers

    private mutating func onHello(_ hello: Hello, from worker: WorkerID, at now: Duration) -> [Directive] {
        if round == nil { return [.send(Envelope(.finish(complete: true)), to: worker)] }
        let freed = depart(worker, at: now)
        membership.onHello(hello, from: worker, at: now)
        return freed + [.welcome(worker, needsSamples: hello.datasetDigest != plan.datasetDigest)]
    }

    private mutating func onReady(_ digest: String, from worker: WorkerID, at now: Duration) -> [Directive] {
        guard let member = membership.members[worker], !member.isReady else { return [] }
        var directives: [Directive] = []
        let (processor, numerics) = (member.hello.processor.printable, member.hello.numerics.printable)
        if let probe, probe.digest != digest {
            if refusesOtherArithmetic {
                let text = "\(member.name) (\(processor), \(numerics)) computes other bits than \(probe.name)"
                directives += noteRefused(text)
                let reason = "\(text); this job takes equal arithmetic only"
                directives.append(refuse(worker, Refusal(.otherArithmetic, reason)))
                return directives + depart(worker, at: now)
            }
            directives.append(
                .event(
                    .otherArithmetic(
                        worker: member.name, processor: processor, numerics: numerics, probeOf: probe.name)))
        } else {
            probe = (digest, probe?.name ?? member.name, (probe?.holders ?? []).union([worker]))
        }
        membership.change(worker) { $0.isReady = true }
        directives.append(.event(.joined(worker: member.name, processor: processor, numerics: numerics)))
        return directives + assign(at: now)
    }

    /// Answers a sign of life, and looks whether the worker has in hand what it should have.
    ///
    /// A connection that breaks takes messages with it and comes back under the same identity; only what the worker says of itself
    /// shows that work, a report or the word that it is ready was among them. Work that it does not know of is given out again.
    private mutating func onHeartbeat(
        _ heartbeat: Heartbeat, from worker: WorkerID, at now: Duration
    ) -> [Directive] {
        let answer = Directive.send(Envelope(.heartbeatReply(sequence: heartbeat.sequence)), to: worker)
        guard let member = membership.members[worker] else { return [answer] }
        if heartbeat.isReady, !member.isReady {
            return [answer, refuse(worker, Refusal(.unknownWorker, "say hello again"))]
        }
        guard let round, let shards = round.run(of: worker), now - member.assignedAt > grace,
            heartbeat.run != Heartbeat.Run(step: round.step, shards: shards)
        else { return [answer] }
        self.round?.onDeparture(of: worker)
        membership.change(worker) { $0.parametersStep = nil }
        return [answer, .event(.lostWork(worker: member.name))] + assign(at: now)
    }

    private mutating func onReport(
        _ report: GradientReport, _ blocks: [FloatBlock], from worker: WorkerID, at now: Duration
    ) -> [Directive] {
        guard blocks.count == report.subtrees.count, blocks.allSatisfy({ $0.count == plan.parameterCount }) else {
            return onUnreadable("a gradient of another length than the parameters", from: worker, at: now)
        }
        guard report.subtrees.allSatisfy({ $0.correct <= $0.shards.count * plan.rowsPerShard }) else {
            return onUnreadable("more correct rows than there are", from: worker, at: now)
        }
        if let refusal = round?.onReport(report, blocks, from: worker) { return [refuse(worker, refusal)] }
        guard let sum = round?.sum else { return assign(at: now) }
        if !sum.isFinite(threads: plan.threads) {
            return [.fail("the gradient of step \(report.step) is infinite or not a number; lower --learning-rate")]
        }
        return [.finishStep(sum)]
    }

    private mutating func onFarewell(
        _ reason: FarewellReason, _ text: String, from worker: WorkerID, at now: Duration
    ) -> [Directive] {
        let name = membership.members[worker]?.name ?? ""
        switch reason {
        case .leaving: return [.event(.left(worker: name))] + depart(worker, at: now)
        case .failed: return [.event(.failed(worker: name, reason: text))] + depart(worker, at: now)
        case .notFinite: return [.fail("\(text) (found by \(name))")]
        }
    }

    private mutating func depart(_ worker: WorkerID, at now: Duration) -> [Directive] {
        guard membership.remove(worker) != nil else { return [] }
        probe?.holders.remove(worker)
        if probe?.holders.isEmpty ?? false { probe = nil }
        round?.onDeparture(of: worker)
        return assign(at: now)
    }

    /// Gives what is to be done to those who have nothing to do.
    private mutating func assign(at now: Duration) -> [Directive] {
        guard var round, round.sum == nil else { return [] }
        let idle = membership.ready.filter { round.run(of: $0.id) == nil }
        let given = round.onIdle(idle.map { (id: $0.id, threads: $0.member.hello.threads) })
        self.round = round
        return given.map { worker, shards in
            let needsParameters = membership.members[worker]?.parametersStep != round.step
            membership.change(worker) { ($0.parametersStep, $0.assignedAt) = (round.step, now) }
            let frames = needsParameters ? [parameters] : []
            return .send(Envelope(.work(step: round.step, shards: shards), frames: frames), to: worker)
        }
    }

    private func refuse(_ worker: WorkerID, _ refusal: Refusal) -> Directive {
        .send(Envelope(.refusal(refusal)), to: worker)
    }
}

extension Membership.Member {
    /// The worker's name, fit for a terminal.
    var name: String { hello.name.printable }
}
