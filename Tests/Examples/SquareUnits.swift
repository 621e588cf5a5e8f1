public import Encoders
public import Layers
public import Numerics

/// An example of a network of one's own: hidden units `h = (x · weight)²`, outputs `h · mixing`.
///
/// One file; `NetworkSettings.kinds` is where it is made known. Letters: `R` rows, `I` inputs, `H` hidden units, `O`
/// outputs.
public struct SquareUnitsSettings: NetworkKind {
    /// `squares`.
    public static let kind = "squares"
    /// Six units.
    public static let standard = SquareUnitsSettings(units: 6)

    /// Hidden units, H.
    public var units: Int

    /// A network of so many hidden units.
    public init(units: Int) { self.units = units }

    /// Refuses no units and too many.
    public func validate() throws(SettingFault) {
        try SettingFault.check((1...4096).contains(units), "units", units, "1 to 4096")
    }

    /// Takes any samples and outputs that are not too many together.
    public func validate(rows: Int, columns: Int, outputs: Int) throws(SettingFault) {
        try SettingFault.check(outputs <= 4096, "outputs", outputs, "at most 4096")
    }

    /// The network for samples `[rows, columns]`.
    public func makeNetwork(rows: Int, columns: Int, outputs: Int) -> any Network {
        SquareUnits(inputCount: rows * columns, featureCount: units, outputCount: outputs)
    }
}

/// The network itself: `weight` `[I, H]`, `mixing` `[H, O]`.
public struct SquareUnits: Network {
    /// Values of a row, I.
    public let inputCount: Int
    /// Hidden units, H.
    public let featureCount: Int
    /// Outputs, O.
    public let outputCount: Int

    /// `weight`, then `mixing`.
    public var parts: [ParameterPart] {
        [
            ParameterPart(name: "weight", offset: 0, shape: [inputCount, featureCount]),
            ParameterPart(name: "mixing", offset: inputCount * featureCount, shape: [featureCount, outputCount]),
        ]
    }

    /// All from a normal distribution of deviation 0.3.
    public func initialParameters(seed: UInt64, stream: UInt64) -> FloatBlock {
        var draw = RandomSequence(seed: seed, stream: stream)
        return FloatBlock((0..<parameterCount).map { _ in Float(0.3 * draw.normal()) })
    }

    /// A pass over up to `rows` rows.
    public func makePass(rows: Int, arithmetic: Arithmetic) -> any NetworkPass { Pass(of: self, rows: rows) }

    private final class Pass: NetworkPass {
        private let network: SquareUnits
        private var parameters = FloatBlock(count: 0)
        /// `x · weight`, its square, and the gradient at it: `[R, H]`.
        private let sums, squares, sumGradient: FloatBlock
        /// `[R, O]`.
        private let outputs, gradient: FloatBlock

        init(of network: SquareUnits, rows: Int) {
            self.network = network
            (sums, squares) = (
                FloatBlock(count: rows * network.featureCount), FloatBlock(count: rows * network.featureCount)
            )
            sumGradient = FloatBlock(count: rows * network.featureCount)
            (outputs, gradient) = (
                FloatBlock(count: rows * network.outputCount), FloatBlock(count: rows * network.outputCount)
            )
        }

        private var weight: UnsafeMutablePointer<Float> { parameters.base }
        private var mixing: UnsafeMutablePointer<Float> {
            parameters.base + network.inputCount * network.featureCount
        }

        func take(parameters: FloatBlock) { self.parameters = parameters }

        func features(_ inputs: UnsafePointer<Float>, rows: Int) -> UnsafePointer<Float> {
            let (i, h) = (network.inputCount, network.featureCount)
            product(m: rows, n: h, k: i, inputs, aRow: i, weight, bRow: h, into: sums.base, cRow: h)
            for place in 0..<rows * h { squares[place] = sums[place] * sums[place] }
            return UnsafePointer(squares.base)
        }

        func forward(_ inputs: UnsafePointer<Float>, rows: Int) -> UnsafePointer<Float> {
            let (h, o) = (network.featureCount, network.outputCount)
            product(
                m: rows, n: o, k: h, features(inputs, rows: rows), aRow: h, mixing, bRow: o, into: outputs.base,
                cRow: o)
            return UnsafePointer(outputs.base)
        }

        var outputGradient: UnsafeMutablePointer<Float> { gradient.base }

        func backward(_ inputs: UnsafePointer<Float>, rows: Int, into gradient: UnsafeMutablePointer<Float>) {
            let (i, h, o) = (network.inputCount, network.featureCount, network.outputCount)
            let dy = self.gradient.base
            product(
                m: h, n: o, k: rows, squares.base, .transposed, aRow: h, dy, bRow: o, into: gradient + i * h, cRow: o)
            product(m: rows, n: h, k: o, dy, aRow: o, mixing, .transposed, bRow: o, into: sumGradient.base, cRow: h)
            for place in 0..<rows * h { sumGradient[place] *= 2 * sums[place] }
            product(
                m: i, n: h, k: rows, inputs, .transposed, aRow: i, sumGradient.base, bRow: h, into: gradient, cRow: h)
        }
    }
}
