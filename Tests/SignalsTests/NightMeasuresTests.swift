import Foundation
import Testing

import Signals

/// Measures by NumPy and SciPy of the nights that `heartRate` and `counts` repeat (Scripts/fixtures/night_inputs.py).
private struct Fixture: Decodable {
    let epochs: Int
    let step: Int
    let measures: [String: [Double]]

    static func load() throws -> [String: Fixture] {
        let url = try #require(Bundle.module.url(forResource: "Fixtures/night-inputs", withExtension: "json"))
        return try JSONDecoder().decode([String: Fixture].self, from: Data(contentsOf: url))
    }
}

private func heartRate(_ night: String, epochs: Int) -> [Double] {
    if night == "constant" { return Array(repeating: 61, count: 6 * epochs) }
    var values = (0..<6 * epochs).map { k -> Double in
        let x = Double(k)
        let waves = 5 * sin(x / 200) + (k % 700 > 300 ? 3 * sin(x / 17) : 0)
        return (64 - x / 400 + waves + (k % 90 > 40 ? Double(k * k % 11) / 4 : 0)).rounded(.down)
    }
    values[7] = 190
    return values
}

private func counts(epochs: Int) -> [Double] {
    (0..<epochs).map { (e: Int) -> Double in
        (e * e % 37 < 4 ? Double(e * 29 % 101) * 1.5 : 0) + (e % 50 > 44 ? 3.25 : 0)
    }
}

private func largestDifference(_ values: [Double], _ fixture: Fixture, _ name: String) -> Double {
    let own = stride(from: 0, to: values.count, by: fixture.step).map { values[$0] }
    guard let expected = fixture.measures[name], own.count == expected.count else { return .infinity }
    return zip(own, expected).map { abs($0 - $1) }.max() ?? 0
}

@Test(arguments: ["long", "short", "constant"])
func measuresOfANightAreThoseOfNumPyAndSciPy(night: String) throws {
    let fixture = try #require(try Fixture.load()[night])
    let measures = HeartRateMeasures(heartRate(night, epochs: fixture.epochs))
    for measure in HeartRateMeasure.allCases {
        #expect(measures[measure].count == fixture.epochs)
        #expect(largestDifference(measures[measure], fixture, measure.rawValue) < 1e-8, "\(measure.rawValue)")
    }
    let activity = ActivityMeasures(counts(epochs: fixture.epochs))
    for measure in ActivityMeasure.allCases {
        #expect(largestDifference(activity[measure], fixture, measure.rawValue) < 1e-8, "\(measure.rawValue)")
    }
    #expect(fixture.measures.count == HeartRateMeasure.allCases.count + ActivityMeasure.allCases.count)
}

@Test(arguments: [1, 2, 5, 12, 60, 121])
func runningMeansAreThoseOfEachWindow(width: Int) {
    for count in [1, 2, 7, 100] {
        let values = (0..<count).map { Double($0 * $0 % 17) - 3 }
        let before = width / 2
        func window(_ at: Int) -> [Double] { (0..<width).map { values[min(max(at - before + $0, 0), count - 1)] } }
        let means = CentredWindow.means(of: values, width: width)
        let deviations = CentredWindow.deviations(of: values, width: width)
        for at in values.indices {
            let mean = window(at).reduce(0, +) / Double(width)
            let variance = window(at).reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(width)
            #expect(abs(means[at] - mean) < 1e-12 && abs(deviations[at] - variance.squareRoot()) < 1e-6)
        }
        let largest = values.indices.map { window($0).max() ?? 0 }
        #expect(CentredWindow.largest(of: values, width: width) == largest)
        let ordered = values.indices.map { window($0).sorted()[width / 3] }
        #expect(CentredWindow.ordered(values, width: width, place: width / 3) == ordered)
    }
    #expect(CentredWindow.means(of: [], width: width).isEmpty)
}

@Test func aHeartRateThatNeverChangesHasNoLevelAndNoDeviation() {
    let measures = HeartRateMeasures(Array(repeating: 72, count: 60))
    for measure in HeartRateMeasure.allCases where ![.rank, .plainDeviation].contains(measure) {
        #expect(measures[measure].allSatisfy { abs($0) < 1e-12 }, "\(measure.rawValue)")
    }
    #expect(measures[.plainDeviation].allSatisfy { abs($0 - log(0.3)) < 1e-12 })
    let ranks = (0..<10).map { place -> Double in (Double(place) + 0.5) / 10 - 0.5 }
    #expect(measures[.rank] == ranks)  // of equal ones the earlier first
}

@Test func oneSleepEpochIsANightToo() {
    let measures = HeartRateMeasures([60, 61, 62, 61, 60, 62])
    #expect(HeartRateMeasure.allCases.allSatisfy { measures[$0].count == 1 && measures[$0][0].isFinite })
    #expect(measures[.rank] == [0] && ActivityMeasures([3])[.rank] == [0])
    #expect(ActivityMeasures([])[.level].isEmpty)
}

/// Resting heart rate and its range are people's; what is told apart is the night.
@Test func anotherRestingHeartRateAndRangeChangeNoLevel() {
    let one = (0..<600).map { at -> Double in 60 + 6 * sin(Double(at) / 40) }
    let other = one.map { value -> Double in 85 + 1.5 * (value - 60) }
    for measure in [HeartRateMeasure.level, .level5Minutes, .rank, .highest, .slope4Minutes, .lessHour, .aboveLow] {
        let pairs = zip(HeartRateMeasures(one)[measure], HeartRateMeasures(other)[measure])
        #expect(pairs.allSatisfy { abs($0 - $1) < 1e-9 }, "\(measure.rawValue)")
    }
}

@Test func restIsCountedFromTheLastMovementAndToTheNextForAnHourAtMost() {
    var counts = [Double](repeating: 5, count: 300)  // not above 5
    counts[100] = 5.1
    let measures = ActivityMeasures(counts)
    let (since, until) = (measures[.since].map { expm1($0) }, measures[.until].map { expm1($0) })
    func near(_ value: Double, _ expected: Double) -> Bool { abs(value - expected) < 1e-9 }
    #expect(near(since[99], 120) && near(since[100], 0) && near(since[103], 3) && near(since[299], 120))
    #expect(near(until[97], 3) && near(until[100], 0) && near(until[101], 120))
}

@Test func heartRateIsPutOnAGridInTheMiddleOfEachFiveSeconds() {
    let series = UnevenSeries(times: [0, 60], values: [60, 72])
    #expect(HeartRateMeasures.grid(series, from: 0, epochCount: 1) == [60.5, 61.5, 62.5, 63.5, 64.5, 65.5])
    #expect(HeartRateMeasures.grid(series, from: 60, epochCount: 1) == Array(repeating: 72, count: 6))
}
