import CKernels
public import Numerics

/// Adam (Kingma and Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015, algorithm 1) over a flat parameter
/// vector.
///
/// Every operation is one of IEEE 754's four or a square root, so the same gradients give the same bits on every
/// processor. The moments are shared by copies of the value: one owner updates.
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
        Adam(
            settings: settings, firstMoment: FloatBlock(copying: firstMoment),
            secondMoment: FloatBlock(copying: secondMoment), step: step)
    }

    /// Makes one update from `parameters` into `updated`, which may be `parameters` itself, on up to `threads` threads;
    /// `rate` is this update's step size, where it is not the settings', and `fewest` the fewest values of a thread.
    ///
    /// - Precondition: all three are as long as the moments.
    public mutating func update(
        _ parameters: FloatBlock, gradient: FloatBlock, into updated: FloatBlock, rate: Double? = nil,
        threads: Int = 1, fewest: Int = fewestInPart
    ) {
        update(
            part: 0..<firstMoment.count, of: parameters, gradient: gradient, into: updated, rate: rate,
            threads: threads, fewest: fewest)
        countUpdate()
    }

    /// Makes a part of the next update, whose other parts are made before or after; once all are, `countUpdate` is due.
    ///
    /// - Parameters:
    ///   - part: which values.
    ///   - parameters: all of them.
    ///   - gradient: the part's alone.
    ///   - updated: gets the part's values at their places; may be `parameters` itself.
    ///   - rate: this update's step size, where it is not the settings'.
    ///   - threads: the most threads to use.
    ///   - fewest: the fewest values of a thread.
    ///   - passesOn: whether other processors read the results next, which then go past this one's caches.
    /// - Precondition: parameters and results are as long as the moments, the gradient is as long as the part.
    public func update(
        part: Range<Int>, of parameters: FloatBlock, gradient: FloatBlock, into updated: FloatBlock,
        rate: Double? = nil, threads: Int = 1, fewest: Int = fewestInPart, passesOn: Bool = false
    ) {
        let count = firstMoment.count
        precondition(
            parameters.count == count && gradient.count == part.count && updated.count == count
                && part.upperBound <= count,
            """
            \(parameters.count) parameters, \(gradient.count) gradients for \(part), \(updated.count) results, \(count) \
            moments
            """)
        let (rate, epsilon) = (Float(rate ?? settings.learningRate), Float(settings.epsilon))
        let (beta1, beta2) = (Float(settings.beta1), Float(settings.beta2))
        let (mScale, vScale) = (correction(beta1), correction(beta2))
        inParts(of: part.count, threads: threads, fewest: fewest) { [firstMoment, secondMoment] piece in
            let start = part.lowerBound + piece.lowerBound
            kernel_adam(
                updated.base + start, parameters.base + start, firstMoment.base + start, secondMoment.base + start,
                gradient.base + piece.lowerBound, piece.count, rate, beta1, beta2, epsilon, mScale, vScale,
                passesOn)
        }
    }

    /// All parts of an update are made.
    public mutating func countUpdate() { step += 1 }

    /// `1 / (1 - decay^t)` of the next update, t, for the decay as the kernel rounds it: 1 - 0.999 would differ by 1 in
    /// 77,000.
    private func correction(_ decay: Float) -> Float { Float(1 / (1 - power(Double(decay), step + 1))) }
}

/// `base` to the power of `exponent`, which is not negative, by multiplications alone: the mathematics library's own
/// power may differ from one version to the next.
private func power(_ base: Double, _ exponent: Int) -> Double {
    var (result, square, rest) = (1.0, base, exponent)
    while rest > 0 {
        if rest & 1 == 1 { result *= square }
        square *= square
        rest >>= 1
    }
    return result
}
