import Messaging
import Upstream
import Wire

/// What peers of a coordinator or a relay are held to; how these figures come about is in the protocol's page.
extension FrontLimits {
    /// What all messages that come may cost beside four of the largest.
    private static let inFlightBytes = 256 << 20
    /// What may wait for a peer beside two vectors.
    private static let waitingBytes = 8 << 20
    /// Descriptors that no peer takes: for files, and for processes of this machine.
    private static let reservedDescriptors = 96
    /// Of each peer: its connection, both ends of the one behind it, and its memory.
    private static let descriptorsOfPeer = 4
    private static let largestPeerCount = 4096
    private static let (talkPerSecond, talkPerHeartbeat) = (32.0, 8.0)

    /// Limits before there is a job: nobody has anything to send but that it is there.
    ///
    /// - Parameter localWorkers: how many workers this process starts itself.
    /// - Throws: where so few descriptors are free that no peer could come.
    init(localWorkers: Int) throws {
        let reserved = Self.reservedDescriptors + 2 * localWorkers
        let free = try Descriptors.free(
            upTo: reserved + Self.descriptorsOfPeer * Self.largestPeerCount, required: 32 + 2 * localWorkers)
        let count = max(4, (free - min(reserved, free / 2)) / Self.descriptorsOfPeer)
        self.init(
            message: MessageLimits(
                frameCount: 2, frameBytes: Envelope.workerHeaderByteLimit, byteCount: Envelope.workerHeaderByteLimit),
            inFlight: Self.inFlightBytes, waiting: Self.waitingBytes,
            connections: ConnectionLimits(
                count: count, countOfMachine: max(4, count * 3 / 4), rate: Rate(burst: 256, perSecond: 32)))
    }

    /// Makes room for what the largest message of a job's workers is: the sums of a claim.
    mutating func fit(_ job: Job, heartbeat: Duration, lease: Duration) {
        let vectorBytes = job.exchangeCount * MemoryLayout<Float>.size
        // Leaves next to each other are so many complete subtrees at most.
        let depth = Int.bitWidth - (job.shardsPerStep - 1).leadingZeroBitCount
        let nodes = min(Envelope.frameLimit, max(1, 2 * depth))
        let header = Envelope.workerHeaderByteLimit
        message = MessageLimits(
            frameCount: 1 + nodes, frameBytes: max(header, vectorBytes), byteCount: header + nodes * vectorBytes)
        inFlight = Self.inFlightBytes + 4 * message.cost
        waiting = Self.waitingBytes + 2 * vectorBytes
        firstMessage = max(.seconds(10), heartbeat * 2)
        silence = max(.seconds(60), lease * 3)
        // Signs of life come at each heartbeat, and some besides: when a threads' number changes, or work was lost.
        let often = max(Self.talkPerSecond, Self.talkPerHeartbeat / heartbeat.seconds)
        talk = Rate(burst: 2 * often, perSecond: often)
        talkOfMachine = Rate(burst: 128 * often, perSecond: 16 * often)
    }
}
