public import Wire

/// A worker's mind: where it stands with its coordinator, what it has in hand, and what to answer.
///
/// A value without I/O, clock, thread or vectors: it takes messages, what the shell found out, and the time since the
/// start, and returns directives.
public struct Employment: Sendable {
    /// What the worker's shell has to do.
    public enum Directive: Equatable, Sendable {
        /// Send this.
        case send(Message)
        /// Say that the worker can compute, and where its memory is.
        case sayReady(probeDigest: String)
        /// Send this report with the sums that it is of; where they are lent, keep them until `release` names the
        /// claim.
        case sendReport(LeafReport, isLent: Bool)
        /// Look whether the job can be computed here, and call `onJob`.
        case examine(Welcome)
        /// Open the memory that the coordinator names, where it is on this machine, and close what was open before.
        case share(SharedMemoryName?)
        /// Make room for the blocks of samples that are listed.
        case fetch(Welcome)
        /// Look for a block where blocks are kept, and call `onLookUp`.
        case lookUp(block: Int)
        /// Put the block that came into its place, and call `onBlock`.
        case takeBlock(Int)
        /// Prepare to compute the job whose samples are there now, and call `onPrepared`; said once a generation.
        case prepare(generation: Int)
        /// Put the part of parameters that came into its place; the first one begins anew.
        case takePart(Int)
        /// Compute this, with the parameters that came with it, or in parts ahead of it, or those that came last, and
        /// call `onComputed`.
        case compute(Work, withNewParameters: Bool, generation: Int)
        /// The sums lent for these claims can be written over.
        case release([UInt64])
        /// Tell whoever wants to know.
        case event(WorkerEvent)
        /// The job is over.
        case end
        /// The worker can't go on.
        case fail(String)
    }

    /// What of a job the worker's mind has to know.
    public struct Job: Equatable, Sendable {
        /// What tells it from other jobs.
        public let digest: String
        /// The dataset's digest.
        public let datasetDigest: String
        /// Steps in all.
        public let steps: Int
        /// Leaves a step.
        public let leafCount: Int
        /// The length of the parameter vector.
        public let parameterCount: Int
        /// What a person is to know of computing it here.
        public let note: String?

        /// A job.
        public init(
            digest: String, datasetDigest: String, steps: Int, leafCount: Int, parameterCount: Int,
            note: String? = nil
        ) {
            (self.digest, self.datasetDigest, self.steps) = (digest, datasetDigest, steps)
            (self.leafCount, self.parameterCount, self.note) = (leafCount, parameterCount, note)
        }
    }

    /// How far the worker is with its job.
    enum Stage: Equatable {
        case fetching(BlockFetch)
        case preparing
        case ready(probeDigest: String)
    }

    /// How long a hello's answer is waited for.
    private static let helloPatience = Duration.seconds(5)
    /// What the worker says of itself.
    let hello: Hello
    /// Where its dataset is; nil when it has none.
    let datasetPath: String?
    /// Where the coordinator is, for people.
    let endpoint: String
    private let patience: Duration
    /// When the coordinator was last heard of.
    var heard: Duration
    var nextSign: Duration
    private var sequence: UInt64 = 0
    /// Whether the coordinator knows this worker, as far as the worker knows.
    var isWelcome = false
    var heartbeat = Duration.zero
    /// Which coordinator's process it is.
    var session: UInt64?
    var job: Job?
    /// Counts jobs, so that what is computed for an earlier one is known as such.
    var generation = 0
    var stage = Stage.preparing
    /// The dataset whose samples were fetched.
    var fetchedDigest: String?
    /// Whether the coordinator has shown that it reads shared memory.
    var isSharing = false
    /// How sums travel ahead of reports, and parameters may ahead of work; nil where they don't.
    public internal(set) var parts: VectorParts?
    /// The step whose parameters come in parts, and the part that is to come next.
    var ahead: (step: Int, next: Int)?
    /// The step whose parameters are here.
    var parametersStep: Int?
    /// The claim that is being computed.
    public internal(set) var claimInHand: UInt64?
    /// The claims that were ordered to be computed and are not yet, and those of them that came from a coordinator that
    /// is gone: nobody would take their sums, or let go of their memory.
    var ordered: [UInt64] = []
    var abandoned: Set<UInt64> = []
    /// The claims whose sums the coordinator may still need.
    public internal(set) var lentClaims: [UInt64] = []
    /// Smaller claims are over.
    var releasedBelow: UInt64 = 0

    /// A worker that nobody has heard of.
    ///
    /// - Parameters:
    ///   - hello: what it says of itself; the digest is that of the dataset at `datasetPath`.
    ///   - datasetPath: where its dataset is; nil when it has none.
    ///   - endpoint: where the coordinator is, for people.
    ///   - patience: how long a silent coordinator is waited for.
    ///   - now: the time.
    public init(_ hello: Hello, datasetPath: String?, endpoint: String, patience: Duration, at now: Duration) {
        (self.hello, self.datasetPath, self.endpoint) = (hello, datasetPath, endpoint)
        (self.patience, heard, nextSign) = (patience, now, now)
    }

