/// The version of the protocol that this program speaks.
public let protocolVersion: UInt32 = 5

/// What coordinator and workers say to each other; `Protos/wire.proto` tells each field's meaning.
public enum Message: Equatable, Sendable {
    /// A worker asks to join.
    case hello(Hello)
    /// A worker asks for one block of samples.
    case sampleRequest(block: Int)
    /// A worker has the job and the samples.
    case ready(Ready)
    /// A worker's sums of its leaves, one raw frame a node.
    case leafReport(LeafReport)
    /// A worker is alive.
    case heartbeat(Heartbeat)
    /// A worker leaves.
    case farewell(FarewellReason, text: String)
    /// The coordinator takes a worker in.
    case welcome(Welcome)
    /// One block of samples, in one raw frame.
    case sampleBlock(block: Int)
    /// Leaves to compute; the parameters come in a raw frame where the worker has not got them.
    case work(Work)
    /// The coordinator heard a heartbeat; memory lent for claims with smaller numbers than `releasedBelow` is free
    /// again.
    case heartbeatReply(sequence: UInt64, releasedBelow: UInt64)
    /// The coordinator does not take a message.
    case refusal(Refusal)
    /// The job is over.
    case finish(complete: Bool)
    /// The coordinator heard a hello and will welcome the worker in a while.
    case wait
}

/// A worker's introduction.
public struct Hello: Equatable, Sendable {
    /// Host name and process number, for people.
    public var name: String
    /// The kind of processor.
    public var processor: String
    /// The numeric library, its version and instruction set.
    public var numerics: String
    /// Compute threads.
    public var threads: Int
    /// The digest of the dataset at hand; empty for none.
    public var datasetDigest: String

    /// An introduction.
    public init(name: String, processor: String, numerics: String, threads: Int, datasetDigest: String) {
        (self.name, self.processor, self.numerics) = (name, processor, numerics)
        (self.threads, self.datasetDigest) = (threads, datasetDigest)
    }
}

/// The coordinator's answer to a worker that it takes in.
public struct Welcome: Equatable, Sendable {
    /// The job as JSON.
    public var job: String
    /// How often the worker is to show that it lives.
    public var heartbeat: Duration
    /// How long a silent worker is waited for.
    public var lease: Duration
    /// Samples a block.
    public var samplesPerBlock: Int
    /// SHA-256 of each block, 32 bytes each; empty for a worker that has the dataset.
    public var blockDigests: [UInt8]
    /// Where the parameters are for a worker on the same machine, without the token; nil when nothing is shared.
    public var memory: SharedMemoryName?
    /// Drawn at random by each coordinator process.
    public var session: UInt64

    /// An answer.
    public init(
        job: String, heartbeat: Duration, lease: Duration, samplesPerBlock: Int, blockDigests: [UInt8],
        memory: SharedMemoryName? = nil, session: UInt64
    ) {
        (self.job, self.heartbeat, self.lease) = (job, heartbeat, lease)
        (self.samplesPerBlock, self.blockDigests, self.memory) = (samplesPerBlock, blockDigests, memory)
        self.session = session
    }
}

/// Where memory is that a process shares with others of its user on its machine.
public struct SharedMemoryName: Equatable, Sendable {
    /// The process that holds it open.
    public var process: Int32
    /// The descriptor by which it does.
    public var descriptor: Int32
    /// How long it is.
    public var byteCount: Int
    /// Its first bytes, drawn at random; empty where they are what the other side has to find out.
    public var token: [UInt8]

    /// A name.
    public init(process: Int32, descriptor: Int32, byteCount: Int, token: [UInt8]) {
        (self.process, self.descriptor, self.byteCount, self.token) = (process, descriptor, byteCount, token)
    }
}

/// A worker's word that it can compute.
public struct Ready: Equatable, Sendable {
    /// The digest of its probe.
    public var probeDigest: String
    /// The token in the coordinator's shared memory; empty for a worker that can't read it.
    public var coordinatorToken: [UInt8]
    /// Where its sums are; nil when it shares nothing.
    public var memory: SharedMemoryName?

