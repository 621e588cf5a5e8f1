import Coordination
import Wire

/// A coordinator, workers, and what is on its way between them: a state of an `Exploration`.
struct ExploredWorld {
    /// What can happen next.
    enum Move {
        /// The coordinator takes a worker's next message.
        case toCoordinator(Int)
        /// A worker takes the coordinator's next message.
        case toWorker(Int)
        /// A worker is done with what it prepares or computes; honestly or not.
        case done(Int, lies: Bool)
        /// Time passes until somebody wants to be asked again.
        case wait(isEarly: Bool)
        /// A worker's connection breaks; so many messages each way still come, and the coordinator hears of it or not.
        case breaks(Int, up: Int, down: Int, isTold: Bool)
        /// The next message of a connection comes twice.
        case twice(Int, isUp: Bool)
        /// A worker dies and starts again; what it sent comes or not, and the coordinator hears of it or not.
        case dies(Int, isHeard: Bool, isTold: Bool)
        /// The coordinator dies and starts again from its last checkpoint; what was sent to it comes or not.
        case coordinatorDies(isHeard: Bool)
    }
    private enum Task {
        case prepare(generation: Int)
        case compute(Work, parameters: Cell, generation: Int)
    }
    private struct Place {
        var worker: SimulatedWorker?
        var life = 0
        var up: [Parcel] = []
        var down: [Parcel] = []
        var tasks: [Task] = []
        var lies = false
        /// Whether it was sent away with the key that it had at first.
        var hasOwnKey = false
        /// Of all of the above.
        var fingerprint: UInt64 = 0
    }
    /// In virtual time no way to an end is longer, whatever was lost on it.
    private static let limit = Duration.seconds(120)
    private let run: SimulatedRun
    private let quirk: Simulation.Quirk?
    private var coordinator: SimulatedCoordinator?
    private var coordinatorFingerprint: UInt64 = 0
    private var coordinatorLife = 0
    private var nextSign: Duration = .zero
    private var places: [Place]
    private var now: Duration = .zero
    private var faultsLeft: Int
    /// The keys with which somebody lied; all go then that have one.
    private var lyingKeys: Set<Int> = []
    /// The world's own draws, of which nothing depends but session numbers.
    private var draw = SplitMix(seed: 1)
    private(set) var isOver = false

    init(_ size: Exploration.Size, _ quirk: Simulation.Quirk?) {
        (run, self.quirk) = (SimulatedRun(exploring: size), quirk)
        faultsLeft = size.faults
        places = []
        coordinator = SimulatedCoordinator(from: [], run, &draw)
        for i in 0..<size.workers {
            places.append(Place())
            start(i)
        }
        coordinatorFingerprint = coordinator.map { Fingerprint.of($0) } ?? 0
    }

    /// What of a state decides how it goes on.
    var fingerprint: UInt64 {
        let all = places.reduce(coordinatorFingerprint) { Fingerprint.mix($0, $1.fingerprint) }
        let rest = [UInt64(truncatingIfNeeded: now.microseconds), UInt64(faultsLeft), isOver ? 1 : 0]
        let keys = lyingKeys.sorted().map { UInt64($0) + 1 }
        return (rest + [UInt64(truncatingIfNeeded: nextSign.microseconds)] + keys).reduce(all, Fingerprint.mix)
    }

    // MARK: - Moves

    /// All that can happen next.
    var moves: [Move] {
        var moves: [Move] = []
        for (i, place) in places.enumerated() {
            if !place.up.isEmpty { moves.append(.toCoordinator(i)) }
            guard place.worker != nil else { continue }
            if !place.down.isEmpty { moves.append(.toWorker(i)) }
            guard let task = place.tasks.first else { continue }
            moves.append(.done(i, lies: false))
            if case .compute = task, run.audit == 1, faultsLeft > 0 { moves.append(.done(i, lies: true)) }
        }
        if moves.isEmpty { moves.append(.wait(isEarly: false)) }
        return faultsLeft > 0 ? moves + faults : moves
    }

