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
    case finishStep(ShardSum)
    /// Tell the person at the terminal.
    case note(String)
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
        /// The length of the parameter vector.
        public let parameterCount: Int
        /// The dataset's digest.
        public let datasetDigest: String

        /// A plan.
        public init(shardCount: Int, steps: Int, parameterCount: Int, datasetDigest: String) {
            (self.shardCount, self.steps) = (shardCount, steps)
            (self.parameterCount, self.datasetDigest) = (parameterCount, datasetDigest)
        }
    }

    /// The plan.
    public let plan: Plan
    /// Who is there.
    public private(set) var membership: Membership
    /// The step in hand; nil when all are done.
    public private(set) var round: Round?
    private let refusesOtherArithmetic: Bool
    private var parameters: RawFrame
    /// The first probe that came, and whose it was.
    private var probe: (digest: String, name: String)?

    /// A training that starts at `step` from `parameters`.
    public init(
        _ plan: Plan, step: Int, parameters: FloatBlock, lease: Duration, refusesOtherArithmetic: Bool = false
    ) {
        self.plan = plan
        self.refusesOtherArithmetic = refusesOtherArithmetic
        membership = Membership(lease: lease)
        self.parameters = RawFrame(parameters)
        round = step < plan.steps ? Round(step: step, shardCount: plan.shardCount) : nil
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
        case .ready(let digest): return onReady(digest, from: worker)
        case .sampleRequest(let block): return [.sendSamples(block: block, to: worker)]
        case .heartbeat(let sequence): return [.send(Envelope(.heartbeatReply(sequence: sequence)), to: worker)]
        case .gradientReport(let report): return onReport(report, envelope.blocks, from: worker)
        case .farewell(let reason, let text): return onFarewell(reason, text, from: worker)
        case .hello, .welcome, .sampleBlock, .work, .heartbeatReply, .refusal, .finish:
            return onUnreadable("a message that only a coordinator sends", from: worker)
        }
    }

    /// Takes note of a message that could not be read: the worker is refused, and its shards go to others.
    public mutating func onUnreadable(_ error: WireError, from worker: WorkerID) -> [Directive] {
        if case .version(let theirs) = error {
            return [
                .note(
                    "refused a worker that speaks protocol version \(theirs), not \(protocolVersion); install the same ssrm there"
                ),
                refuse(worker, Refusal(.version, "\(error)")),
            ]
        }
        return onUnreadable("\(error)", from: worker)
    }

    private mutating func onUnreadable(_ reason: String, from worker: WorkerID) -> [Directive] {
        let name = membership.members[worker]?.hello.name ?? "an unknown worker"
        return [.note("refused a message from \(name): \(reason)"), refuse(worker, Refusal(.malformed, reason))]
            + depart(worker)
    }

    /// Takes note that a worker's process is known to have ended.
    public mutating func onEnd(ofWorkerNamed name: String) -> [Directive] {
        let gone = membership.members.filter { $0.value.hello.name == name }.map(\.key)
        return gone.flatMap { depart($0) }
    }

    /// Looks for workers whose lease is over.
    public mutating func onTick(at now: Duration) -> [Directive] {
        var directives: [Directive] = []
        for worker in membership.expired(at: now) {
            let name = membership.members[worker]?.hello.name ?? ""
            directives.append(.note("\(name) was not heard of for \(membership.lease); its shards go to others"))
            directives += depart(worker)
        }
        return directives
    }

    /// Starts the next step with the parameters that the last one gave.
    public mutating func onParameters(_ updated: FloatBlock) -> [Directive] {
        guard let done = round else { return [] }
        parameters = RawFrame(updated)
        if done.step + 1 == plan.steps {
            round = nil
            return finish(complete: true)
        }
        round = Round(step: done.step + 1, shardCount: plan.shardCount)
        return assign()
    }

    /// Sends every worker away: the job is complete, or the coordinator stops.
    public func finish(complete: Bool) -> [Directive] {
        membership.members.keys.map { .send(Envelope(.finish(complete: complete)), to: $0) }
    }

    // MARK: - Answers

    private mutating func onHello(_ hello: Hello, from worker: WorkerID, at now: Duration) -> [Directive] {
        if round == nil { return [.send(Envelope(.finish(complete: true)), to: worker)] }
        round?.onDeparture(of: worker)
        membership.onHello(hello, from: worker, at: now)
        return [.welcome(worker, needsSamples: hello.datasetDigest != plan.datasetDigest)]
    }

    private mutating func onReady(_ digest: String, from worker: WorkerID) -> [Directive] {
        guard let member = membership.members[worker], !member.isReady else { return [] }
        var directives: [Directive] = []
        if let probe, probe.digest != digest {
            let text = """
                \(member.hello.name) (\(member.hello.processor), \(member.hello.numerics)) computes other bits than \(probe.name)
                """
            if refusesOtherArithmetic {
                directives.append(.note("refused \(text)"))
                directives.append(
                    refuse(worker, Refusal(.otherArithmetic, "\(text); this job takes equal arithmetic only")))
                return directives + depart(worker)
            }
            directives.append(.note("\(text): the same job may give other bits in another run"))
        } else if probe == nil {
            probe = (digest, member.hello.name)
        }
        membership.change(worker) { $0.isReady = true }
        directives.append(.note("\(member.hello.name) joined (\(member.hello.processor), \(member.hello.numerics))"))
        return directives + assign()
    }

    private mutating func onReport(
        _ report: GradientReport, _ blocks: [FloatBlock], from worker: WorkerID
    ) -> [Directive] {
        guard blocks.count == report.subtrees.count, blocks.allSatisfy({ $0.count == plan.parameterCount }) else {
            return onUnreadable("a gradient of another length than the parameters", from: worker)
        }
        guard let refusal = round?.onReport(report, blocks, from: worker) else {
            guard let sum = round?.sum else { return assign() }
            if !sum.gradient.isFinite || !sum.loss.isFinite {
                return [.fail("the gradient of step \(report.step) is infinite or not a number; lower --learning-rate")]
            }
            return [.finishStep(sum)]
        }
        return [refuse(worker, refusal)]
    }

    private mutating func onFarewell(_ reason: FarewellReason, _ text: String, from worker: WorkerID) -> [Directive] {
        let name = membership.members[worker]?.hello.name ?? ""
        switch reason {
        case .leaving: return [.note("\(name) left")] + depart(worker)
        case .failed: return [.note("\(name) can't go on: \(text)")] + depart(worker)
        case .notFinite: return [.fail("\(text) (found by \(name))")]
        }
    }

    private mutating func depart(_ worker: WorkerID) -> [Directive] {
        guard membership.remove(worker) != nil else { return [] }
        round?.onDeparture(of: worker)
        return assign()
    }

    /// Gives what is to be done to those who have nothing to do.
    private mutating func assign() -> [Directive] {
        guard var round, round.sum == nil else { return [] }
        let idle = membership.ready.filter { !round.isBusy($0.id) }.map {
            (id: $0.id, threads: $0.member.hello.threads)
        }
        let given = round.onIdle(idle)
        self.round = round
        return given.map { worker, shards in
            let needsParameters = membership.members[worker]?.parametersStep != round.step
            membership.change(worker) { $0.parametersStep = round.step }
            let frames = needsParameters ? [parameters] : []
            return .send(Envelope(.work(step: round.step, shards: shards), frames: frames), to: worker)
        }
    }

    private func refuse(_ worker: WorkerID, _ refusal: Refusal) -> Directive {
        .send(Envelope(.refusal(refusal)), to: worker)
    }
}
