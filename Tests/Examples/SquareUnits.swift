public import Encoders
public import Layers
public import Numerics

/// An example of a network of one's own: features `h = (x · weight)²`.
///
/// One file; `NetworkSettings.kinds` is where it is made known. Letters: `R` rows, `I` inputs, `H` features.
public struct SquareUnitsSettings: NetworkKind {
    /// `squares`.
    public static let kind = "squares"
    /// Six units.
    public static let standard = SquareUnitsSettings(units: 6)

    /// Features, H.
    public var units: Int

    /// A network of so many features.
    public init(units: Int) { self.units = units }

    /// Refuses no units and too many.
    public func validate() throws(SettingFault) {
        try SettingFault.check((1...4096).contains(units), "units", units, "1 to 4096")
    }

    /// Takes any samples that are not too large.
    public func validate(rows: Int, columns: Int) throws(SettingFault) {
        try SettingFault.check(rows * columns <= 65_536, "samples", rows * columns, "at most 65536 values")
    }

    /// The network for samples `[rows, columns]`.
    public func makeNetwork(rows: Int, columns: Int) -> any Network {
        SquareUnits(inputCount: rows * columns, featureCount: units)
    }
}

/// The network itself: `weight` `[I, H]`.
public struct SquareUnits: Network {
    /// Values of a row, I.
    public let inputCount: Int
    /// Features, H.
    public let featureCount: Int

    /// `weight`.
    public var parts: [ParameterPart] {
        [ParameterPart(name: "weight", offset: 0, shape: [inputCount, featureCount])]
    }

    /// Sums, squares and gradients.
    public func passFloats(rows: Int) -> Double { 3 * Double(rows) * Double(featureCount) }

    /// From a normal distribution of deviation 0.3.
    public func initialParameters(seed: UInt64, stream: UInt64) -> FloatBlock {
        var draw = RandomSequence(seed: seed, stream: stream)
        return FloatBlock((0..<parameterCount).map { _ in Float(0.3 * draw.normal()) })
    }

    /// A pass over up to `rows` rows.
    public func makePass(rows: Int, arithmetic: Arithmetic) -> any NetworkPass { Pass(of: self, rows: rows) }

    private final class Pass: NetworkPass {
        private let network: SquareUnits
        private var parameters = FloatBlock(count: 0)
        /// `x · weight`, its square, and the gradient at either: `[R, H]`.
        private let sums, squares, gradients: FloatBlock

        init(of network: SquareUnits, rows: Int) {
            self.network = network
            let count = rows * network.featureCount
            (sums, squares, gradients) = (FloatBlock(count: count), FloatBlock(count: count), FloatBlock(count: count))
        }

        func take(parameters: FloatBlock) { self.parameters = parameters }

        func forward(_ inputs: UnsafePointer<Float>, rows: Int) -> UnsafePointer<Float> {
            let (i, h) = (network.inputCount, network.featureCount)
            product(m: rows, n: h, k: i, inputs, aRow: i, parameters.base, bRow: h, into: sums.base, cRow: h)
            for place in 0..<rows * h { squares[place] = sums[place] * sums[place] }
            return UnsafePointer(squares.base)
        }

        var featureGradient: UnsafeMutablePointer<Float> { gradients.base }

        func backward(_ inputs: UnsafePointer<Float>, rows: Int, into gradient: UnsafeMutablePointer<Float>) {
            let (i, h) = (network.inputCount, network.featureCount)
            for place in 0..<rows * h { gradients[place] *= 2 * sums[place] }
            product(
                m: i, n: h, k: rows, inputs, .transposed, aRow: i, gradients.base, bRow: h, into: gradient, cRow: h)
        }
    }
}