    /// A worker that shares memory, or none.
    public init(probeDigest: String, coordinatorToken: [UInt8] = [], memory: SharedMemoryName? = nil) {
        (self.probeDigest, self.coordinatorToken, self.memory) = (probeDigest, coordinatorToken, memory)
    }
}

/// Leaves that a worker is to compute.
public struct Work: Equatable, Sendable {
    /// The claim's number, which the report repeats; never 0.
    public var claim: UInt64
    /// The step.
    public var step: Int
    /// The leaves.
    public var leaves: Range<Int>
    /// Memory lent for claims with smaller numbers is free again.
    public var releasedBelow: UInt64

    /// Work.
    public init(claim: UInt64, step: Int, leaves: Range<Int>, releasedBelow: UInt64) {
        (self.claim, self.step, self.leaves, self.releasedBelow) = (claim, step, leaves, releasedBelow)
    }
}

/// The sums of a claim's leaves; their vectors follow as raw frames in the nodes' order.
public struct LeafReport: Equatable, Sendable {
    /// What is counted in one complete subtree.
    public struct Node: Equatable, Sendable {
        /// The leaves in it.
        public var leaves: Range<Int>
        /// The sums of their figures, in the job's order.
        public var figures: [Double]

        /// A subtree's figures.
        public init(leaves: Range<Int>, figures: [Double]) { (self.leaves, self.figures) = (leaves, figures) }
    }
    /// What came of the leaves.
    public enum Content: Equatable, Sendable {
        /// Their complete subtrees from left to right.
        case nodes([Node])
        /// A sum is infinite or not a number.
        case notFinite
    }
    /// No node has more figures.
    public static let figureLimit = 16
    /// The claim's number.
    public var claim: UInt64
    /// The step.
    public var step: Int
    /// The leaves.
    public var leaves: Range<Int>
    /// What came of them.
    public var content: Content
    /// How long computing took, to a microsecond.
    public var computing: Duration

    /// A report.
    public init(claim: UInt64, step: Int, leaves: Range<Int>, content: Content, computing: Duration = .zero) {
        (self.claim, self.step, self.leaves) = (claim, step, leaves)
        (self.content, self.computing) = (content, computing)
    }
}

/// A worker's sign of life, with what it has in hand.
public struct Heartbeat: Equatable, Sendable {
    /// Counts up.
    public var sequence: UInt64
    /// Whether it has said that it is ready since it was welcomed.
    public var isReady: Bool
    /// The claim that it computes; nil while it waits.
    public var claim: UInt64?

    /// A sign of life.
    public init(sequence: UInt64, isReady: Bool, claim: UInt64?) {
        (self.sequence, self.isReady, self.claim) = (sequence, isReady, claim)
    }
}

/// Why a worker leaves.
public enum FarewellReason: UInt32, Sendable {
    /// It was asked to.
    case leaving = 1
    /// It can't go on.
    case failed = 3
}

/// A message that is not taken, and why.
public struct Refusal: Equatable, Sendable {
    /// The kinds of reasons.
    public enum Code: UInt32, Sendable {
        /// Another version of the protocol.
        case version = 1
        /// A message that can't be read, or a frame of wrong length or checksum.
        case malformed = 2
        /// A worker that is not known (any more).
        case unknownWorker = 3
        /// A report of another step.
        case staleStep = 4
        /// A claim that was not the worker's, or other leaves than its.
        case notAssigned = 5
        /// A probe unlike the run's.
        case otherArithmetic = 6
        /// A block of samples that does not exist.
        case noSuchBlock = 7
        /// Sums that were said not to be finite, and are.
        case refuted = 8
    }
    /// The kind of reason.
    public var code: Code
    /// The reason in words.
    public var text: String
    /// The version that the refusing side speaks.
    public var version: UInt32

    /// A refusal.
    public init(_ code: Code, _ text: String, version: UInt32 = protocolVersion) {
        (self.code, self.text, self.version) = (code, text, version)
    }
}
