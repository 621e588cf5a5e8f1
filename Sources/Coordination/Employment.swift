package import Wire

/// A worker's mind: where it stands with its coordinator, what it has in hand, and what to answer.
///
/// A value without I/O, clock, thread or vectors: it takes messages, what the shell found out, and the time since the
/// start, and returns directives.
package struct Employment: Sendable {
    /// What the worker's shell has to do.
    package enum Directive: Equatable, Sendable {
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
        /// Make ready to take the examined job's samples block by block; keep the blocks that are here, or let go of
        /// all.
        case stream(keepsBlocks: Bool)
        /// Begin to bring together what this work reads, with the parameters that came with it or those that came last,
        /// from the blocks that are here on, and call `onNeed`.
        case bring(Work, withNewParameters: Bool)
        /// Keep the parameters that came with this work, which is brought together after the one that is at present.
        case keepParameters(of: Work)
        /// Look for a block where blocks are kept; where it is, hold it, take from it what the work in hand reads, and
        /// call `onLookUp`.
        case lookUp(block: Int)
        /// Hold the block that came, take from it what the work in hand reads, and call `onBlock`; where it came
        /// altered, call `onAltered`.
        case takeBlock(Int)
        /// Hold these blocks no longer.
        case dropBlocks([Int])
        /// Prepare to compute the job, and call `onPrepared`; said once a generation.
        case prepare(generation: Int)
        /// Put the part of parameters that came into its place; the first one begins anew.
        case takePart(Int)
        /// Compute this, with the parameters that came with it, or in parts ahead of it, or those of its round that
        /// came before, from the dataset or from what was brought together, and call `onComputed`.
        case compute(Work, withNewParameters: Bool, generation: Int)
        /// The sums lent for these claims can be written over.
        case release([UInt64])
        /// Tell whoever wants to know.
        case event(WorkerEvent)
        /// Give the connection up and make a new one: nothing comes over it, and nobody says that it is broken.
        case connectAnew
        /// The job is over.
        case end
        /// The worker can't go on.
        case fail(String)
    }

    /// What of a job the worker's mind has to know.
    package struct Job: Equatable, Sendable {
        /// What tells it from other jobs.
        package let digest: String
        /// The dataset's digest.
        package let datasetDigest: String
        /// Rounds in all.
        package let rounds: Int
        /// Leaves a round.
        package let leafCount: Int
        /// The length of what is published.
        package let vectorCount: Int
        /// For how many blocks of its samples there is room here.
        package let blockCapacity: Int
        /// How many rounds are computed at once; the parameters of so many are kept.
        package let roundsAtOnce: Int
        /// What a person is to know of computing it here.
        package let note: String?

        /// A job.
        package init(
            digest: String, datasetDigest: String, rounds: Int, leafCount: Int, vectorCount: Int,
            blockCapacity: Int = 64, roundsAtOnce: Int = 1, note: String? = nil
        ) {
            self.roundsAtOnce = roundsAtOnce
            (self.digest, self.datasetDigest, self.rounds) = (digest, datasetDigest, rounds)
            (self.leafCount, self.vectorCount) = (leafCount, vectorCount)
            (self.blockCapacity, self.note) = (blockCapacity, note)
        }
    }

    /// How far the worker is with its job.
    enum Stage: Equatable {
        case preparing
        case ready(probeDigest: String)
    }

    /// How long a hello's answer is waited for.
    private static let helloPatience = Duration.seconds(5)
    /// What the worker says of itself.
    let hello: Hello
    /// Where its dataset is; nil when it has none.
    let datasetPath: String?
    /// How it comes to be taken in.
    var admission: Admission
    /// When the coordinator was last heard of.
    var heard: Duration
    var nextSign: Duration
    /// When the connection was made anew.
    private var connected = Duration.zero
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
    /// The blocks of the job's samples, where its dataset is not here.
    var stream: BlockStream?
    /// The work whose samples are being brought together.
    var bringing: Work?
    /// The work that is brought together after it.
    var broughtNext: Work?
    /// Whether the coordinator has shown that it reads shared memory.
    var isSharing = false
    /// How sums travel ahead of reports, and parameters may ahead of work; nil where they don't.
    package internal(set) var parts: VectorParts?
    /// The rounds whose parameters are here.
    var published = PublishedRounds()
    /// A relay's compute threads at hand; nil for as many as the hello says.
    var threads: Int?
    /// What it has to compute, and what it has lent.
    var claims = HeldClaims()
    /// The claim that is being computed.
    package var claimInHand: UInt64? { claims.inHand.first }
    /// The claims whose sums the coordinator may still need.
    package var lentClaims: [UInt64] { claims.lent }
    /// How many messages came or went altered since the last work was done.
    var alteredCount = 0

    /// A worker that nobody has heard of.
    ///
    /// - Parameters:
    ///   - hello: what it says of itself; the digest is that of the dataset at `datasetPath`.
    ///   - datasetPath: where its dataset is; nil when it has none.
    ///   - endpoint: where the coordinator is, for people.
    ///   - keys: the folder of its keys, for people; nil where it has none.
    ///   - patience: how long a silent coordinator is waited for.
    ///   - hearsOfHandshakes: whether `onHandshake` is told of every one.
    ///   - now: the time.
    package init(
        _ hello: Hello, datasetPath: String?, endpoint: String, keys: String? = nil, patience: Duration,
        hearsOfHandshakes: Bool = false, at now: Duration
    ) {
        (self.hello, self.datasetPath, heard, nextSign) = (hello, datasetPath, now, now)
        admission = Admission(
            endpoint: endpoint, keys: keys, patience: patience, hearsOfHandshakes: hearsOfHandshakes)
    }

    /// Whether the job is the one in hand and can be computed.
    var isReady: Bool { if case .ready = stage { job != nil } else { false } }

    /// Where the coordinator is, for people.
    var endpoint: String { admission.endpoint }

    /// A coordinator answers signs of life, so it can't be heard of more often than they are sent.
    private var silenceLimit: Duration { max(admission.patience, heartbeat * 3) }

    /// How long a coordinator that answers signs of life is silent before the connection is given up: something on the
    /// way may have forgotten it, or lost a piece of it.
    private var connectionLimit: Duration { max(heartbeat * 10, .seconds(2)) }

    /// When `onTick` is due.
    package var nextTick: Duration { min(nextSign, heard + silenceLimit, admission.retry ?? nextSign) }

    /// Whether `onTurn` has something to do.
    package var wantsTurn: Bool { stream?.hasNext ?? false }

    /// What the reason starts with when it gives up for want of a coordinator; the shell adds what it finds there.
    package static let silenceWords = "nothing was heard"

    // MARK: - Time

    /// Shows life where it is time for that, and gives up where nothing was heard for too long.
    ///
    /// Where it is called late, this process was stopped, and with it its hearing: that is no silence of the
    /// coordinator's.
    package mutating func onTick(at now: Duration) -> [Directive] {
        if now > nextTick { heard = min(now, heard + (now - nextTick)) }
        if now - heard >= silenceLimit {
            let limit = silenceLimit.inWords
            if let reason = admission.rejectionReason { return [.fail("\(reason); gave up after \(limit)")] }
            return [.fail("\(Self.silenceWords) of a coordinator or relay at \(endpoint) for \(limit)")]
        }
        var renewal: [Directive] = admission.takeRetry(at: now) ? [.connectAnew] : []
        if now >= nextSign, heartbeat > .zero, now - max(heard, connected) >= connectionLimit {
            (isWelcome, connected, renewal) = (false, now, [.connectAnew])
        }
        if !renewal.isEmpty { admission.onNewConnection() }
        guard now >= nextSign else { return renewal }
        guard isWelcome else {
            nextSign = now + min(Self.helloPatience, admission.patience / 2)
            return renewal + sayHello(at: now)
        }
        nextSign = now + heartbeat
        sequence += 1
        let overdue = stream?.overdue() ?? []
        let sign = Heartbeat(
            sequence: sequence, isReady: isReady, claim: claimInHand, nextClaim: claims.inHand.dropFirst().first,
            threads: threads)
        return renewal + [.send(.heartbeat(sign))]
            + overdue.map { .send(.sampleRequest(block: $0)) }
    }

    /// Goes on with what is done between messages.
    package mutating func onTurn() -> [Directive] { goOnStreaming() }

    // MARK: - Leaving

    /// Leaves because the worker was asked to.
    package func onStop() -> [Directive] { [.send(.farewell(.leaving, text: "")), .end] }

    /// Tells a coordinator that knows this worker why it can't go on.
    package func onFailure(_ reason: String) -> [Directive] {
        isWelcome ? [.send(.farewell(.failed, text: reason))] : []
    }

    mutating func prepare() -> [Directive] {
        stage = .preparing
        return [.prepare(generation: generation)]
    }

    // MARK: - Computing

    /// Takes note that the job can be computed now.
    package mutating func onPrepared(probeDigest: String, generation: Int) -> [Directive] {
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
    ///   - gathering: how long there was nothing to compute before it, as samples were on their way.
    ///   - generation: the generation of the order.
    /// - Returns: the report to send, or nothing.
    package mutating func onComputed(
        _ work: Work, _ content: LeafReport.Content, computing: Duration, gathering: Duration = .zero, generation: Int
    ) -> [Directive] {
        guard claims.onDone(work.claim), generation == self.generation else { return [] }
        claims.drop(work.claim)
        if claims.isOver(work.claim) {
            // Others were faster; the coordinator is to know that this worker is free.
            nextSign = .zero
            return []
        }
        alteredCount = 0
        let isLent = isSharing && content != .notFinite
        if isLent { claims.lend(work.claim) }
        let report = LeafReport(
            claim: work.claim, round: work.round, leaves: work.leaves, content: content, computing: computing,
            gathering: gathering)
        return [.sendReport(report, isLent: isLent)]
    }
}
