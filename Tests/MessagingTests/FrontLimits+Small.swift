import Messaging

extension FrontLimits {
    /// Limits that a test reaches with little.
    static let small = {
        let message = MessageLimits(frameCount: 3, frameBytes: 100_000, byteCount: 200_000)
        let rate = Rate(burst: 1000, perSecond: 1000)
        var limits = FrontLimits(
            message: message, inFlight: 350_000, waiting: 300_000,
            connections: ConnectionLimits(count: 40, countOfMachine: 30, rate: rate))
        limits.pressure = .milliseconds(300)
        return limits
    }()
}