    private var faults: [Move] {
        var faults: [Move] = [.coordinatorDies(isHeard: false), .coordinatorDies(isHeard: true), .wait(isEarly: true)]
        for (i, place) in places.enumerated() where place.worker != nil {
            for up in 0...place.up.count {
                for down in 0...place.down.count where up < place.up.count || down < place.down.count {
                    for isTold in [false, true] { faults.append(.breaks(i, up: up, down: down, isTold: isTold)) }
                }
            }
            if !place.up.isEmpty { faults.append(.twice(i, isUp: true)) }
            if !place.down.isEmpty { faults.append(.twice(i, isUp: false)) }
            for isTold in [false, true] {
                faults.append(.dies(i, isHeard: true, isTold: isTold))
                if !place.up.isEmpty { faults.append(.dies(i, isHeard: false, isTold: isTold)) }
            }
        }
        return faults
    }

    mutating func make(_ move: Move) throws(Simulation.Failure) {
        switch move {
        case .toCoordinator(let i):
            let parcel = places[i].up.removeFirst()
            guard let id = places[i].worker?.id else { break }
            coordinator?.receive(parcel, from: id, at: now)
            try carryOutCoordinator()
        case .toWorker(let i):
            let parcel = places[i].down.removeFirst()
            places[i].worker?.receive(parcel, at: now)
            try carryOut(i)
        case .done(let i, let lies): try finishTask(of: i, lies: lies)
        case .wait(let isEarly):
            if isEarly { faultsLeft -= 1 }
            try wait()
        case .breaks(let i, let up, let down, let isTold):
            faultsLeft -= 1
            (places[i].up, places[i].down) = (Array(places[i].up.prefix(up)), Array(places[i].down.prefix(down)))
            guard isTold, let id = places[i].worker?.id else { break }
            coordinator?.gone(id, at: now)
            try carryOutCoordinator()
        case .twice(let i, let isUp):
            faultsLeft -= 1
            let way = isUp ? \Place.up : \Place.down
            places[i][keyPath: way].insert(contentsOf: places[i][keyPath: way].prefix(1), at: 0)
        case .dies(let i, let isHeard, let isTold):
            faultsLeft -= 1
            try die(i, isHeard: isHeard, isTold: isTold)
        case .coordinatorDies(let isHeard):
            faultsLeft -= 1
            restartCoordinator(isHeard: isHeard)
        }
        renewFingerprints(move)
    }

    private mutating func renewFingerprints(_ move: Move) {
        // A worker's move changes nothing of the coordinator but where the worker dies; the coordinator's may send.
        switch move {
        case .toWorker(let i), .done(let i, _), .twice(let i, _): renewFingerprint(of: i)
        case .toCoordinator, .wait, .breaks, .dies, .coordinatorDies:
            for i in places.indices { renewFingerprint(of: i) }
            coordinatorFingerprint = coordinator.map { Fingerprint.of($0) } ?? 0
        }
    }

    private mutating func renewFingerprint(of i: Int) {
        places[i].fingerprint = 0
        places[i].fingerprint = Fingerprint.of(places[i])
    }

    private mutating func finishTask(of i: Int, lies: Bool) throws(Simulation.Failure) {
        if lies {
            faultsLeft -= 1
            places[i].lies = true
            if !places[i].hasOwnKey, let key = run.machines[i].key { lyingKeys.insert(key) }
        }
        switch places[i].tasks.removeFirst() {
        case .prepare(let generation): places[i].worker?.prepared(generation, at: now)
        case .compute(let work, let parameters, let generation):
            places[i].worker?.computed(
                work, at: parameters, generation: generation, lies: lies ? .numbers : nil, at: now)
        }
        try carryOut(i)
    }

    private mutating func wait() throws(Simulation.Failure) {
        let ticks = places.map { $0.worker?.employment.nextTick ?? .seconds(1_000_000) }
        let look = coordinator?.training.nextLook ?? .seconds(1_000_000)
        let time = max(now, min(nextSign, look, ticks.min() ?? .zero)) + .microseconds(1)
        guard time < Self.limit else { throw Simulation.Failure(description: "the run does not come to an end") }
        now = time
        if now > min(nextSign, look) {
            if now > nextSign { nextSign = now + .microseconds(run.heartbeat) }
            coordinator?.tick(at: now)
            try carryOutCoordinator()
        }
        for (i, tick) in ticks.enumerated() where now > tick {
            places[i].worker?.tick(at: now)
            try carryOut(i)
        }
    }

