import Coordination
import Wire

/// What of a simulated run is drawn before it begins; times are in microseconds.
struct SimulatedRun {
    /// What makes a run unlike an honest one.
    enum Trouble: Equatable {
        case none
        /// A leaf of a round is infinite or not a number, whoever computes it.
        case notFinite(round: Int, leaf: Int)
        /// The sum of all leaves of a round is not finite, and each leaf is.
        case rootNotFinite(round: Int)
        /// A worker says now and then that finite sums are not.
        case falseAlarms(worker: Int)
        /// A worker sends now and then sums that are not finite as if they were.
        case falseSums(worker: Int)
        /// A worker sends now and then sums of other numbers, and every answer is compared.
        case lies(worker: Int)
        /// From a round on a worker sends nothing but sums of other numbers, and half of the rounds are audited.
        case turns(worker: Int, round: Int)
        /// A worker shows life and never answers.
        case sloth(worker: Int)
    }
    /// A worker's machine.
    struct Machine {
        let threads: Int
        let hasDataset: Bool
        let sharesMemory: Bool
        /// The longest that a leaf takes.
        let slowest: Int
        /// The relay that it connects to, by its place among the machines; nil for the coordinator.
        var hub: Int?
        /// Whether it is a relay, and computes nothing.
        var isRelay = false
        /// What its arithmetic shows itself by; whatever it is, all sums are the same bits here.
        var probe = "probe"
        /// The number of the key that it was given, which others may have, too; nil where nobody needs one.
        var key: Int?
    }
    let leafCount: Int
    let rounds: Int
    let checkpointEvery: Int
    /// Workers, and behind them relays.
    let machines: [Machine]
    let heartbeat: Int
    let lease: Int
    let patience: Int
    let blockCount: Int
    /// How many of them a worker without the dataset has room for.
    let blockCapacity: Int
    /// From here on nothing breaks any more.
    let calm: Int
    /// The mean time between two faults.
    let faultGap: Int
    /// So many messages in a thousand come twice.
    let twice: Int
    let trouble: Trouble
    /// The share of rounds that are audited.
    let audit: Double
    /// How many workers are given leaves.
    let crew: CrewChoice
    /// The links and times of a run that is measured; nil where they are drawn.
    let scenario: Scenario?
    /// A vector has so many floats, which stand for pieces of a number's bits, so that it can travel in as many parts.
    let vectorCount: Int
    /// How long after the last fault it may take.
    let limit: Int
    /// Whether the exchange is delayed: two rounds are computed at once.
    let isDelayed: Bool
    /// What the parameters are after each number of rounds.
    let states: [UInt64]
    /// What was drawn after all of this.
    var draw: SplitMix

    init(seed: UInt64) {
        var draw = SplitMix(seed: SplitMix.mix(seed) ^ 0x55_52_4D)
        leafCount = draw.draw(1...9)
        rounds = draw.draw(1...8)
        checkpointEvery = draw.draw(1...3)
        let workerCount = draw.draw(1...4)
        let slowest = [2_000, 30_000, 150_000][draw.draw(0...2)]
        var machines = (0..<workerCount).map { _ in
            Machine(
                threads: draw.draw(1...3), hasDataset: draw.happens(600), sharesMemory: draw.happens(600),
                slowest: draw.happens(100) ? 5 * slowest : slowest)
        }
        heartbeat = 200_000
        lease = draw.draw(500_000...2_000_000)
        patience = 8_000_000
        blockCount = draw.draw(1...7)
        blockCapacity = draw.draw(1...8)
        calm = draw.draw(0...12) * 500_000
        faultGap = draw.draw(50_000...800_000)
        twice = draw.happens(300) ? 50 : 0
        let (round, worker) = (draw.draw(0...rounds - 1), draw.draw(0...workerCount - 1))
        trouble =
            switch draw.draw(0...25) {
            case 0: .notFinite(round: round, leaf: draw.draw(0...leafCount - 1))
            case 1: .rootNotFinite(round: round)
            case 2, 3: .falseAlarms(worker: worker)
            case 4, 5: .falseSums(worker: worker)
            case 20, 21: .lies(worker: worker)
            case 22, 23: .turns(worker: worker, round: round)
            case 24 where workerCount > 1, 25 where workerCount > 1: .sloth(worker: worker)
            default: .none
            }
        audit =
            switch trouble {
            case .lies: 1
            case .turns: 0.5
            default: draw.happens(200) ? 0.5 : 0
            }
        if !trouble.isOfNumbers, draw.happens(350) { machines = Self.relayed(machines, &draw) }
        // Whose answers can't be compared may be anybody but a liar, who would be taken at its word; where all is
        // audited, and behind relays, such workers are refused.
        if audit < 1, draw.happens(250) {
            for i in machines.indices where draw.happens(400) && !(trouble.isOfNumbers && i == worker) {
                if machines[i].hub == nil { machines[i].probe = "other" }
            }
        }
        (scenario, limit, vectorCount) = (nil, 150_000_000, 2)
        var other = SplitMix(seed: SplitMix.mix(seed) ^ 0x4F_56_45)
        isDelayed = other.happens(400)
        crew = other.happens(300) ? .count(other.draw(1...workerCount)) : .best
        if other.happens(audit > 0 ? 500 : 100) {
            for i in machines.indices { machines[i].key = other.draw(0...machines.count / 2) }
            if trouble.isOfNumbers {
                for i in machines.indices where machines[i].key == machines[worker].key { machines[i].probe = "probe" }
            }
        }
        self.machines = machines
        states = Self.states(leafCount: leafCount, rounds: rounds, isDelayed: isDelayed)
        self.draw = draw
    }

