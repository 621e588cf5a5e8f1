import CKernels
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
        case beta1, beta2, epsilon
        case learningRate = "learning_rate"
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

/// Adam (Kingma and Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015, algorithm 1) over a flat parameter vector.
///
/// Every operation is one of IEEE 754's four or a square root, so the same gradients give the same bits on every processor.
/// The moments are shared by copies of the value: one owner updates.
public struct Adam: Sendable {
    /// The numbers that it runs with.
    public let settings: AdamSettings
    /// The running mean of gradients, m; as long as the parameters.
    public let firstMoment: FloatBlock
    /// The running mean of squared gradients, v; as long as the parameters.
    public let secondMoment: FloatBlock
    /// How many updates were made, t.
    public private(set) var step: Int

    /// An optimiser that has made no update.
    public init(parameterCount: Int, settings: AdamSettings) {
        self.init(
            settings: settings, firstMoment: FloatBlock(count: parameterCount),
            secondMoment: FloatBlock(count: parameterCount), step: 0)
    }

    /// An optimiser that goes on after `step` updates.
    ///
    /// - Precondition: both moments have the same count.
    public init(settings: AdamSettings, firstMoment: FloatBlock, secondMoment: FloatBlock, step: Int) {
        precondition(
            firstMoment.count == secondMoment.count && step >= 0,
            "moments of \(firstMoment.count) and \(secondMoment.count) floats at step \(step)")
        self.settings = settings
        (self.firstMoment, self.secondMoment, self.step) = (firstMoment, secondMoment, step)
    }

    /// The same, with moments of its own.
    public func copy() -> Adam {
        let (first, second) = (FloatBlock(count: firstMoment.count), FloatBlock(count: secondMoment.count))
        first.copy(from: firstMoment)
        second.copy(from: secondMoment)
        return Adam(settings: settings, firstMoment: first, secondMoment: second, step: step)
    }

    /// Makes one update from `parameters` into `updated`, which may be `parameters` itself, on up to `threads` threads.
    ///
    /// - Precondition: all three are as long as the moments.
    public mutating func update(
        _ parameters: FloatBlock, gradient: FloatBlock, into updated: FloatBlock, threads: Int = 1
    ) {
        let count = firstMoment.count
        precondition(
            parameters.count == count && gradient.count == count && updated.count == count,
            "\(parameters.count) parameters, \(gradient.count) gradients, \(updated.count) results, \(count) moments")
        step += 1
        let (rate, epsilon) = (Float(settings.learningRate), Float(settings.epsilon))
        let (beta1, beta2) = (Float(settings.beta1), Float(settings.beta2))
        let (mScale, vScale) = (correction(beta1), correction(beta2))
        inParts(of: count, threads: threads) { [firstMoment, secondMoment] part in
            let start = part.lowerBound
            kernel_adam(
                updated.base + start, parameters.base + start, firstMoment.base + start, secondMoment.base + start,
                gradient.base + start, part.count, rate, beta1, beta2, epsilon, mScale, vScale)
        }
    }

    /// `1 / (1 - decay^t)`, for the decay as the kernel rounds it: 1 - 0.999 would differ by 1 in 77,000.
    private func correction(_ decay: Float) -> Float { Float(1 / (1 - power(Double(decay), step))) }
}

/// `base` to the power of `exponent`, which is not negative, by multiplications alone: the mathematics library's own power may
/// differ from one version to the next.
private func power(_ base: Double, _ exponent: Int) -> Double {
    var (result, square, rest) = (1.0, base, exponent)
    while rest > 0 {
        if rest & 1 == 1 { result *= square }
        square *= square
        rest >>= 1
    }
    return result
}
