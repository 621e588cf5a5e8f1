/// The version of the protocol that this program speaks.
public let protocolVersion: UInt32 = 4

/// What coordinator and workers say to each other; `Protos/wire.proto` tells each field's meaning.
public enum Message: Equatable, Sendable {
    /// A worker asks to join.
    case hello(Hello)
    /// A worker asks for one block of samples.
    case sampleRequest(block: Int)
    /// A worker has the job and the samples.
    case ready(Ready)
    /// A worker's sums of its run, one raw frame a subtree.
    case gradientReport(GradientReport)
    /// A worker is alive.
    case heartbeat(Heartbeat)
    /// A worker leaves.
    case farewell(FarewellReason, text: String)
    /// The coordinator takes a worker in.
    case welcome(Welcome)
    /// One block of samples, in one raw frame.
    case sampleBlock(block: Int)
    /// A run of shards to compute; the parameters come in a raw frame where the worker has not got them.
    case work(step: Int, shards: Range<Int>)
    /// The coordinator heard a heartbeat.
    case heartbeatReply(sequence: UInt64)
    /// The coordinator does not take a message.
    case refusal(Refusal)
    /// The job is over.
    case finish(complete: Bool)
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

    /// An answer.
    public init(
        job: String, heartbeat: Duration, lease: Duration, samplesPerBlock: Int, blockDigests: [UInt8],
        memory: SharedMemoryName? = nil
    ) {
        (self.job, self.heartbeat, self.lease) = (job, heartbeat, lease)
        (self.samplesPerBlock, self.blockDigests, self.memory) = (samplesPerBlock, blockDigests, memory)
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
    /// The digest of its probe gradient.
    public var probeDigest: String
    /// The token in the coordinator's shared memory; empty for a worker that can't read it.
    public var coordinatorToken: [UInt8]
    /// Where its gradients are; nil when it shares nothing.
    public var memory: SharedMemoryName?

    /// A worker that shares memory, or none.
    public init(probeDigest: String, coordinatorToken: [UInt8] = [], memory: SharedMemoryName? = nil) {
        (self.probeDigest, self.coordinatorToken, self.memory) = (probeDigest, coordinatorToken, memory)
    }
}

/// The sums of one run of shards; the gradients follow as raw frames in the subtrees' order.
public struct GradientReport: Equatable, Sendable {
    /// One complete subtree's counts.
    public struct Subtree: Equatable, Sendable {
        /// The shards in it.
        public var shards: Range<Int>
        /// Their losses' sum.
        public var loss: Double
        /// Rows that the network got right.
        public var correct: Int

        /// A subtree's counts.
        public init(shards: Range<Int>, loss: Double, correct: Int) {
            (self.shards, self.loss, self.correct) = (shards, loss, correct)
        }
    }
    /// The step.
    public var step: Int
    /// The run.
    public var shards: Range<Int>
    /// The run's complete subtrees from left to right.
    public var subtrees: [Subtree]
    /// How long computing took, to a microsecond.
    public var computing: Duration

    /// A report.
    public init(step: Int, shards: Range<Int>, subtrees: [Subtree], computing: Duration = .zero) {
        (self.step, self.shards, self.subtrees, self.computing) = (step, shards, subtrees, computing)
    }
}

/// A worker's sign of life, with what it has in hand.
public struct Heartbeat: Equatable, Sendable {
    /// A run of shards.
    public struct Run: Equatable, Sendable {
        /// The step.
        public var step: Int
        /// The shards.
        public var shards: Range<Int>

        /// A run.
        public init(step: Int, shards: Range<Int>) { (self.step, self.shards) = (step, shards) }
    }
    /// Counts up.
    public var sequence: UInt64
    /// Whether it has said that it is ready since it was welcomed.
    public var isReady: Bool
    /// What it computes; nil while it waits.
    public var run: Run?

    /// A sign of life.
    public init(sequence: UInt64, isReady: Bool, run: Run?) {
        (self.sequence, self.isReady, self.run) = (sequence, isReady, run)
    }
}

/// Why a worker leaves.
public enum FarewellReason: UInt32, Sendable {
    /// It was asked to.
    case leaving = 1
    /// A gradient was infinite or not a number.
    case notFinite = 2
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
        /// A gradient of another step.
        case staleStep = 4
        /// Shards that were not the worker's.
        case notAssigned = 5
        /// A probe gradient unlike the others'.
        case otherArithmetic = 6
        /// A block of samples that does not exist.
        case noSuchBlock = 7
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
