import Coordination
import Wire

/// What a scenario came to.
package struct ScenarioFigures: Equatable, Sendable {
    /// How long a round takes.
    package let round: Duration
    /// How long of it a worker computes, where the leaves are shared equally.
    package let computing: Duration
    /// How long of it the coordinator is busy.
    package let coordinatorBusy: Duration
    /// Bytes that cross the links in a round, both ways.
    package let bytes: Double

    /// The part of a round in which a worker computes.
    package var efficiency: Double { min(1, computing / round) }
}

extension Scenario {
    /// So many rounds are simulated at least: the first ones are not counted, nor is the last.
    package static let fewestRounds = firstRounds + 2

    /// Simulates the rounds.
    ///
    /// - Parameter roundEnded: told how many have ended, after each.
    /// - Returns: what a round takes, the first ones left out, in which it is found out who is how fast.
    /// - Throws: `Simulation.Failure` where the run does not get on: where messages are longer on the link than the
    ///   lease, workers are taken for dead.
    package func simulated(roundEnded: (Int) -> Void = { _ in }) throws(Simulation.Failure) -> ScenarioFigures {
        precondition((1...64).contains(parts), "\(parts) parts")
        precondition(
            rounds >= Self.fewestRounds && workers > 0 && (0...workers).contains(relays) && leafCount > 0
                && threads > 0, "\(self)")
        var simulation = Simulation(SimulatedRun(self))
        _ = try simulation.finish(roundEnded: roundEnded)
        let (ends, first) = (simulation.roundEnds, Self.firstRounds - 1)
        let count = rounds - Self.firstRounds - 1
        guard ends.count == rounds else {
            throw simulation.failure("\(ends.count) of \(rounds) rounds ended")
        }
        // Nothing is published after the last one.
        let last = ends[rounds - 2]
        return ScenarioFigures(
            round: .microseconds(last.time - ends[first].time) / count, computing: computing,
            coordinatorBusy: .microseconds(simulation.coordinatorBusy) / rounds,
            bytes: (last.bytes - ends[first].bytes) / Double(count))
    }

    /// Rounds that are not measured.
    static let firstRounds = 8

    /// So many virtual microseconds a run may take.
    var limit: Int {
        // Everything one after another, and then some.
        let transfer = 2 * Double(sumBytes + publishedBytes) / link.bytesPerMicrosecond
        let round = Double((leafTime * leafCount + outerTime).microseconds) + Double(2 * workers) * transfer
        // Each claim's way there and back, on connections that rested before.
        let starts = [sumBytes, publishedBytes].reduce(Duration.zero) {
            $0 + Self.slowStart(bytes: Double($1), on: link)
        }
        let claims = Double((leafCount + workers - 1) / workers)
        let ways = (claims + 1) * Double((link.delay * 2 + starts).microseconds)
        return Int(min(1e15, 4 * Double(rounds) * (round + ways + 1e6 + 2 * Double(heartbeat.microseconds))))
    }
}

extension Simulation {
    // MARK: - Links

    private func bytes(of parcel: Parcel, _ bytesOfCell: Int) -> Double {
        Double(Scenario.headerBytes + parcel.cells.count * bytesOfCell / partCount(of: parcel))
    }

    private func partCount(of parcel: Parcel) -> Int {
        switch parcel.message {
        case .sumPart, .parameterPart: run.vectorCount
        default: 1
        }
    }

    mutating func sendUp(_ parcel: Parcel, from i: Int, _ id: WorkerID) {
        guard let scenario = run.scenario else { return }
        let arrival = Event.toCoordinator(
            parcel, from: i, worker: id, life: run.machines[i].hub.map { places[$0].life } ?? coordinatorLife)
        send(arrival, bytes: bytes(of: parcel, scenario.sumBytes), on: i, isUp: true)
    }

    mutating func sendDown(_ parcel: Parcel, on i: Int) {
        guard let scenario = run.scenario else { return }
        let arrival = Event.toWorker(parcel, worker: i, life: places[i].life)
        send(arrival, bytes: bytes(of: parcel, scenario.publishedBytes), on: i, isUp: false)
    }

    private mutating func send(_ arrival: Event, bytes: Double, on i: Int, isUp: Bool) {
        if links?.isBesideRelay(i) ?? false { return queue.put(arrival, at: now) }
        links?.send(SimulatedLinks.Transfer(arrival: arrival, bytes: bytes), on: i, isUp: isUp, at: now)
        foretellSent()
    }

