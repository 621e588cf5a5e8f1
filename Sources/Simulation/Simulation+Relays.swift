import Coordination
import Wire

extension Simulation {
    /// A place's name in the story.
    func label(_ i: Int) -> String { run.machines[i].isRelay ? "r\(i)" : "w\(i)" }

    mutating func startRelay(_ i: Int, _ id: WorkerID) throws(Failure) {
        let name = run.name(of: i, life: places[i].life, hasOwnKey: false)
        places[i].relay = SimulatedRelay(id, name: name, run.machines[i], run, seed: draw.next(), at: time)
        (places[i].tickAt, places[i].lastHeard, places[i].pausedUntil, places[i].unsent) = (.max, now, now, [])
        for j in places.indices where run.machines[j].hub == i {
            for parcel in places[j].unsent where !draw.happens(300) { sendUp(parcel, from: j) }
            places[j].unsent = []
        }
        try carryOutRelay(i)
    }

    /// Carries out what a relay wants done, and sees to it that it looks at the time again.
    mutating func carryOutRelay(_ i: Int) throws(Failure) {
        guard let acts = places[i].relay?.takeActs() else { return }
        if let fault = places[i].relay?.fault { throw failure("\(label(i)): \(fault)") }
        for act in acts {
            switch act {
            case .sendUp(let parcel): sendUp(parcel, from: i)
            case .sendDown(let parcel, let id):
                guard let j = placeOfWorker[id], (places[j].worker?.id ?? places[j].relay?.id) == id else { continue }
                tell("\(label(i)) -> \(label(j)): \(parcel.message)")
                sendDown(parcel, to: j)
            case .tellOfWorkers(let event):
                tell("\(label(i)): \(event)")
                if links != nil { try refuseLoss(event) }
            case .tell(let event): tell("\(label(i)): \(event)")
            case .end(let reason): try endRelay(i, reason)
            }
        }
        guard let next = places[i].relay?.relay.nextTick else { return }
        let tickAt = max(now + 1, min(Int(next / .microseconds(1)), now + run.heartbeat))
        if tickAt < places[i].tickAt {
            places[i].tickAt = tickAt
            queue.put(.workerTick(i, life: places[i].life), at: tickAt)
        }
    }

    private mutating func endRelay(_ i: Int, _ reason: String?) throws(Failure) {
        tell("\(label(i)) ends: \(reason ?? "the job is over")")
        guard let reason else { return stop(i, restarts: false) }
        if reason.hasPrefix(Employment.silenceWords) {
            guard now - places[i].lastHeard >= run.patience else {
                throw failure("\(label(i)) lost its patience too soon")
            }
            return stop(i, restarts: outcome == nil)
        }
        // Whoever lies below is found out above by the relay that believed it.
        switch run.trouble {
        case .falseAlarms(let liar) where reason.contains("finite") && isBelow(liar, i),
            .falseSums(let liar) where reason.contains("finite") && isBelow(liar, i):
            (places[liar].isHonest, places[liar].wasMended) = (true, true)
        default: throw failure("\(label(i)) ended: \(reason)")
        }
        stop(i, restarts: true)
    }

    private func isBelow(_ place: Int, _ relay: Int) -> Bool {
        guard let hub = run.machines[place].hub else { return false }
        return hub == relay || isBelow(hub, relay)
    }
}
