import Wire

/// The connections of a scenario's workers to their coordinator, or to relays, and the links that they share.
///
/// A relay runs on the machine of its room's first worker, as `ssh-launch` has it: that machine's link carries what the
/// relay and the coordinator send each other and what goes to and from the room's other workers, and the first worker
/// needs none. The connections of a link have equal parts of it; what one of them can't have, as another link is what
/// limits it, is the others'.
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
    /// One way of connections that share the same links, and each as much of them as the others.
    private struct Bundle {
        let link: Scenario.Link
        var capacity: SharedCapacity<Int>
        var bytes = 0.0
        /// Since when nothing is sent on it.
        var idleSince = 0
    }
    /// After this long TCP begins anew with little.
    private static let idleLimit = 250_000
    /// Gaps between parts are no rest.
    private static let restLimit = 5000
    private static let (down, up) = (0, 1)
    private let scenario: Scenario
    /// Bytes a microsecond of the coordinator's link, and of that of a relay's machine.
    private let coordinatorRate, machineRate: Double
    /// By way and place, the workers first.
    private var connections: [[Connection]]
    /// By way: all workers', or each relay's and after them those of each relay's room.
    private var bundles: [[Bundle]]
    /// Counts changes, so that an event that an earlier one foretold is known as such.
    private(set) var version = 0

    /// The links of a scenario, on which nothing was sent so far.
    init(_ scenario: Scenario) {
        self.scenario = scenario
        let (link, room, relays) = (scenario.link, scenario.room, scenario.relays)
        coordinatorRate =
            scenario.coordinatorBitsPerSecond.map {
                Scenario.Link(bitsPerSecond: $0, delay: .zero).bytesPerMicrosecond
            } ?? link.bytesPerMicrosecond
        machineRate = max(link.bytesPerMicrosecond, room.bytesPerMicrosecond)
        let kinds =
            [Scenario.Link](repeating: link, count: max(1, relays)) + [Scenario.Link](repeating: room, count: relays)
        let way = kinds.map { kind in
            let rate = kind.bytesPerMicrosecond
            return Bundle(link: kind, capacity: SharedCapacity(total: rate, each: rate))
        }
        bundles = [way, way]
        let none = [Connection](repeating: Connection(), count: scenario.workers + relays)
        connections = [none, none]
    }

    private var relays: Int { scenario.relays }
    private var link: Scenario.Link { scenario.link }
    private var room: Scenario.Link { scenario.room }

    /// Bytes that were sent so far to and from the coordinator.
    var byteCount: Double { bundles.reduce(0) { $0 + $1.prefix(max(1, relays)).reduce(0) { $0 + $1.bytes } } }

    /// When the next message is all on its link, if nothing changes.
    var nextEnd: Int? { bundles.compactMap { $0.compactMap(\.capacity.nextEnd).min() }.min() }

    private func bundle(of place: Int) -> Int {
        guard place < scenario.workers else { return place - scenario.workers }
        return scenario.relay(of: place).map { relays + $0 } ?? 0
    }

    /// Whether a place is that of a worker beside its relay.
    func isBesideRelay(_ place: Int) -> Bool {
        relays > 0 && place < scenario.workers && (place == 0 || bundle(of: place) != bundle(of: place - 1))
    }

    /// Sends a message on the connection of a place, after those before it.
    mutating func send(_ transfer: Transfer, on place: Int, isUp: Bool, at now: Int) {
        let way = isUp ? Self.up : Self.down
        bundles[way][bundle(of: place)].bytes += transfer.bytes
        connections[way][place].waiting.append(transfer)
        if connections[way][place].waiting.count == 1 {
            begin(place, way, now)
            shareOut(now)
        }
    }

    private mutating func begin(_ place: Int, _ way: Int, _ now: Int) {
        let (number, connection) = (bundle(of: place), connections[way][place])
        let bundle = bundles[way][number]
        var bytes = connection.waiting[0].bytes
        let isIdle = now - connection.lastEnd > Self.idleLimit
        connections[way][place].extra =
            isIdle ? Int(Scenario.slowStart(bytes: bytes, on: bundle.link).microseconds) : 0
        let rest = idleSince(way, number).map { now - $0 } ?? 0
        if rest > Self.restLimit {
            bytes = max(1, bytes - min(bundle.link.burst, Double(rest) * bundle.link.bytesPerMicrosecond))
        }
        bundles[way][number].capacity.put(place, amount: bytes, at: now)
        version += 1
    }

    /// Since when nothing is on the links that a bundle's messages pass; nil where something is.
    private func idleSince(_ way: Int, _ number: Int) -> Int? {
        var beside = [bundles[way][number]]
        if number < relays {
            beside = Array(bundles[way].prefix(relays)) + [bundles[1 - way][relays + number]]
        } else if relays > 0 {
            beside.append(bundles[1 - way][number - relays])
        }
        return beside.allSatisfy { $0.capacity.userCount == 0 } ? beside.map(\.idleSince).max() : nil
    }

    /// Takes the messages that are all on their links, with when each comes, and begins the next ones of their
    /// connections.
    mutating func takeSent(at now: Int) -> [(arrival: Simulation.Event, time: Int)] {
        var taken: [(arrival: Simulation.Event, time: Int)] = []
        for way in bundles.indices {
            for number in bundles[way].indices {
                while let place = bundles[way][number].capacity.takeOut(at: now) {
                    taken.append(end(of: place, way, number, now))
                    shareOut(now)
                }
            }
        }
        return taken
    }

    private mutating func end(of place: Int, _ way: Int, _ number: Int, _ now: Int) -> (Simulation.Event, Int) {
        version += 1
        let sent = connections[way][place].waiting.removeFirst()
        let time = max(
            connections[way][place].lastArrival,
            now + connections[way][place].extra + Int(bundles[way][number].link.delay.microseconds))
        connections[way][place].lastArrival = time
        // What fits into the first window does not open it.
        if sent.bytes > Scenario.firstWindow { connections[way][place].lastEnd = now }
        if bundles[way][number].capacity.userCount == 0 { bundles[way][number].idleSince = now }
        if !connections[way][place].waiting.isEmpty { begin(place, way, now) }
        return (sent.arrival, time)
    }
}

