import Coordination
import Wire

/// One `Training` and several `Employment`s in virtual time, disturbed as a seed has it.
///
/// Connections break and take messages with them, workers are paused, die and come again, and so does the coordinator,
/// from its last checkpoint. Whatever happens, each round has to come to the same sum, and nothing may be left over.
///
/// Of a `Scenario` nothing is drawn and nothing breaks: what is asked is how long it takes.
package struct Simulation {
    /// What a simulation does on purpose that a network or a worker never would.
    package enum Quirk: Sendable {
        /// Nothing that is sent arrives.
        case deafNetwork
        /// Each report is sent once more under a claim that it is not of.
        case wrongClaims
    }
    /// What a run came to.
    package enum Outcome: Equatable, Sendable {
        /// All rounds came to their sums.
        case finished
        /// The job ended, as it had to: a round is not finite.
        case notFinite(round: Int)
    }
    /// A run that did what it may not.
    package struct Failure: Error, CustomStringConvertible {
        /// What went wrong, and when.
        package let description: String
        /// What went wrong, without the simulation's clock: for people.
        package let reason: String

        init(description: String, reason: String? = nil) {
            (self.description, self.reason) = (description, reason ?? description)
        }
    }
    private final class Lines {
        var all: [String] = []
    }
    enum Event {
        case toCoordinator(Parcel, from: Int, worker: WorkerID, life: Int)
        case toWorker(Parcel, worker: Int, life: Int)
        /// A message at the end of its way, if its connection has not broken.
        case arrival(Parcel, worker: Int, id: WorkerID, connection: Int, isUp: Bool, life: Int)
        case workerTick(Int, life: Int)
        case prepared(Int, life: Int, generation: Int)
        case computed(Int, life: Int, Work, Cell, generation: Int)
        case coordinatorTick(life: Int)
        case fault
        /// The next message on the links is all on its way, unless something changed since.
        case sent(version: Int)
        /// A message that the coordinator, or a relay, was busy with.
        case handled(Parcel, from: Int, worker: WorkerID, life: Int)
        /// What the coordinator wants done after it was busy.
        case carryOut(life: Int)
        /// Somebody who shares processors is done, unless something changed since.
        case processed(version: Int)
        case startWorker(Int)
        case startCoordinator
    }
    struct Place {
        var worker: SimulatedWorker?
        var relay: SimulatedRelay?
        var life = 0
        var link = Link()
        var pausedUntil = 0
        var busyUntil = 0
        var tickAt = Int.max
        var lastHeard = 0
        /// What waits for a coordinator to send it to.
        var unsent: [Parcel] = []
        var isHonest = true
        /// Whether it was not, and what it said then may still be answered.
        var wasMended = false
        /// Whether it computes on shared processors, and what it does after that.
        var isComputing = false
        var ordered: [(done: Event, time: Int)] = []
    }
    let run: SimulatedRun
    let quirk: Quirk?
    var draw: SplitMix
    var queue = EventQueue<Event>()
    var now = 0
    var places: [Place]
    var coordinator: SimulatedCoordinator?
    var coordinatorLife = 0
    var coordinatorPausedUntil = 0
    var checkpoints: [SimulatedCoordinator.Checkpoint] = []
    /// Whether the coordinator knows of a worker that its sums are wrong.
    var isLiarKnown = false
    var outcome: Outcome?
    /// The links of a scenario, and the processors that its workers share.
    var links: SimulatedLinks?
    var processors: SharedCapacity<Event>?
    /// Which place a worker is at.
    var placeOfWorker: [WorkerID: Int] = [:]
    /// The ends of a scenario's rounds, and the bytes sent by then.
    var roundEnds: [(time: Int, bytes: Double)] = []
    /// How long the coordinator was busy.
    var coordinatorBusy = 0
    /// How many events there were.
    package private(set) var eventCount = 0
    private let lines: Lines?

    /// A simulation of a seed.
    package init(seed: UInt64, quirk: Quirk? = nil, keepsStory: Bool = false) {
        self.init(SimulatedRun(seed: seed), quirk: quirk, keepsStory: keepsStory)
    }

    init(_ run: SimulatedRun, quirk: Quirk? = nil, keepsStory: Bool = false) {
        self.run = run
        (self.quirk, draw, lines) = (quirk, run.draw, keepsStory ? Lines() : nil)
        places = run.machines.map { _ in Place() }
        tell("\(run.machines.count) workers, \(run.rounds) rounds of \(run.leafCount) leaves, \(run.trouble)")
        if let scenario = run.scenario {
            links = SimulatedLinks(scenario)
            processors = scenario.sharedProcessors.map {
                SharedCapacity(total: Double($0) / Double(scenario.threads), each: 1)
            }
        }
        for i in places.indices { queue.put(.startWorker(i), at: links == nil ? draw.draw(0...300_000) : 0) }
        queue.put(.startCoordinator, at: links == nil ? draw.draw(0...300_000) : 0)
        if run.calm > 0 { queue.put(.fault, at: draw.draw(0...run.faultGap)) }
    }

    /// Runs to the end.
    ///
    /// - Parameter roundEnded: told how many rounds have ended, after each.
    /// - Returns: what the run came to.
    /// - Throws: `Failure`, for a run that did what none may.
    package mutating func finish(roundEnded: (Int) -> Void = { _ in }) throws(Failure) -> Outcome {
        var (end, rounds) = (run.calm + run.limit, roundEnds.count)
        while let (time, order, event) = queue.next(), time <= end {
            now = time
            eventCount += 1
            try handle(event, order)
            if roundEnds.count != rounds {
                rounds = roundEnds.count
                roundEnded(rounds)
            }
            if outcome != nil, end > now + 3_000_000 { end = now + 3_000_000 }
        }
        guard let outcome else {
            let seconds = end / 1_000_000
            throw failure(run.scenario == nil ? "the run was not over after \(seconds) s" : Self.unfinished(seconds))
        }
        return outcome
    }

    private static func unfinished(_ seconds: Int) -> String {
        "was not simulated to its end: \(seconds) s after its beginning it was not over"
    }

    func failure(_ text: String) -> Failure { Failure(description: "at \(now) µs: \(text)", reason: text) }

    func tell(_ text: @autoclosure () -> String) {
        if let lines { lines.all.append("\(now) \(text())") }
    }

    /// What happened, line by line, where it is kept.
    package var story: [String] { lines?.all ?? [] }

    var time: Duration { .microseconds(now) }

    // MARK: - Events

    private mutating func handle(_ event: Event, _ order: Int) throws(Failure) {
        let time = time
        switch event {
        case .arrival(let parcel, let i, let id, let connection, let isUp, let life):
            guard places[i].link.delivers(from: connection, at: now) else {
                return tell("lost on its way \(isUp ? "from" : "to") w\(i): \(parcel.message)")
            }
            if isUp {
                try handle(.toCoordinator(parcel, from: i, worker: id, life: life), order)
            } else {
                try handle(.toWorker(parcel, worker: i, life: life), order)
            }
        case .toCoordinator(let parcel, let i, let id, let life):
            guard isThere(above: i, life: life), !waits(event, above: i, order), !handles(parcel, from: i, id, order)
            else { return }
            try takeUp(parcel, from: i, id)
        case .handled(let parcel, let i, let id, let life):
            if isThere(above: i, life: life) { try takeUp(parcel, from: i, id) }
        case .carryOut(let life):
            guard life == coordinatorLife, coordinator != nil else { return }
            try carryOutCoordinator()
        case .sent(let version):
            guard links?.version == version else { return }
            for (arrival, time) in links?.takeSent(at: now) ?? [] { queue.put(arrival, at: time) }
            foretellSent()
        case .processed(let version):
            guard processors?.version == version else { return }
            while let done = processors?.takeOut(at: now) { queue.put(done, at: now) }
            foretellProcessed()
        case .coordinatorTick(let life):
            guard life == coordinatorLife, coordinator != nil else { return }
            if waitsForCoordinator(event, order) { return }
            coordinator?.tick(at: time)
            queue.put(.coordinatorTick(life: life), at: now + run.heartbeat)
            try carryOutCoordinator()
        case .toWorker(let parcel, let i, let life):
            guard isThere(i, life: life), !waits(event, for: i, order) else { return }
            tell("\(label(i)) <- \(places[i].relay == nil ? "c: " : "")\(parcel.message)")
            places[i].lastHeard = now
            places[i].relay?.receive(parcel, at: time)
            places[i].worker?.receive(parcel, at: time)
            try carryOut(anyAt: i)
        case .workerTick(let i, let life):
            guard isThere(i, life: life), now >= places[i].tickAt, !waits(event, for: i, order) else { return }
            places[i].tickAt = .max
            places[i].relay?.tick(at: time)
            places[i].worker?.tick(at: time)
            try carryOut(anyAt: i)
        case .prepared(let i, let life, let generation):
            guard life == places[i].life, places[i].worker != nil, !waits(event, for: i, order) else { return }
            places[i].worker?.prepared(generation, at: time)
            try carryOut(i)
        case .computed(let i, let life, let work, let cell, let generation):
            guard life == places[i].life, places[i].worker != nil, !waits(event, for: i, order) else { return }
            try onComputed(work, at: i, cell, generation)
        case .fault: try strike()
        case .startWorker(let i): try start(i)
        case .startCoordinator: try startCoordinator()
        }
    }

    /// Whether the worker or relay of a place is the one that an event is for.
    private func isThere(_ i: Int, life: Int) -> Bool {
        life == places[i].life && (places[i].worker != nil || places[i].relay != nil)
    }

    /// Whether the relay above a place, or the coordinator, is the one that an event is for.
    private func isThere(above i: Int, life: Int) -> Bool {
        guard let hub = run.machines[i].hub else { return life == coordinatorLife && coordinator != nil }
        return life == places[hub].life && places[hub].relay != nil
    }

    private mutating func carryOut(anyAt i: Int) throws(Failure) {
        if places[i].relay != nil { try carryOutRelay(i) } else { try carryOut(i) }
    }

    private mutating func onComputed(_ work: Work, at i: Int, _ cell: Cell, _ generation: Int) throws(Failure) {
        if case .sloth(i) = run.trouble { return tell("w\(i) does not answer") }
        let lie = lie(of: i, round: work.round)
        if let lie { tell("w\(i) lies about its \(lie)") }
        computeNext(at: i)
        let time = time
        places[i].worker?.computed(work, at: cell, generation: generation, lies: lie, at: time)
        try carryOut(i)
    }

    private mutating func takeUp(_ parcel: Parcel, from i: Int, _ id: WorkerID) throws(Failure) {
        let time = time
        if let hub = run.machines[i].hub {
            tell("\(label(hub)) <- \(label(i)): \(parcel.message)")
            places[hub].relay?.receive(parcel, from: id, at: time)
            return try carryOutRelay(hub)
        }
        tell("c <- w\(i): \(parcel.message)")
        let round = coordinator?.training.ledger?.round
        coordinator?.receive(parcel, from: id, at: time)
        if busyAfterRound(round) { return }
        try carryOutCoordinator()
    }

    private mutating func waits(_ event: Event, for i: Int, _ order: Int) -> Bool {
        if now >= places[i].pausedUntil { return false }
        queue.put(event, at: places[i].pausedUntil, order: order)
        return true
    }

    private mutating func waits(_ event: Event, above i: Int, _ order: Int) -> Bool {
        guard let hub = run.machines[i].hub else { return waitsForCoordinator(event, order) }
        return waits(event, for: hub, order)
    }

    private mutating func waitsForCoordinator(_ event: Event, _ order: Int) -> Bool {
        if now >= coordinatorPausedUntil { return false }
        queue.put(event, at: coordinatorPausedUntil, order: order)
        return true
    }

    private mutating func lie(of i: Int, round: Int) -> SimulatedWorker.Lie? {
        if places[i].isHonest { return nil }
        switch run.trouble {
        case .falseAlarms: return draw.happens(400) ? .word : nil
        case .falseSums: return draw.happens(400) ? .sums : nil
        case .lies: return draw.happens(400) ? .numbers : nil
        case .turns(_, let first): return round >= first ? .numbers : nil
        case .none, .notFinite, .rootNotFinite, .sloth: return nil
        }
    }
}
