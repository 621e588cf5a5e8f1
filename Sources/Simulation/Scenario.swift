package import Coordination

/// Machines, links, sizes and times of a run whose duration is to be known.
///
/// A star: each worker has a link of its own to the coordinator, whose one link all of them share, each way. Messages
/// of one connection follow one another, those of several share the link equally, as TCP connections do. With relays
/// it is a star of stars, whose inner ones have their middle on a worker's machine.
package struct Scenario: Equatable, Sendable {
    /// A kind of link, each way.
    package struct Link: Equatable, Sendable {
        /// Of what a link of a rate carries, so much is the messages' own: the rest is Ethernet's, IP's and TCP's.
        static let payloadShare = 0.955
        /// What it carries, in bits a second, headers included.
        package var bitsPerSecond: Double
        /// How long a byte is underway from one end to the other.
        package var delay: Duration
        /// What each way loses of its rate while both are busy with many connections; with n of them 1 - 1/n of it.
        ///
        /// Fitted to measurements: connections are not quite fair to one another, and acknowledgements wait behind the
        /// other way's data.
        package var lossBothWays = 0.28
        /// So many bytes pass at once after a rest: nothing on a wire, 128 kB on a link that `tbf` holds to its rate.
        package var burst = 0.0

        /// A link.
        package init(bitsPerSecond: Double, delay: Duration) {
            (self.bitsPerSecond, self.delay) = (bitsPerSecond, delay)
        }

        /// Payload, in bytes a microsecond.
        var bytesPerMicrosecond: Double { bitsPerSecond * Self.payloadShare / 8e6 }
    }
    /// How many workers.
    package var workers: Int
    /// Compute threads of each.
    package var threads = 1
    /// Leaves a round.
    package var leafCount: Int
    /// Rounds that are simulated; the first eight, in which workers join, are not counted.
    package var rounds = 18
    /// How long a leaf takes one thread.
    package var leafTime: Duration
    /// How long the coordinator takes to look at the sum of all and make the next state.
    package var outerTime: Duration
    /// Bytes of one sum, as it is sent.
    package var sumBytes: Int
    /// Bytes of the published state, as it is sent.
    package var publishedBytes: Int
    /// In how many parts sums and published states travel, 1 to 64: one is summed and sent on while others travel.
    ///
    /// A coordinator takes as many as `VectorParts(travelling:)` says.
    package var parts = 1
    /// Each worker's link.
    package var link: Link
    /// What the coordinator's link carries, in bits a second; nil for as much as a worker's.
    package var coordinatorBitsPerSecond: Double?
    /// How long a byte keeps whoever sends or takes it, in nanoseconds: copies and checksums.
    package var handlingPerByte = 0.0
    /// How long a message keeps whoever takes it.
    package var handlingPerMessage = Duration.microseconds(20)
    /// Whether a round is computed while the one before it is exchanged.
    package var isDelayed = false
    /// Relays among which the workers are divided, each on the machine of its first one, as `ssh-launch` starts them;
    /// then `link` is what its connection to the coordinator has at most.
    package var relays = 0
    /// The links of a relay's machine and of its other workers; the machine's carries what goes up, too.
    package var room = Link(bitsPerSecond: 1e9, delay: .microseconds(100))
    /// The processors that all workers share; nil where each has its own.
    package var sharedProcessors: Int?
    /// How many workers are given leaves; by default all, so that nothing else is simulated than was asked.
    package var crew = CrewChoice.all
    /// How often a worker shows that it lives.
    package var heartbeat = Duration.seconds(1)
    /// Silent for longer than this, a worker is taken for dead.
    package var lease = Duration.seconds(10)

    /// A scenario of workers with one thread, on machines of their own.
    package init(
        workers: Int, leafCount: Int, leafTime: Duration, outerTime: Duration, sumBytes: Int, publishedBytes: Int,
        link: Link
    ) {
        (self.workers, self.leafCount, self.leafTime, self.outerTime) = (workers, leafCount, leafTime, outerTime)
        (self.sumBytes, self.publishedBytes, self.link) = (sumBytes, publishedBytes, link)
    }

    /// The number of the relay that a worker is behind; nil without relays.
    func relay(of worker: Int) -> Int? { relays > 0 ? worker * relays / workers : nil }

    /// The bytes of a message's header, about.
    static let headerBytes = 150

    /// How long one worker takes for its leaves where there are `workers` and the leaves are shared equally.
    package var computing: Duration {
        let leaves = (leafCount + workers - 1) / workers
        return leafTime * ((leaves + threads - 1) / threads)
    }

    /// What TCP sends before it has heard anything: ten segments.
    static let firstWindow = 14_480.0

    /// Beyond its share of the link, how long a message takes on a connection on which nothing was sent for a while:
    /// TCP then begins with little and doubles what is underway with each round trip.
    static func slowStart(bytes: Double, on link: Link) -> Duration {
        let trip = 2 * Double(link.delay.microseconds)
        let rate = link.bytesPerMicrosecond
        var (window, sent, time) = (Self.firstWindow, 0.0, 0.0)
        while window < rate * trip, sent + window < bytes {
            (sent, time, window) = (sent + window, time + trip, 2 * window)
        }
        return .microseconds(Int64(max(0, time - sent / rate)))
    }
}
