public import Numerics

/// How parameters are rounded where they are published as bfloat16, while the coordinator keeps them as float32.
///
/// Rounding to the nearest value would show the workers the same wrong parameter, by up to one part in 512, for as long
/// as it moves by less than that. Carrying the error over to the next step (error feedback) mends this on average over
/// steps, but the carried error is a second vector of state, which every checkpoint would have to keep. The same comes
/// of a threshold without state: a value between two bfloat16 values is rounded up where its place between them, in
/// 65,536ths, plus `u + 40521 step` modulo 65,536 reaches 65,536. `u` is a draw for each parameter. 40521 is odd, so
/// the threshold takes each of its values once in 65,536 steps; it is close to 65,536 times the golden section, and no
/// term of the continued fraction of the two numbers' ratio is above 3, so any few neighbouring steps have the
/// threshold spread evenly. For a parameter that stands still, the errors of any run of steps sum up to less than six
/// times the distance of two bfloat16 values, however long it is (one with error feedback; independent draws would have
/// it grow with the root of the steps), and to zero after 65,536 steps. A run that is resumed at a step rounds as one
/// that was never stopped, because the step is all that it has to know.
struct ParameterRounding: Sendable {
    private let seed: UInt64
    private static let turnPerStep: UInt16 = 40_521

    init(seed: UInt64) { self.seed = seed }

    /// The rounding of the parameters that `step` starts from.
    func rounding(at step: Int) -> StochasticRounding {
        StochasticRounding(
            seed: seed, stream: Stream.parameterRounding, counter: 0,
            turn: UInt16(truncatingIfNeeded: step) &* Self.turnPerStep)
    }
}

extension Job {
    /// How the sums of leaves are rounded; nil where they are exchanged as they are.
    public var sumRounding: GradientRounding? {
        let element = settings.arithmetic.wire
        return element == .float32
            ? nil : GradientRounding(seed: seed, stream: Stream.gradientRounding, to: element)
    }

    var parameterRounding: ParameterRounding? {
        settings.arithmetic.wire == .float32 ? nil : ParameterRounding(seed: seed)
    }
}
