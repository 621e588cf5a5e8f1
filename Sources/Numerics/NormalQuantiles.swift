/// 4,096 equally probable values of the normal distribution of mean 0 and deviation 1, for noise of which much is drawn.
///
/// Twelve bits choose one: a tenth of the time of a logarithm and a cosine, and no value beyond 3.7. It is added to
/// what a network reads in training, whose shape beyond that matters to nobody.
public enum NormalQuantiles {
    /// The values, from the lowest to the highest: the distribution's quantiles at (place + 1/2) / 4096.
    public static let values: [Float] = {
        // The quantile's slope is one over the density: followed from the middle upwards (Runge and Kutta).
        func slope(_ x: Double) -> Double { 2.506_628_274_631_000_5 * exponential(x * x / 2) }
        var (x, upper) = (0.0, [Float]())
        for place in 0..<2048 {
            let step = (place == 0 ? 0.5 : 1) / 4096 / 16
            for _ in 0..<16 {
                let first = slope(x)
                let second = slope(x + step / 2 * first)
                let third = slope(x + step / 2 * second)
                x += step / 6 * (first + 2 * second + 2 * third + slope(x + step * third))
            }
            upper.append(Float(x))
        }
        return upper.reversed().map { -$0 } + upper
    }()

    /// Adds noise of a deviation to `count` values, drawn by `generator` from its first block on.
    public static func add(
        to x: UnsafeMutablePointer<Float>, count: Int, deviation: Float, generator: CounterGenerator
    ) {
        values.withUnsafeBufferPointer { values in
            for block in 0..<(count + 7) / 8 {
                let words = generator.block(UInt64(block))
                for i in 0..<min(8, count - block * 8) {
                    let place = words[i >> 1] >> (i & 1 == 0 ? 4 : 20) & 0xfff
                    x[block * 8 + i] += deviation * values[Int(place)]
                }
            }
        }
    }
}
