public import Numerics

/// Several steps of each shard's own from one exchange to the next: then a shard is a **replica**, and what is summed
/// is by how much each replica's steps changed what was published.
///
/// A replica keeps nothing from one exchange to the next, so any worker can compute any replica again. See
/// <doc:ExchangingLessOften> for the definition to the bit.
public struct LocalSteps: Codable, Equatable, Sendable {
    /// What a replica's optimiser begins a round with.
    public enum InnerState: String, Codable, CaseIterable, Sendable {
        /// The mean of all replicas' vectors, which is published with the parameters.
        case averaged
        /// Zeros.
        case fresh
    }

    /// How the replicas' mean change moves the parameters.
    public enum Outer: String, Codable, CaseIterable, Sendable {
        /// They move by it.
        case average
        /// Nesterov's momentum over rounds (Douillard et al., "DiLoCo", 2023, algorithm 1).
        case momentum
    }

    /// Steps of each replica in a round, K.
    public var steps: Int
    /// What its optimiser begins with.
    public var innerState: InnerState
    /// How the mean change moves the parameters.
    public var outer: Outer
    /// What the mean change is multiplied with.
    public var outerRate: Double
    /// The decay of the outer velocity, where there is one.
    public var outerMomentum: Double
    /// What the optimiser's step size is multiplied with: replicas' mean has less noise, so they may take longer steps.
    public var rateScale: Double

    private enum CodingKeys: String, CodingKey {
        case steps = "local_steps"
        case innerState = "inner_state"
        case outer
        case outerRate = "outer_rate"
        case outerMomentum = "outer_momentum"
        case rateScale = "rate_scale"
    }

    /// Settings; but for the number of steps those that were measured to serve every task.
    public init(
        steps: Int, innerState: InnerState = .averaged, outer: Outer = .average, outerRate: Double = 1,
        outerMomentum: Double = 0.5, rateScale: Double = 1
    ) {
        (self.steps, self.innerState, self.outer, self.outerRate) = (steps, innerState, outer, outerRate)
        (self.outerMomentum, self.rateScale) = (outerMomentum, rateScale)
    }

    /// Refuses numbers that make no sense.
    ///
    /// - Throws: `SettingFault` for the first of them.
    public func validate() throws(SettingFault) {
        try SettingFault.check((1...1 << 20).contains(steps), "local_steps", steps, "1 to 1048576")
        try SettingFault.check(
            Float(outerRate) >= 1e-6 && outerRate <= 10, "outer_rate", outerRate, "a number from 1e-6 to 10")
        try SettingFault.check(
            outerMomentum >= 0 && Float(outerMomentum) < 1, "outer_momentum", outerMomentum, "0 to below 1")
        try SettingFault.check(
            rateScale >= 1e-3 && rateScale <= 1000, "rate_scale", rateScale, "a number from 0.001 to 1000")
    }
}