    /// Some of the workers connect to one of a few relays, which may connect to one another.
    private static func relayed(_ workers: [Machine], _ draw: inout SplitMix) -> [Machine] {
        let count = draw.draw(1...2)
        let relays = (0..<count).map { i in
            // A relay's hub comes after it, so that there is no circle.
            let isBelow = i == 0 && count > 1 && draw.happens(300)
            return Machine(
                threads: 1, hasDataset: draw.happens(500), sharesMemory: false, slowest: 0,
                hub: isBelow ? workers.count + 1 : nil, isRelay: true)
        }
        let placed = workers.map { worker in
            var worker = worker
            if draw.happens(750) { worker.hub = workers.count + draw.draw(0...count - 1) }
            return worker
        }
        return placed + relays
    }

    /// A run of a scenario: no faults, nothing drawn.
    init(_ scenario: Scenario) {
        (leafCount, rounds, checkpointEvery) = (scenario.leafCount, scenario.rounds, .max)
        let (workers, relays) = (scenario.workers, scenario.relays)
        machines =
            (0..<workers).map { i in
                Machine(
                    threads: scenario.threads, hasDataset: true, sharesMemory: false, slowest: 0,
                    hub: scenario.relay(of: i).map { workers + $0 })
            }
            + (0..<relays).map { _ in
                Machine(threads: 1, hasDataset: true, sharesMemory: false, slowest: 0, isRelay: true)
            }
        (heartbeat, lease) = (Int(scenario.heartbeat.microseconds), Int(scenario.lease.microseconds))
        (patience, blockCount, blockCapacity, calm, faultGap) = (.max / 4, 1, 1, 0, 1)
        (twice, trouble, audit, limit, crew) = (0, .none, 0, scenario.limit, scenario.crew)
        (self.scenario, vectorCount, isDelayed) = (scenario, scenario.parts, scenario.isDelayed)
        states = Self.states(leafCount: leafCount, rounds: rounds, isDelayed: isDelayed)
        draw = SplitMix(seed: 1)
    }

    /// A run whose every order of events is gone through: nothing is drawn.
    init(exploring size: Exploration.Size) {
        (leafCount, rounds, checkpointEvery) = (size.leaves, size.rounds, 1)
        machines = (0..<size.workers).map { i in
            var machine = Machine(threads: 1, hasDataset: true, sharesMemory: false, slowest: 0)
            machine.key = size.keys.map { i % $0 }
            return machine
        }
        (heartbeat, lease, patience, blockCount, blockCapacity) = (200_000, 600_000, 60_000_000, 1, 1)
        (calm, faultGap, twice, trouble, limit, crew) = (0, 1, 0, .none, 0, .best)
        (audit, scenario, vectorCount, isDelayed) = (size.isAudited ? 1 : 0, nil, size.parts, size.isDelayed)
        states = Self.states(leafCount: leafCount, rounds: rounds, isDelayed: isDelayed)
        draw = SplitMix(seed: 1)
    }

    /// Whether names come with keys, so that nobody can bear another's.
    var areNamesOwn: Bool { machines.contains { $0.key != nil } }