    mutating func foretellSent() {
        guard let links, let end = links.nextEnd else { return }
        queue.put(.sent(version: links.version), at: max(now, end))
    }

    // MARK: - Computing

    /// Lets a worker compute: at its end, `done` happens.
    mutating func compute(_ done: Event, _ work: Work, _ scenario: Scenario, at i: Int) {
        let rounds = (work.leaves.count + scenario.threads - 1) / scenario.threads
        let leaves = scenario.leafTime * rounds
        // One part is handled while others travel.
        let bytes = Double(scenario.publishedBytes + scenario.sumBytes) / Double(scenario.parts)
        let handled = scenario.handlingPerByte * bytes / 1000
        let time = Int(leaves.microseconds + scenario.handlingPerMessage.microseconds) + Int(handled)
        guard processors != nil else {
            places[i].busyUntil = max(now, places[i].busyUntil) + time
            return queue.put(done, at: places[i].busyUntil)
        }
        if places[i].isComputing { return places[i].ordered.append((done, time)) }
        places[i].isComputing = true
        processors?.put(done, amount: Double(time), at: now)
        foretellProcessed()
    }

    /// Lets a worker that shares processors compute what it was given to do after what it is done with.
    mutating func computeNext(at i: Int) {
        guard processors != nil else { return }
        places[i].isComputing = !places[i].ordered.isEmpty
        guard places[i].isComputing else { return }
        let (next, time) = places[i].ordered.removeFirst()
        processors?.put(next, amount: Double(time), at: now)
        foretellProcessed()
    }

    mutating func foretellProcessed() {
        guard let processors, let end = processors.nextEnd else { return }
        queue.put(.processed(version: processors.version), at: max(now, end))
    }

    /// Whether the coordinator, or a relay, is busy with a message for a while; then it takes it up later.
    mutating func handles(_ parcel: Parcel, from i: Int, _ id: WorkerID, _ order: Int) -> Bool {
        guard let scenario = run.scenario, !parcel.cells.isEmpty else { return false }
        let hub = run.machines[i].hub
        let bytes = Double(parcel.cells.count * scenario.sumBytes / partCount(of: parcel))
        var time = Double(scenario.handlingPerMessage.microseconds) + scenario.handlingPerByte * bytes / 1000
        if hub == nil, case .sumPart = parcel.message {
            time += stepTime(scenario) / Double(scenario.relays > 0 ? scenario.relays : scenario.workers)
        }
        if time < 1 { return false }
        let end = busy(hub, for: Int(time))
        // Before whatever came after it and waits too.
        let life = hub.map { places[$0].life } ?? coordinatorLife
        queue.put(.handled(parcel, from: i, worker: id, life: life), at: end, order: order)
        return true
    }

    /// How long the coordinator takes to make and check a part of the next state.
    private func stepTime(_ scenario: Scenario) -> Double {
        let handled = scenario.handlingPerByte * Double(scenario.publishedBytes) / 1000
        return (Double(scenario.outerTime.microseconds) + handled) / Double(scenario.parts)
    }

    /// Whether a round has just ended, and the coordinator makes the next state, or what is left of it, before anything
    /// else.
    mutating func busyAfterRound(_ round: Int?) -> Bool {
        let next = coordinator?.training.ledger?.round ?? run.rounds
        guard let scenario = run.scenario, let round, next > round else { return false }
        let end = busy(nil, for: Int(stepTime(scenario) * Double(next - round)))
        for _ in round..<next { roundEnds.append((time: now, bytes: links?.byteCount ?? 0)) }
        queue.put(.carryOut(life: coordinatorLife), at: end)
        return true
    }

    /// Nothing is lost in a scenario; what is taken for lost is too long on its way.
    func refuseLoss(_ event: RunEvent) throws(Failure) {
        switch event {
        case .silent:
            throw failure(
                "a message is longer on its way than the lease (--lease), and its worker was taken for dead")
        case .lostWork:
            throw failure(
                "work is longer on its way than two signs of life are apart (--heartbeat), and was taken for lost")
        default: return
        }
    }

    /// Keeps the coordinator, or a relay, busy; returns until when.
    private mutating func busy(_ hub: Int?, for time: Int) -> Int {
        if let hub {
            places[hub].pausedUntil = max(now, places[hub].pausedUntil) + time
            return places[hub].pausedUntil
        }
        coordinatorPausedUntil = max(now, coordinatorPausedUntil) + time
        coordinatorBusy += time
        return coordinatorPausedUntil
    }
}