// MARK: - Shares

extension SimulatedLinks {
    private func count(_ way: Int, _ bundle: Int) -> Int { bundles[way][bundle].capacity.userCount }

    /// Lets each connection have what it has beside the others.
    private mutating func shareOut(_ now: Int) {
        let own = 0..<max(1, relays)
        let counts = bundles.indices.map { way in own.reduce(0) { $0 + count(way, $1) } }
        let rate = coordinatorRate * link.share(counts[0], counts[1])
        if relays == 0 {
            for way in bundles.indices { set(rate, way, 0, now) }
            return
        }
        let machines = own.map { relay in
            let into = count(Self.down, relay) + count(Self.up, relays + relay)
            return machineRate * room.share(into, count(Self.up, relay) + count(Self.down, relays + relay))
        }
        for way in bundles.indices {
            // The other connections of the machine's link in this direction are the room's other way.
            let limits = own.map { relay in
                let others = Double(count(1 - way, relays + relay))
                let left = machines[relay] - others * room.bytesPerMicrosecond
                return min(link.bytesPerMicrosecond, max(machines[relay] / (1 + others), left))
            }
            let level = Self.level(own.filter { count(way, $0) > 0 }.map { limits[$0] }, of: rate)
            for relay in own {
                let had = count(way, relay) > 0 ? min(level, limits[relay]) : 0
                if had > 0 { set(had, way, relay, now) }
                set(machines[relay] - had, 1 - way, relays + relay, now)
            }
        }
    }

    private mutating func set(_ rate: Double, _ way: Int, _ bundle: Int, _ now: Int) {
        if bundles[way][bundle].capacity.set(total: rate, at: now) { version += 1 }
    }

    /// What each may have at most of a capacity where nobody can have more than its limit: all of them have the same,
    /// or their limits.
    private static func level(_ limits: [Double], of capacity: Double) -> Double {
        var left = capacity
        for (i, limit) in limits.sorted().enumerated() {
            let share = left / Double(limits.count - i)
            if limit > share { return share }
            left -= limit
        }
        return .infinity
    }
}

extension Scenario.Link {
    /// What part of its rate each way has with so many connections one way and the other.
    fileprivate func share(_ one: Int, _ other: Int) -> Double {
        one == 0 || other == 0 ? 1 : 1 - lossBothWays * (1 - 1 / Double(max(one, other)))
    }
}