    /// Whether the job is the one in hand and can be computed.
    var isReady: Bool { if case .ready = stage { job != nil } else { false } }

    /// A coordinator answers signs of life, so it can't be heard of more often than they are sent.
    private var silenceLimit: Duration { max(patience, heartbeat * 3) }

    /// When `onTick` is due.
    public var nextTick: Duration { min(nextSign, heard + silenceLimit) }

    /// Whether `onTurn` has something to do.
    public var wantsTurn: Bool { if case .fetching(let fetch) = stage { fetch.hasNext } else { false } }

    // MARK: - Time

    /// Shows life where it is time for that, and gives up where nothing was heard for too long.
    public mutating func onTick(at now: Duration) -> [Directive] {
        if now - heard >= silenceLimit {
            return [
                .fail(
                    """
                    nothing was heard of a coordinator at \(endpoint) for \(silenceLimit.inWords); is it running, and can this \
                    machine reach it?
                    """)
            ]
        }
        guard now >= nextSign else { return [] }
        guard isWelcome else {
            nextSign = now + min(Self.helloPatience, patience / 2)
            var hello = hello
            if let fetchedDigest { hello.datasetDigest = fetchedDigest }
            return [.send(.hello(hello))]
        }
        nextSign = now + heartbeat
        sequence += 1
        var directives = [
            Directive.send(.heartbeat(Heartbeat(sequence: sequence, isReady: isReady, claim: claimInHand)))
        ]
        if case .fetching(var fetch) = stage {
            directives += fetch.overdue().map { .send(.sampleRequest(block: $0)) }
            stage = .fetching(fetch)
        }
        return directives
    }

    /// Goes on with what is done between messages.
    public mutating func onTurn() -> [Directive] { goOnFetching() }

    // MARK: - Leaving

    /// Leaves because the worker was asked to.
    public func onStop() -> [Directive] { [.send(.farewell(.leaving, text: "")), .end] }

    /// Tells a coordinator that knows this worker why it can't go on.
    public func onFailure(_ reason: String) -> [Directive] {
        isWelcome ? [.send(.farewell(.failed, text: reason))] : []
    }

    // MARK: - Samples

    /// Takes note of what looking for a block came to.
    public mutating func onLookUp(_ block: Int, isFound: Bool) -> [Directive] {
        guard case .fetching(var fetch) = stage else { return [] }
        fetch.onLookUp(block, isFound: isFound)
        stage = .fetching(fetch)
        return isFound ? prepareIfComplete() : [.send(.sampleRequest(block: block))]
    }

    /// Takes note that a block is in its place.
    public mutating func onBlock(_ block: Int) -> [Directive] {
        guard case .fetching(var fetch) = stage else { return [] }
        fetch.onBlock(block)
        stage = .fetching(fetch)
        return goOnFetching()
    }

    /// Looks for further blocks, or prepares the job once the last one is there.
    mutating func goOnFetching() -> [Directive] {
        guard case .fetching(var fetch) = stage else { return [] }
        var directives: [Directive] = []
        while let block = fetch.next() { directives.append(.lookUp(block: block)) }
        stage = .fetching(fetch)
        return directives + prepareIfComplete()
    }

    private mutating func prepareIfComplete() -> [Directive] {
        guard case .fetching(let fetch) = stage, fetch.isComplete else { return [] }
        fetchedDigest = fetch.datasetDigest
        return prepare()
    }

    mutating func prepare() -> [Directive] {
        stage = .preparing
        return [.prepare(generation: generation)]
    }

    // MARK: - Computing

    /// Takes note that the job can be computed now.
    public mutating func onPrepared(probeDigest: String, generation: Int) -> [Directive] {
        guard generation == self.generation else { return [] }
        stage = .ready(probeDigest: probeDigest)
        return isWelcome ? [.sayReady(probeDigest: probeDigest)] : []
    }

    /// Takes note of what computing came to.
    ///
    /// - Parameters:
    ///   - work: what was computed.
    ///   - content: the nodes, or word that a sum is not finite.
    ///   - computing: how long it took.
    ///   - generation: the generation of the order.
    /// - Returns: the report to send, or nothing.
    public mutating func onComputed(
        _ work: Work, _ content: LeafReport.Content, computing: Duration, generation: Int
    ) -> [Directive] {
        if let place = ordered.firstIndex(of: work.claim) { ordered.remove(at: place) }
        guard generation == self.generation, !abandoned.contains(work.claim) else { return [] }
        if claimInHand == work.claim { claimInHand = nil }
        if work.claim < releasedBelow { return [] }
        let isLent = isSharing && content != .notFinite
        if isLent { lentClaims.append(work.claim) }
        let report = LeafReport(
            claim: work.claim, step: work.step, leaves: work.leaves, content: content, computing: computing)
        return [.sendReport(report, isLent: isLent)]
    }
}
