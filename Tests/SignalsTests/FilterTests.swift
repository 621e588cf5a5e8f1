import Foundation
import Signals
import Testing

private struct Fixture: Decodable {
    struct Resampling: Decodable {
        let source: Double
        let target: Double
        let x: [Double]
        let y: [Double]
    }
    struct Filtering: Decodable {
        let kind: String
        let cut: Double
        let rate: Double
        let order: Int
        let x: [Double]
        let y: [Double]
    }
    let resampling: [Resampling]
    let filtering: [Filtering]

    static func read() throws -> Fixture {
        let url = try #require(Bundle.module.url(forResource: "Fixtures/filters", withExtension: "json"))
        return try JSONDecoder().decode(Fixture.self, from: Data(contentsOf: url))
    }
}

private func resampled(_ x: [Double], from source: Double, to target: Double, pieces: Int) -> [Float] {
    let resampler = Resampler(from: source, to: target, inputCount: x.count, first: x[0], last: x[x.count - 1])
    var output: [Float] = []
    for start in stride(from: 0, to: x.count, by: pieces) {
        output += resampler.resample(Array(x[start..<min(start + pieces, x.count)]))
    }
    #expect(output.count == resampler.outputCount)
    return output
}

/// In pieces of a minute, as files are read, at the largest factors.
@Test(arguments: [(256.0, 1.0), (250, 1), (512, 2), (240, 1), (1, 250)])
func largeFactorsGiveEveryValue(source: Double, target: Double) {
    for seconds in [30, 180, 600] {
        let slow = (0..<seconds * Int(source)).map { sin(2 * .pi * 0.02 * Double($0) / source) }
        let output = resampled(slow, from: source, to: target, pieces: 60 * Int(source))
        // Within 150 s of an end the filter reaches beyond it.
        for (index, value) in output.enumerated()
        where (150..<max(150, seconds - 150)).contains(Int(Double(index) / target)) {
            #expect(abs(Double(value) - sin(2 * .pi * 0.02 * Double(index) / target)) < 0.02)
        }
    }
}

/// The last output values, too, are the signal's: no time before the end goes without one.
@Test(arguments: [(256.0, 50.0), (512, 50), (128, 50), (256, 100), (1000, 64), (125, 100), (50, 128)])
func theLastValueIsTheSignals(source: Double, target: Double) {
    for seconds in [300, 301, 330] {
        let tone = (0..<seconds * Int(source)).map { sin(2 * .pi * 3.1 * Double($0) / source) }
        let output = resampled(tone, from: source, to: target, pieces: 10_000)
        for index in output.count - 3..<output.count {
            #expect(abs(Double(output[index]) - sin(2 * .pi * 3.1 * Double(index) / target)) < 0.25)
        }
    }
}

@Test func anyNumberOfValuesIsResampled() {
    var random = SystemRandomNumberGenerator()
    for (source, target) in [(256.0, 50.0), (1, 200), (199.5, 100), (512, 2.5), (3, 700), (100, 99.9), (200, 0.8)] {
        for count in Array(1...40) + [500, 4_097, 20_001] {
            let values = (0..<count).map { _ in Double.random(in: -1...1, using: &random) }
            let output = resampled(values, from: source, to: target, pieces: Int.random(in: 1...count, using: &random))
            #expect(output.allSatisfy { $0.isFinite })
        }
    }
}

@Test func resamplingAgreesWithSciPyToHalfAThousandth() throws {
    for item in try Fixture.read().resampling {
        let y = resampled(item.x, from: item.source, to: item.target, pieces: item.x.count)
        #expect(y.count == item.y.count)
        // At both ends, where the signal breaks off, the interpolators differ: by how steep their transition is.
        let margin = Int(50 * item.target / min(item.source, item.target))
        let scale = (item.y.max() ?? 0) - (item.y.min() ?? 0)
        let errors = zip(y, item.y).map { abs(Double($0) - $1) / scale }
        let inner = errors[margin..<errors.count - margin].max() ?? 1
        let outer = errors.max() ?? 1
        #expect(
            inner < 0.0005 && outer < 0.02, "\(item.source) to \(item.target) Hz: \(inner) inside, \(outer) at the ends"
        )
    }
}

@Test(arguments: [1, 7, 100, 100_000])
func piecesDoNotChangeWhatIsResampled(pieces: Int) throws {
    let item = try #require(try Fixture.read().resampling.first)
    let whole = resampled(item.x, from: item.source, to: item.target, pieces: item.x.count)
    #expect(resampled(item.x, from: item.source, to: item.target, pieces: pieces) == whole)
}

@Test(arguments: [(100.0, 64.0), (1, 100), (50, 10), (199.98, 100), (256, 1)])
func slopesAndConstantsComeThroughUnchanged(source: Double, target: Double) {
    let x = (0..<Int(source * 40)).map { 37 - 0.01 * Double($0) / source }
    let y = resampled(x, from: source, to: target, pieces: 64)
    #expect(abs(Double(y.count) - Double(x.count) * target / source) <= 1)
    for (index, value) in y.enumerated() { #expect(abs(Double(value) - (37 - 0.01 * Double(index) / target)) < 1e-5) }
}

@Test func equalRatesChangeNothing() {
    let x = (0..<500).map { Double(Float(sin(Double($0)))) }
    #expect(resampled(x, from: 100, to: 100, pieces: 33).map(Double.init) == x)
    #expect(resampled([4], from: 100, to: 50, pieces: 1) == [4])
    #expect(!Resampler.supports(from: 1, to: 1_000) && !Resampler.supports(from: 0, to: 50))
}

@Test func whatTheSlowerRateCannotHoldIsFilteredOut() {
    let x = (0..<6_000).map { sin(2 * .pi * 30 * Double($0) / 100) }
    let y = resampled(x, from: 100, to: 20, pieces: 6_000)
    #expect(y[100..<y.count - 100].allSatisfy { abs($0) < 1e-4 })
}

@Test func butterworthFiltersAgreeWithSciPy() throws {
    for item in try Fixture.read().filtering {
        let filter =
            item.kind == "low"
            ? ButterworthFilter.lowPass(item.cut, rate: item.rate, order: item.order)
            : .highPass(item.cut, rate: item.rate, order: item.order)
        let worst = zip(filter.applied(to: item.x), item.y).map { abs($0 - $1) }.max() ?? 1
        #expect(worst < 1e-6, "\(item.kind) \(item.cut) Hz: \(worst)")
    }
    #expect(ButterworthFilter.lowPass(1, rate: 50).applied(to: []) == [])
    #expect(abs(ButterworthFilter.lowPass(1, rate: 50).applied(to: [2])[0] - 2) < 1e-12)
}
