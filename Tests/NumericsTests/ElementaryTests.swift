import Foundation
import Numerics
import Testing

private func numbers(_ count: Int, in range: ClosedRange<Double>) -> [Double] {
    var draw = RandomSequence(seed: 5, stream: 7)
    return (0..<count).map { _ in range.lowerBound + draw.uniform() * (range.upperBound - range.lowerBound) }
}

@Test(arguments: [-707.9...(-1), -1...1, 1...709.0])
func theExponentialIsThatOfTheMathematicsLibrary(range: ClosedRange<Double>) {
    for x in numbers(20_000, in: range) {
        #expect(abs(exponential(x) - exp(x)) <= 4e-16 * exp(x), "\(x)")
    }
}

@Test(arguments: [1e-300...1e-290, 1e-3...0.999, 0.999...1.001, 1.001...1000, 1e290...1e300])
func theLogarithmIsThatOfTheMathematicsLibrary(range: ClosedRange<Double>) {
    for x in numbers(20_000, in: range) { #expect(abs(logarithm(x) - log(x)) <= 4e-16 * abs(log(x)), "\(x)") }
}

@Test func sineAndCosineAreThoseOfTheMathematicsLibrary() {
    for turns in numbers(40_000, in: -2...3) {
        let angle = 2 * Double.pi * (turns - turns.rounded(.down))
        #expect(abs(sine(turns: turns) - sin(angle)) < 2e-15, "\(turns)")
        #expect(abs(cosine(turns: turns) - cos(angle)) < 2e-15, "\(turns)")
    }
    for place in 0..<8 {
        let turns = Double(place) / 8
        #expect(abs(sine(turns: turns) - sin(2 * .pi * turns)) < 4e-16)
        #expect(abs(cosine(turns: turns) - cos(2 * .pi * turns)) < 4e-16)
    }
}

@Test func theEndsOfTheElementaryFunctionsAreTheirLimits() {
    #expect(exponential(0) == 1 && logarithm(1) == 0 && sine(turns: 0) == 0 && cosine(turns: 0) == 1)
    #expect(exponential(-.infinity) == exponential(-708) && exponential(1000) == exponential(709))
    #expect(exponential(.nan).isNaN && sine(turns: .infinity).isNaN)
}