    // MARK: - Who ends and begins

    private mutating func start(_ i: Int) {
        let life = places[i].life
        let id = WorkerID([UInt8(truncatingIfNeeded: i), UInt8(truncatingIfNeeded: life)])
        let name = run.name(of: i, life: life, hasOwnKey: places[i].hasOwnKey)
        places[i].worker = SimulatedWorker(id, name: name, run.machines[i], run, seed: 1, at: now)
        places[i].lies = false
        places[i].fingerprint = Fingerprint.of(places[i])
    }

    private mutating func die(_ i: Int, isHeard: Bool, isTold: Bool) throws(Simulation.Failure) {
        guard let old = places[i].worker else { return }
        let last = isHeard ? places[i].up : []
        for parcel in last {
            coordinator?.receive(parcel, from: old.id, at: now)
            try carryOutCoordinator()
        }
        if isTold {
            coordinator?.ended(old.name, at: now)
            try carryOutCoordinator()
        }
        // What is sent to the dead is lost.
        (places[i].up, places[i].down, places[i].tasks) = ([], [], [])
        places[i].life += 1
        start(i)
    }

    private mutating func restartCoordinator(isHeard: Bool) {
        guard let old = coordinator else { return }
        coordinatorLife += 1
        draw = SplitMix(seed: UInt64(coordinatorLife) + 1)
        coordinator = SimulatedCoordinator(from: old.checkpoints, run, &draw)
        nextSign = now
        for i in places.indices {
            places[i].down = []
            if !isHeard { places[i].up = [] }
        }
    }

    // MARK: - What minds want done

    private mutating func carryOut(_ i: Int) throws(Simulation.Failure) {
        guard let acts = places[i].worker?.takeActs() else { return }
        if let fault = places[i].worker?.fault { throw Simulation.Failure(description: "w\(i): \(fault)") }
        for act in acts {
            switch act {
            case .send(let parcel):
                if quirk == .deafNetwork { continue }
                places[i].up.append(parcel)
                if quirk == .wrongClaims, let wrong = parcel.underAnotherClaim(1) { places[i].up.append(wrong) }
            case .prepare(let generation): places[i].tasks.append(.prepare(generation: generation))
            case .compute(let work, let parameters, let generation):
                places[i].tasks.append(.compute(work, parameters: parameters, generation: generation))
            case .tell: break
            case .end(let reason):
                try takeEnd(of: i, reason)
            }
        }
    }

    private mutating func takeEnd(of i: Int, _ reason: String?) throws(Simulation.Failure) {
        let hasLyingKey = !places[i].hasOwnKey && run.machines[i].key.map(lyingKeys.contains) ?? false
        let isFoundOut = reason.map { $0.contains("are others") || $0.contains("were wrong") } ?? false
        if let reason, !(isFoundOut && (places[i].lies || hasLyingKey)) {
            throw Simulation.Failure(description: "w\(i) ended: \(reason)")
        }
        places[i].worker = nil
        (places[i].up, places[i].tasks) = ([], [])
        // With a liar all may be sent away, and then somebody has to go on.
        guard reason != nil, run.areNamesOwn else { return }
        (places[i].down, places[i].hasOwnKey) = ([], true)
        places[i].life += 1
        start(i)
    }

    private mutating func carryOutCoordinator() throws(Simulation.Failure) {
        guard let acts = coordinator?.takeActs() else { return }
        if let fault = coordinator?.fault { throw Simulation.Failure(description: "the coordinator: \(fault)") }
        for act in acts {
            switch act {
            case .send(let parcel, let id):
                if let i = places.firstIndex(where: { $0.worker?.id == id }) { places[i].down.append(parcel) }
            case .tell(.lied(let worker, _, _, _)):
                guard places.contains(where: { $0.worker?.name == worker && $0.lies }) else {
                    throw Simulation.Failure(description: "\(worker) is called a liar")
                }
            case .tell: break
            case .end(let reason):
                if let reason { throw Simulation.Failure(description: "the job failed: \(reason)") }
                guard coordinator?.training.ledger == nil, coordinator?.state == run.states[run.rounds] else {
                    throw Simulation.Failure(description: "the job is over with a round in hand, or at another sum")
                }
                isOver = true
                return
            }
        }
    }
}
