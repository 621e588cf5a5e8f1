import Coordination
import Messaging

extension RunEvent {
    /// What happened at the front, as a run tells it; nil where nothing is told of it yet.
    init?(_ note: Front.Note, authorizedCount: Int) {
        switch note {
        case .dropped(let peer, let reason): self = .peerDropped(peer: peer, reason: reason)
        case .muted: self = .peersMuted
        case .keyTurnedAway(let key):
            let text = "a worker with the key \(key.text), which is not listed; `ssrm keys authorize` lets it come"
            self = .refused(what: text)
        case .keysChanged: self = .keysChanged(count: authorizedCount)
        case .keysUnreadable(let reason): self = .keysUnreadable(reason: reason)
        case .revoked(_, let label):
            self = .refused(what: "further messages of the key '\(label)', which was taken off the list")
        case .closed, .gone: return nil
        }
    }
}
