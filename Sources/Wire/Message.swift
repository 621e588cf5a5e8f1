/// The version of the protocol that this program speaks.
package let protocolVersion: UInt32 = 8

/// What coordinator and workers say to each other; `Protos/wire.proto` tells each field's meaning.
package enum Message: Equatable, Sendable {
    /// A worker asks to join.
    case hello(Hello)
    /// A worker asks for one block of samples.
    case sampleRequest(block: Int)
    /// A worker has the job, and its samples or room for those of its leaves.
    case ready(Ready)
    /// A worker's sums of its leaves, one raw frame a node.
    case leafReport(LeafReport)
    /// A part of a claim's sums ahead of their report, one raw frame a node.
    case sumPart(SumPart)
    /// A worker is alive.
    case heartbeat(Heartbeat)
    /// A worker leaves.
    case farewell(FarewellReason, text: String)
    /// The coordinator takes a worker in.
    case welcome(Welcome)
    /// One block of samples, in one raw frame.
    case sampleBlock(block: Int)
    /// Leaves to compute; the parameters come in a raw frame where the worker has not got them.
    case work(Work)
    /// A part of a round's parameters ahead of work that needs them, in one raw frame.
    case parameterPart(ParameterPart)
    /// The coordinator heard a heartbeat; memory lent for claims with smaller numbers than `releasedBelow` is free
    /// again.
    case heartbeatReply(sequence: UInt64, releasedBelow: UInt64)
    /// The coordinator does not take a message.
    case refusal(Refusal)
    /// The run is over.
    case finish(RunEnd)
    /// Whoever heard a hello will welcome the worker in a while.
    case wait(Wait)
}

extension Message {
    /// How each message is written and read, a line each.
    static let forms: [MessageForm] = [
        .hello, .sampleRequest, .ready, .leafReport, .sumPart, .heartbeat, .farewell,
        .welcome, .sampleBlock, .work, .parameterPart, .heartbeatReply, .refusal, .finish, .wait,
    ]
}

extension Message {
    /// Whether its floats may have been sent in parts ahead of it; those of all others come with them.
    var mayComeAfterItsFloats: Bool {
        switch self {
        case .work, .leafReport: true
        default: false
        }
    }
}
