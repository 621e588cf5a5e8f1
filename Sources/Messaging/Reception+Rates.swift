/// How often peers may say what costs more than its saying, or needs no saying.
extension Reception {
    static func talkBook(_ limits: FrontLimits) -> RequestBook {
        RequestBook(ofPeer: limits.talk, ofMachine: limits.talkOfMachine)
    }

    /// Whether a peer may ask now for what costs more than its asking; one that does again and again is dropped.
    package func admitsRequest(of identity: [UInt8], at now: Duration) -> Bool {
        guard let gauge = gauge(of: identity) else { return true }
        switch requests.onRequest(by: gauge.number, of: gauge.machine, at: now) {
        case .admitted: return true
        case .machineTooOften: return false
        case .tooOften:
            drop(identity, because: "it says hello again and again")
            return false
        }
    }

    /// Whether what a peer says is to be looked at now, though it need not be: beyond a rate it is passed over, and
    /// less of what the peer says is read for a while.
    package func admitsTalk(of identity: [UInt8], at now: Duration) -> Bool {
        guard let gauge = gauge(of: identity) else { return true }
        let verdict = talk.onRequest(by: gauge.number, of: gauge.machine, at: now)
        if verdict == .tooOften { gauge.noteNeedless() }
        return verdict == .admitted
    }

    /// Takes note that a peer asked for what it had asked for before and what is not sent yet: where it and its machine
    /// do so without end, less of what it says is read for a while.
    package func noteNeedlessRequest(of identity: [UInt8], at now: Duration) {
        guard let gauge = gauge(of: identity) else { return }
        if needless.isTooMuch(by: gauge.number, of: gauge.machine, at: now) { gauge.noteNeedless() }
    }
}
