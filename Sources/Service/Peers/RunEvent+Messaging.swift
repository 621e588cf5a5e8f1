import Coordination
import Messaging

extension RunEvent {
    /// What happened at the front, as a run tells it.
    init(_ note: Front.Note, authorizedCount: Int) {
        self =
            switch note {
            case .dropped(let peer, let reason): .peerDropped(peer: peer, reason: reason)
            case .muted: .peersMuted
            case .keyTurnedAway(let key):
                .refused(
                    what: "a worker with the key \(key.text), which is not listed; `ssrm keys authorize` lets it come")
            case .keysChanged: .keysChanged(count: authorizedCount)
            case .keysUnreadable(let reason): .keysUnreadable(reason: reason)
            case .revoked(_, let label):
                .refused(what: "further messages of the key '\(label)', which was taken off the list")
            }
    }
}