    /// What the process of a machine that was started so many times before calls itself, with its own key or with the
    /// machine's first one.
    func name(of i: Int, life: Int, hasOwnKey: Bool) -> String {
        let name = "\(machines[i].isRelay ? "r" : "w")\(i).\(life)"
        return machines[i].key.map { "k\($0)\(hasOwnKey ? ".\(i).\(life)" : "")/\(name)" } ?? name
    }

    /// Whether a machine's process means what it says: with a liar all lie that have its key, until they start anew.
    func isHonest(_ i: Int, life: Int) -> Bool {
        switch trouble {
        case .lies(let liar), .turns(let liar, _):
            life > 0 || i != liar && (machines[i].key == nil || machines[i].key != machines[liar].key)
        case .falseAlarms(i), .falseSums(i): life > 0
        default: true
        }
    }

    /// How many rounds are computed at once.
    var roundsAtOnce: Int { isDelayed ? 2 : 1 }

    /// After how many rounds a round's leaves are computed.
    func base(of round: Int) -> Int { isDelayed ? max(0, round - 1) : round }

    private static func states(leafCount: Int, rounds: Int, isDelayed: Bool) -> [UInt64] {
        var states = [firstState]
        for round in 0..<rounds {
            let sum = Self.sum(of: 0..<leafCount, round: round, state: states[isDelayed ? max(0, round - 1) : round])
            states.append(Self.state(after: states[round], sum: sum))
        }
        return states
    }

    /// What the parameters are at first.
    static let firstState: UInt64 = 1

    /// Whether wrong sums may be taken for some time.
    var mayGoWrong: Bool { if case .turns = trouble { true } else { false } }

    /// The vector in parts of one float; nil where it travels as a whole.
    var parts: VectorParts? { vectorCount > 1 ? VectorParts(of: vectorCount, length: 1) : nil }

    private var bitsOfPiece: Int { (64 + vectorCount - 1) / vectorCount }

    /// What of a number travels as one part.
    func piece(_ part: Int, of value: UInt64) -> UInt64 {
        value >> UInt64(part * bitsOfPiece) & (UInt64.max >> UInt64(64 - bitsOfPiece))
    }

    /// The number whose pieces came, or the sum of several whose pieces' sums came; finite where all are.
    func whole(_ pieces: [Cell]) -> Cell {
        let value = pieces.enumerated().reduce(0) { $0 &+ $1.element.value << UInt64($1.offset * bitsOfPiece) }
        return Cell(value, isFinite: pieces.allSatisfy(\.isFinite))
    }

    /// So many bits of either half of a leaf's number are used: a sum of up to 32 leaves carries nothing from one half,
    /// which may travel as a part of its own, into the other, whoever adds which of them up.
    private static let bitsOfHalves: UInt64 = 0x07FF_FFFF_07FF_FFFF

    /// What the leaves of a round come to, computed at a state.
    static func sum(of leaves: Range<Int>, round: Int, state: UInt64) -> UInt64 {
        leaves.reduce(0) { $0 &+ SplitMix.mix(state ^ UInt64(round) << 32 ^ UInt64($1)) & bitsOfHalves }
    }

    /// What a round makes of the parameters.
    static func state(after state: UInt64, sum: UInt64) -> UInt64 { SplitMix.mix(state &+ sum) }

    /// The blocks that leaves of a round are computed from.
    func blocks(of leaves: Range<Int>, round: Int) -> [Int] {
        (0..<blockCount).filter { block in
            leaves.contains { SplitMix.mix(UInt64(round) << 32 ^ UInt64($0 << 8 ^ block)) % 3 == 0 }
        }
    }

    /// Whether the sum of leaves is finite.
    func isFinite(_ leaves: Range<Int>, round: Int) -> Bool {
        if case .notFinite(round, let leaf) = trouble { !leaves.contains(leaf) } else { true }
    }
}

/// Memory for one number, which its owner may write over.
final class Cell {
    var value: UInt64
    var isFinite: Bool

    init(_ value: UInt64, isFinite: Bool = true) { (self.value, self.isFinite) = (value, isFinite) }
}

extension SimulatedRun.Trouble {
    /// Whether a worker's sums are other numbers, which a relay passes on as its own.
    var isOfNumbers: Bool {
        switch self {
        case .lies, .turns: true
        default: false
        }
    }
}
