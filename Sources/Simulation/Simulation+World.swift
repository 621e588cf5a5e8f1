import Coordination
import Wire

extension Simulation {
    // MARK: - What minds want done

    mutating func carryOut(_ i: Int) throws(Failure) {
        guard let acts = places[i].worker?.takeActs() else { return }
        if let fault = places[i].worker?.fault { throw failure("w\(i): \(fault)") }
        let life = places[i].life
        for act in acts {
            switch act {
            case .send(let parcel): sendUp(parcel, from: i)
            case .prepare(let generation):
                let time = links == nil ? draw.draw(100...200_000) : 0
                places[i].busyUntil = max(now, places[i].busyUntil) + time
                queue.put(.prepared(i, life: life, generation: generation), at: places[i].busyUntil)
            case .compute(let work, let parameters, let generation):
                if let scenario = run.scenario {
                    let done = Event.computed(i, life: life, work, parameters, generation: generation)
                    compute(done, work, scenario, at: i)
                    continue
                }
                let time = work.leaves.count * draw.draw(100...run.machines[i].slowest) / run.machines[i].threads
                places[i].busyUntil = max(now, places[i].busyUntil) + time
                queue.put(
                    .computed(i, life: life, work, parameters, generation: generation), at: places[i].busyUntil)
            case .tell(let event): tell("w\(i): \(event)")
            case .end(let reason): try end(i, reason)
            }
        }
        guard let next = places[i].worker?.employment.nextTick else { return }
        let tickAt = max(now + 1, Int(next / .microseconds(1)))
        if tickAt < places[i].tickAt {
            places[i].tickAt = tickAt
            queue.put(.workerTick(i, life: life), at: tickAt)
        }
    }

    mutating func sendUp(_ parcel: Parcel, from i: Int) {
        guard let id = places[i].worker?.id ?? places[i].relay?.id else { return }
        let hub = run.machines[i].hub
        if hub.map({ places[$0].relay == nil }) ?? (coordinator == nil) {
            if places[i].unsent.count < 8 { places[i].unsent.append(parcel) }
            return
        }
        if quirk == .deafNetwork { return }
        if links != nil { return sendUp(parcel, from: i, id) }
        func put(_ parcel: Parcel) {
            let arrival = Event.arrival(
                parcel, worker: i, id: id, connection: places[i].link.connection, isUp: true,
                life: hub.map { places[$0].life } ?? coordinatorLife)
            queue.put(arrival, at: places[i].link.timeUp(at: now, &draw))
        }
        put(parcel)
        if draw.happens(run.twice) { put(parcel) }
        if quirk == .wrongClaims, let wrong = parcel.underAnotherClaim(draw.happens(500) ? 1 : 17) { put(wrong) }
    }

    /// A worker's process ends by itself.
    private mutating func end(_ i: Int, _ reason: String?) throws(Failure) {
        tell("w\(i) ends: \(reason ?? "the job is over")")
        switch reason {
        case nil:
            guard places[i].worker?.employment.lentClaims.isEmpty ?? true else {
                throw failure("w\(i) has memory lent at the end")
            }
            stop(i, restarts: false)
        case .some(let reason) where reason.hasPrefix(Employment.silenceWords):
            guard now - places[i].lastHeard >= run.patience else { throw failure("w\(i) lost its patience too soon") }
            stop(i, restarts: outcome == nil)
        case .some(let reason)
        where (!places[i].isHonest || places[i].wasMended)
            && (reason.contains("finite") || reason.contains("are others") || reason.contains("were wrong")):
            places[i].isHonest = true  // whoever starts it again has mended it
            stop(i, restarts: true)
        case .some(let reason): throw failure("w\(i) ended: \(reason)")
        }
    }

    mutating func carryOutCoordinator() throws(Failure) {
        guard let acts = coordinator?.takeActs() else { return }
        if let fault = coordinator?.fault { throw failure("the coordinator: \(fault)") }
        for act in acts {
            switch act {
            case .send(let parcel, let id):
                guard let i = placeOfWorker[id], (places[i].worker?.id ?? places[i].relay?.id) == id else { continue }
                tell("c -> w\(i): \(parcel.message)\(parcel.cells.isEmpty ? "" : " with parameters")")
                sendDown(parcel, to: i)
            case .tell(let event):
                tell("c: \(event)")
                if case .lied(let worker, _, _, _) = event { try noteLiar(worker) }
                if links != nil { try refuseLoss(event) }
            case .end(let reason): try endJob(reason)
            }
        }
        if let made = coordinator?.checkpoints { checkpoints = made }
    }

    /// Nobody is called a liar who is none; what is done from here on is done without it.
    private mutating func noteLiar(_ worker: String) throws(Failure) {
        guard let i = places.firstIndex(where: { $0.worker?.name == worker }) else { return }
        if places[i].isHonest { throw failure("w\(i) is called a liar") }
        isLiarKnown = true
    }

    mutating func sendDown(_ parcel: Parcel, to i: Int) {
        if quirk == .deafNetwork { return }
        if links != nil { return sendDown(parcel, on: i) }
        for _ in 0..<(draw.happens(run.twice) ? 2 : 1) {
            guard let time = places[i].link.timeDown(at: now, &draw),
                let id = places[i].worker?.id ?? places[i].relay?.id
            else { return }
            queue.put(
                .arrival(
                    parcel, worker: i, id: id, connection: places[i].link.connection, isUp: false,
                    life: places[i].life), at: time)
        }
    }

