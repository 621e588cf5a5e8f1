import Foundation
import Signals
import Testing

/// Features by NumPy and SciPy of the signals that `motion` and `heartRate` repeat (Scripts/fixtures/wrist.py).
private struct Fixture: Decodable {
    struct Activity: Decodable {
        let counts: [Double]
        let times: [Double]
        let values: [Double]
    }
    let epochs: [Double]
    let activity: Activity
    let heart_rate_variation: [Double]

    static func load() throws -> Fixture {
        let url = try #require(Bundle.module.url(forResource: "Fixtures/wrist", withExtension: "json"))
        return try JSONDecoder().decode(Fixture.self, from: Data(contentsOf: url))
    }
}

private let motion: UnevenSeries = {
    let times = (0..<60_000).map(Double.init).map { 0.02 * $0 + 0.007 * sin(1.7 * $0) }
    let values = times.enumerated().map { k, t -> Double in
        let turn: Double = 2 * .pi * t
        let bouts: Double = pow(max(0, sin(turn / 97)), 3)
        let shaking: Double = (0.2 + t / 900) * bouts * sin(2 * .pi * 5 * t)
        let noise: Double = 0.01 * sin(Double(k * k % 1013))
        return 0.9 * cos(turn / 611) + shaking + noise
    }
    return UnevenSeries(times: times, values: values)
}()

private let heartRate: UnevenSeries = {
    let rows = (0..<240).map { k -> (time: Double, rate: Double) in
        let t = 5 * Double(k) + 1.3 * sin(0.9 * Double(k)) + 1.3
        let waves = 4 * sin(2 * .pi * t / 60) + 3 * sin(2 * .pi * t / 433) + 2 * sin(Double(k * k % 101))
        return (t, (68 - t / 120 + waves).rounded(.down))
    }.filter { $0.time < 700 || $0.time > 820 }
    return UnevenSeries(times: rows.map(\.time), values: rows.map(\.rate))
}()

private func largestDifference(_ a: [Double], _ b: [Double]) -> Double {
    a.count == b.count ? zip(a, b).map { abs($0 - $1) }.max() ?? 0 : .infinity
}

@Test func activityCountsAreThoseOfThePublishedFormulas() throws {
    let fixture = try Fixture.load()
    let activity = ActivityCounts(motion)
    #expect(largestDifference(activity.counts.times, fixture.activity.times) < 1e-9)
    #expect(largestDifference(activity.counts.values, fixture.activity.counts) < 1e-9)
    #expect(fixture.activity.counts.count { $0 > 0 } > 20)
    #expect(largestDifference(fixture.epochs.map(activity.value), fixture.activity.values) < 1e-9)
}

@Test func heartRateVariationIsThatOfThePublishedFormulas() throws {
    let fixture = try Fixture.load()
    let variation = HeartRateVariation(heartRate)
    #expect(largestDifference(fixture.epochs.map(variation.value), fixture.heart_rate_variation) < 1e-9)
}

@Test func aWristAtRestHasNoCountsAndASteadyHeartNoVariation() {
    let times = (0..<6_000).map { 0.05 * Double($0) }
    let still = ActivityCounts(UnevenSeries(times: times, values: times.map { _ in -1 }))
    #expect(still.counts.values.allSatisfy { $0 == 0 } && still.counts.values.count == 19)
    let steady = HeartRateVariation(UnevenSeries(times: [0, 400], values: [60, 60]))
    #expect([0, 120, 360, 5_000, -5_000].allSatisfy { steady.value(atSleepEpoch: $0) == 0 })
}

/// A shake at 6 Hz, which the band lets through, of `amplitude` g: each second's highest value falls into a known bin.
@Test(arguments: [0.3, 1, 2.5, 4.5])
func aShakeOfKnownStrengthHasTheCountOfItsBin(amplitude: Double) {
    let times = (0..<15_000).map { 0.02 * Double($0) }
    let activity = ActivityCounts(
        UnevenSeries(times: times, values: times.map { amplitude * sin(2 * .pi * 6 * $0 + 0.1) }))
    // The samples of a second that are nearest to the sine's peaks are at most a fiftieth of a second apart from them.
    let nearest: Double = amplitude * cos(.pi * 6 / 50 / 5)
    let bin = 1 + Int(nearest / (5 / 128))
    let count = (Double(15 * bin) - 18) * 3.07
    #expect(activity.counts.values.dropFirst(2).dropLast(2).allSatisfy { abs($0 - count) < 16 * 3.07 })
}

@Test func whatIsOutsideTheBandDoesNotCount() {
    let times = (0..<15_000).map { 0.02 * Double($0) }
    for frequency in [0.25, 1, 20] {
        let values = times.map { 1.5 * sin(2 * .pi * frequency * $0) }
        let activity = ActivityCounts(UnevenSeries(times: times, values: values))
        #expect(activity.counts.values.dropFirst().dropLast().allSatisfy { $0 == 0 }, "\(frequency) Hz")
    }
}

@Test func straightLinesRunBetweenValuesAndTheLastOfOneTimeHolds() {
    let series = UnevenSeries(times: [0, 2, 2, 4], values: [0, 10, 20, 0])
    #expect(series.interpolated(from: -1, interval: 1, count: 7) == [0, 0, 5, 20, 10, 0, 0])
    #expect(series.interpolated(from: 2.5, interval: 1, count: 1) == [15])
    #expect(UnevenSeries(times: [3], values: [7]).interpolated(from: 0, interval: 2, count: 3) == [7, 7, 7])
}

@Test func aPartWithoutAValueTakesTheStraightLine() {
    let series = UnevenSeries(times: [0, 0.2, 0.4, 3.5, 3.9], values: [1, 2, 3, 10, 20])
    let means = series.means(from: 0, interval: 1, count: 4)
    #expect(means[0] == 2 && means[3] == 15)
    #expect(abs(means[1] - (3 + 7 * 1.1 / 3.1)) < 1e-12 && abs(means[2] - (3 + 7 * 2.1 / 3.1)) < 1e-12)
    #expect(series.means(from: 0.2, interval: 0.2, count: 2) == [2, 3])
}

@Test func stepsAreThoseOfTheTenMinutesAround() {
    let steps = StepCounts(UnevenSeries(times: [0, 600, 1200], values: [60, 0, 600]))
    #expect(steps.value(atSleepEpoch: 285) == 60)
    #expect(abs(steps.value(atSleepEpoch: 585) - 30) < 1e-9)
    #expect(abs(steps.value(atSleepEpoch: 1485) - 600) < 1e-9)  // the last count lasts as long as the one before
    #expect(steps.value(atSleepEpoch: -5_000) == 0 && steps.value(atSleepEpoch: 9_000) == 0)
}

@Test func theCosineIsLowestAfterFiveHours() {
    #expect(ClockFeatures.hours(5_400) == 1.5)
    #expect(ClockFeatures.cosine(5 * 3_600) == -1 && abs(ClockFeatures.cosine(17 * 3_600) - 1) < 1e-12)
    #expect(abs(ClockFeatures.cosine(0) - -0.258819) < 1e-6)  // as published
}
