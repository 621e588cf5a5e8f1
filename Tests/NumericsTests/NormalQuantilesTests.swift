import Numerics
import Testing

@Test func quantilesAreThoseOfTheNormalDistribution() {
    let values = NormalQuantiles.values
    #expect(values.count == 4096)
    // Of the normal distribution's tables: the quantiles at 0.975, 0.8413447 and at the ends.
    #expect(abs(values[3993] - 1.959964) < 2e-3 && abs(values[3446] - 1) < 1e-3)
    #expect(abs(values[4095] - 3.6673) < 1e-3 && values[0] == -values[4095])
    #expect(zip(values, values.dropFirst()).allSatisfy { $0 < $1 })
    #expect(abs(values.reduce(0.0) { $0 + Double($1) * Double($1) } / 4096 - 1) < 1e-3)
}

@Test func noiseIsAFunctionOfItsGeneratorAndPlace() {
    let generator = CounterGenerator(seed: 3, stream: 4)
    func noisy(_ count: Int) -> [Float] {
        let block = FloatBlock(count: count)
        NormalQuantiles.add(to: block.base, count: count, deviation: 0.5, generator: generator)
        return block.array
    }
    let values = noisy(20_003)
    #expect(noisy(1_001) == Array(values.prefix(1_001)))
    let mean = values.reduce(0, +) / 20_003
    let variance = values.reduce(0) { $0 + $1 * $1 } / 20_003
    #expect(abs(mean) < 0.02 && abs(variance - 0.25) < 0.01)
}