    private mutating func endJob(_ reason: String?) throws(Failure) {
        guard let training = coordinator?.training else { return }
        if reason == nil {
            guard training.ledger == nil else { throw failure("the job is over with a round in hand") }
            switch run.trouble {
            case .notFinite, .rootNotFinite: throw failure("a round that is not finite was made")
            case .turns:
                // Whoever was never compared was never found out.
                if isLiarKnown, coordinator?.state != run.states[run.rounds] {
                    throw failure("wrong sums stayed that were known of")
                }
                outcome = .finished
            case .none, .falseAlarms, .falseSums, .lies, .sloth: outcome = .finished
            }
        } else {
            let round = training.ledger?.round ?? run.rounds
            switch run.trouble {
            case .notFinite(let found, _) where (round..<round + run.roundsAtOnce).contains(found):
                outcome = .notFinite(round: found)
            case .rootNotFinite(round): outcome = .notFinite(round: round)
            default: throw failure("the job ended, and all was finite")
            }
        }
        for case .send(.finish(let end), let id) in training.finish(.stopped) where reason != nil {
            guard let i = places.firstIndex(where: { ($0.worker?.id ?? $0.relay?.id) == id }) else { continue }
            sendDown(Parcel(message: .finish(end)), to: i)
        }
        coordinator = nil
        coordinatorLife += 1
    }

    // MARK: - Faults

    /// Lets something happen that is nobody's wish.
    mutating func strike() throws(Failure) {
        if now >= run.calm || outcome != nil { return }
        queue.put(.fault, at: now + draw.draw(0...2 * run.faultGap))
        let i = draw.draw(0...places.count - 1)
        switch draw.draw(0...9) {
        case 0...4:
            tell("the connection of w\(i) breaks")
            places[i].link.breaks(at: now, &draw)
            if draw.happens(500) { try hearOfBreak(at: i) }
        case 5, 6:
            // Never shorter than a pause that it is in already: what came first waits for that one's end.
            places[i].pausedUntil = max(places[i].pausedUntil, now + draw.draw(1000...2_500_000))
            tell("w\(i) is paused until \(places[i].pausedUntil)")
        case 7:
            guard let name = places[i].worker?.name ?? places[i].relay?.name else { return }
            tell("\(label(i)) dies")
            let time = time
            stop(i, restarts: true)
            if draw.happens(500), coordinator != nil, run.machines[i].hub == nil {
                coordinator?.ended(name, at: time)
                try carryOutCoordinator()
            }
        case 8:
            coordinatorPausedUntil = max(coordinatorPausedUntil, now + draw.draw(1000...2_000_000))
            tell("c is paused until \(coordinatorPausedUntil)")
        default:
            guard coordinator != nil else { return }
            tell("c dies")
            coordinator = nil
            isLiarKnown = false  // what it knew is gone, unless a checkpoint has it
            coordinatorLife += 1
            for i in places.indices where run.machines[i].hub == nil { places[i].link.breaks(at: now, &draw) }
            queue.put(.startCoordinator, at: now + draw.draw(1000...1_500_000))
        }
    }

    /// Whoever is at the connection's other end learns that it has ended.
    private mutating func hearOfBreak(at i: Int) throws(Failure) {
        let time = time
        guard let id = places[i].worker?.id ?? places[i].relay?.id else { return }
        if let hub = run.machines[i].hub {
            places[hub].relay?.gone(id, at: time)
            return try carryOutRelay(hub)
        }
        coordinator?.gone(id, at: time)
        try carryOutCoordinator()
    }

    mutating func stop(_ i: Int, restarts: Bool) {
        (places[i].worker, places[i].relay) = (nil, nil)
        places[i].life += 1
        for j in places.indices where run.machines[j].hub == i { places[j].link.breaks(at: now, &draw) }
        places[i].link.breaks(at: now, &draw)
        if restarts { queue.put(.startWorker(i), at: now + draw.draw(1000...800_000)) }
    }

    mutating func start(_ i: Int) throws(Failure) {
        if outcome != nil { return }
        let life = places[i].life
        tell("\(label(i)) starts")
        let id = WorkerID([i >> 8, i, life, life >> 8].map { UInt8(truncatingIfNeeded: $0) })
        placeOfWorker[id] = i
        if run.machines[i].isRelay { return try startRelay(i, id) }
        // Whoever was not honest has another key from then on, as those are given who were sent away.
        let name = run.name(of: i, life: life, hasOwnKey: life > 0 && !run.isHonest(i, life: 0))
        places[i].worker = SimulatedWorker(id, name: name, run.machines[i], run, seed: draw.next(), at: time)
        (places[i].busyUntil, places[i].tickAt, places[i].lastHeard) = (now, .max, now)
        (places[i].pausedUntil, places[i].unsent) = (now, [])
        places[i].isHonest = run.isHonest(i, life: life)
        try carryOut(i)
    }

    mutating func startCoordinator() throws(Failure) {
        tell("c starts at round \(checkpoints.last?.round ?? 0)")
        coordinator = SimulatedCoordinator(from: checkpoints, run, &draw)
        coordinatorPausedUntil = now
        queue.put(.coordinatorTick(life: coordinatorLife), at: now + run.heartbeat)
        for i in places.indices where run.machines[i].hub == nil {
            for parcel in places[i].unsent where !draw.happens(300) { sendUp(parcel, from: i) }
            places[i].unsent = []
        }
    }
}
