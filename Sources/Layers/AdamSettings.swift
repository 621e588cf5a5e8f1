public import Numerics

/// The four numbers of Adam; the defaults are its authors'.
public struct AdamSettings: Codable, Sendable, Equatable {
    /// The step size α.
    public var learningRate: Double
    /// The decay β₁ of the mean of gradients.
    public var beta1: Double
    /// The decay β₂ of the mean of squared gradients.
    public var beta2: Double
    /// What is added to the root of the second moment, ε.
    public var epsilon: Double

    private enum CodingKeys: String, CodingKey {
        case learningRate = "learning_rate"
        case beta1, beta2, epsilon
    }

    /// Settings; only the step size has no default.
    public init(learningRate: Double, beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8) {
        (self.learningRate, self.beta1, self.beta2, self.epsilon) = (learningRate, beta1, beta2, epsilon)
    }

    /// Refuses numbers that make no sense as the 32-bit floats that they are computed with: 0.99999999 would be 1.
    ///
    /// - Throws: `SettingFault` for the first of them.
    public func validate() throws(SettingFault) {
        try SettingFault.checkPositive("learning_rate", learningRate)
        for (name, beta) in [("beta1", beta1), ("beta2", beta2)] {
            try SettingFault.check(beta >= 0 && Float(beta) < 1, name, beta, "0 to below 1, at most 0.99999994")
        }
        try SettingFault.checkPositive("epsilon", epsilon)
    }
}
