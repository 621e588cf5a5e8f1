import Wire

/// The connections of a scenario's workers to their coordinator, or to a relay, and the link that they share at its
/// end.
struct SimulatedLinks {
    /// A message that waits for those before it on its connection.
    struct Transfer {
        let arrival: Simulation.Event
        let bytes: Double
    }
    private struct Connection {
        var waiting: [Transfer] = []
        var lastEnd = -1_000_000_000
        var lastArrival = 0
        /// What the message underway takes beyond its share of the link.
        var extra = 0
    }
    /// One way of all connections.
    private struct Way {
        var capacity: SharedCapacity<Int>
        var connections: [Connection]
        var bytes = 0.0
        /// Since when nothing is sent on it.
        var idleSince = 0
    }
    /// After this long TCP begins anew with little.
    private static let idleLimit = 250_000
    /// Gaps between parts are no rest.
    private static let restLimit = 5000
    private let link: Scenario.Link
    private var ways: [Way]

    /// Connections over links of a kind, and one of so many bits a second at the other end, or of the same kind.
    init(_ link: Scenario.Link, sharedBitsPerSecond: Double?, connections: Int) {
        self.link = link
        let each = link.bytesPerMicrosecond
        let total =
            sharedBitsPerSecond.map {
                Scenario.Link(bitsPerSecond: $0, delay: .zero).bytesPerMicrosecond
            } ?? each
        let way = Way(
            capacity: SharedCapacity(total: total, each: each),
            connections: Array(repeating: Connection(), count: connections))
        ways = [way, way]
    }

    /// Bytes that were sent so far, both ways.
    var byteCount: Double { ways[0].bytes + ways[1].bytes }

    /// The number of what was foretold last for a way.
    func version(isUp: Bool) -> Int { ways[isUp ? 1 : 0].capacity.version }

    /// When the next message of a way is all on the link, if nothing changes.
    func nextEnd(isUp: Bool) -> Int? { ways[isUp ? 1 : 0].capacity.nextEnd }

    /// Sends a message on connection `i`, after those before it.
    mutating func send(_ transfer: Transfer, on i: Int, isUp: Bool, at now: Int) {
        let way = isUp ? 1 : 0
        ways[way].bytes += transfer.bytes
        ways[way].connections[i].waiting.append(transfer)
        if ways[way].connections[i].waiting.count == 1 { begin(i, way, now) }
    }

    private mutating func begin(_ i: Int, _ way: Int, _ now: Int) {
        var bytes = ways[way].connections[i].waiting[0].bytes
        let isIdle = now - ways[way].connections[i].lastEnd > Self.idleLimit
        ways[way].connections[i].extra = isIdle ? Int(Scenario.slowStart(bytes: bytes, on: link).microseconds) : 0
        let rest = ways[way].capacity.userCount == 0 ? now - ways[way].idleSince : 0
        if rest > Self.restLimit { bytes = max(1, bytes - min(link.burst, Double(rest) * link.bytesPerMicrosecond)) }
        ways[way].capacity.put(i, amount: bytes, at: now)
        shareOut(now)
    }

    /// Lets each way have what it has beside the other.
    private mutating func shareOut(_ now: Int) {
        let counts = ways.map(\.capacity.userCount)
        let most = Double(max(counts[0], counts[1], 1))
        let share = counts.contains(0) ? 1 : 1 - link.lossBothWays * (1 - 1 / most)
        for way in 0...1 { ways[way].capacity.set(share: share, at: now) }
    }

    /// Takes a message that is all on the link, with when it comes, and begins the next one of its connection.
    mutating func takeSent(isUp: Bool, at now: Int) -> (arrival: Simulation.Event, time: Int)? {
        let way = isUp ? 1 : 0
        guard let i = ways[way].capacity.takeOut(at: now) else { return nil }
        let sent = ways[way].connections[i].waiting.removeFirst()
        let time = max(
            ways[way].connections[i].lastArrival,
            now + ways[way].connections[i].extra + Int(link.delay.microseconds))
        ways[way].connections[i].lastArrival = time
        // What fits into the first window does not open it.
        if sent.bytes > Scenario.firstWindow { ways[way].connections[i].lastEnd = now }
        if ways[way].capacity.userCount == 0 { ways[way].idleSince = now }
        if !ways[way].connections[i].waiting.isEmpty { begin(i, way, now) }
        shareOut(now)
        return (sent.arrival, time)
    }
}
