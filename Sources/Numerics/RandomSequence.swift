/// Numbers drawn one after another from a `CounterGenerator`; a `RandomNumberGenerator` for the standard library.
public struct RandomSequence: RandomNumberGenerator, Sendable {
    private let generator: CounterGenerator
    private var counter: UInt64

    /// The sequence of one purpose, from a place of its stream on; see `CounterGenerator.init(seed:stream:)`.
    public init(seed: UInt64, stream: UInt64, firstCounter: UInt64 = 0) {
        generator = CounterGenerator(seed: seed, stream: stream)
        counter = firstCounter
    }

    /// 64 random bits.
    public mutating func next() -> UInt64 {
        let words = generator.block(counter)
        counter += 1
        return UInt64(words[0]) << 32 | UInt64(words[1])
    }

    /// A number in 0 ..< 1.
    public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// A number from the normal distribution of mean 0 and deviation 1 (Box and Muller 1958).
    public mutating func normal() -> Double {
        let radius = (-2 * logarithm(1 - uniform())).squareRoot()
        return radius * cosine(turns: uniform())
    }

    /// As `normal()`, drawn again until it is within two deviations.
    public mutating func truncatedNormal() -> Double {
        while true {
            let value = normal()
            if abs(value) <= 2 { return value }
        }
    }

    /// Fills `values` with noise of mean 0 and deviation 1; see `CounterGenerator.fill(_:count:noiseFrom:)`.
    public mutating func fillNoise(_ values: UnsafeMutablePointer<Float>, count: Int) {
        counter += generator.fill(values, count: count, noiseFrom: counter)
    }
}
