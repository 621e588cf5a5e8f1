import Coordination
import Messaging

extension Employment.Handshake {
    /// As the socket has it.
    init(_ outcome: HandshakeWatch.Outcome) {
        self =
            switch outcome {
            case .succeeded: .succeeded
            case .notListed: .notListed
            case .otherMechanism: .otherMechanism
            case .broken: .broken
            case .ended: .ended
            }
    }
}
