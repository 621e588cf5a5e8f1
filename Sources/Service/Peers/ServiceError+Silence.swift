import Coordination
import Messaging

extension ServiceError {
    /// How long one last attempt to connect is waited for.
    private static let patience = Duration.seconds(2)

    /// Why a worker or a relay gives up; of a coordinator that was not heard also what is found where it should be.
    init(givingUp reason: String, at endpoint: String) {
        let isSilent = reason.hasPrefix(Employment.silenceWords) && !LocalEndpoint.isOne(endpoint)
        let advice = isSilent ? TCPEndpoint.advice(onConnectingTo: endpoint, patience: Self.patience) : nil
        self.init(advice.map { "\(reason): \($0)" } ?? reason)
    }
}
