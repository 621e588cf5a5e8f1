import Datasets
import Foundation
import Readers
import Signals
import TestKit
import Testing

private func nights(_ subjectCount: Int, seed: UInt64, window: Int = 1, in folder: TemporaryFolder) throws -> Dataset {
    let path = folder.path("nights-\(seed)-\(window)")
    _ = try SyntheticNight(subjectCount: subjectCount, seed: seed, window: window).write(to: path)
    return try Dataset(opening: path)
}

@Test func theSameNightsComeOfTheSameSeed() throws {
    let folder = try TemporaryFolder()
    let first = try nights(3, seed: 5, in: folder)
    #expect(try nights(3, seed: 5, in: folder).digest == first.digest)
    #expect(try nights(3, seed: 6, in: folder).digest != first.digest)
    let more = try nights(4, seed: 5, in: folder)
    let subjectsOwn = (0..<first.samples.count).allSatisfy { Array(first.samples[$0]) == Array(more.samples[$0]) }
    #expect(subjectsOwn, "a subject's night depends on no other")
}

@Test func aNightIsARecordingWithEveryStage() throws {
    let folder = try TemporaryFolder()
    let data = try nights(4, seed: 2, window: 5, in: folder)
    #expect((data.kind, data.vocabulary) == ("synthetic-night", .stage))
    #expect((data.samples.rows, data.samples.columns) == (SyntheticNight.featureNames.count, 5))
    #expect(data.recordings == ["N1", "N2", "N3", "N4"] && data.subjects == data.recordings)
    for range in data.recordingRanges {
        #expect(Set(range.samples.map(data.code(of:))) == [0, 1, 2, 3, 4])
        #expect((780...1060).contains(range.samples.count), "6.5 to 8.8 hours")
    }
    let (before, after) = (data.samples[100], data.samples[101])
    #expect((0..<7).allSatisfy { row in (0..<4).allSatisfy { before[row * 5 + $0 + 1] == after[row * 5 + $0] } })
}

/// Shares, lengths and order as adults have them, over many nights.
@Test func hypnogramsAreThoseOfAdults() throws {
    let outline = SyntheticNight(subjectCount: 100, seed: 3).outline
    let nights = outline.recordings.map { $0.labels.map { $0 ?? 0 } }
    let asleep = Double(nights.joined().count { $0 != 0 })
    let shares = (0..<5).map { stage in Double(nights.joined().count { $0 == stage }) / asleep }
    for (stage, expected) in [0.04...0.20, 0.03...0.08, 0.45...0.55, 0.13...0.23, 0.20...0.25].enumerated() {
        #expect(expected.contains(shares[stage]), "stage \(stage): \(shares[stage]) of sleep")
    }
    func share(_ stage: Int, _ part: (Int) -> Range<Int>) -> Double {
        let counts = nights.map { night in Double(night[part(night.count)].count { $0 == stage }) }
        return counts.reduce(0, +) / Double(nights.reduce(0) { $0 + part($1.count).count })
    }
    let (first, last) = (share(3) { 0..<$0 / 3 }, share(3) { $0 * 2 / 3..<$0 })
    #expect(first > 4 * last, "deep sleep comes early")
    #expect(share(4) { $0 * 2 / 3..<$0 } > 2 * share(4) { 0..<$0 / 3 }, "REM sleep comes late")
    let onsets = nights.map { night in night.firstIndex { $0 != 0 } ?? 0 }
    #expect((8.0...22).contains(Double(onsets.sorted()[50]) / 2), "minutes until sleep: \(onsets.sorted()[50] / 2)")
    let toRem = zip(nights, onsets).map { night, onset in (night.firstIndex(of: 4) ?? 0) - onset }.sorted()
    #expect((55.0...110).contains(Double(toRem[50]) / 2), "minutes from sleep to REM sleep: \(toRem[50] / 2)")
}

/// Least squares on the classes' indicators with a small ridge: a linear classifier, solved exactly.
private struct LinearClassifier {
    /// A column a class; the last row is the intercept.
    private let weights: [[Double]]

    init(_ rows: [[Double]], labels: [Int], classCount: Int) {
        let width = (rows.first?.count ?? 0) + 1
        var normal = [[Double]](repeating: [Double](repeating: 0, count: width + classCount), count: width)
        for (row, label) in zip(rows, labels) {
            let x = row + [1]
            for i in 0..<width {
                for j in 0..<width { normal[i][j] += x[i] * x[j] }
                normal[i][width + label] += x[i]
            }
        }
        for i in 0..<width { normal[i][i] += 1e-3 * Double(rows.count) }
        for pivot in 0..<width {  // Gauss and Jordan; the matrix is positive definite
            let scale = 1 / normal[pivot][pivot]
            for j in normal[pivot].indices { normal[pivot][j] *= scale }
            for i in 0..<width where i != pivot {
                let factor = normal[i][pivot]
                for j in normal[i].indices { normal[i][j] -= factor * normal[pivot][j] }
            }
        }
        weights = normal.map { Array($0[width...]) }
    }

    func scores(_ row: [Double]) -> [Double] {
        zip(row + [1], weights).reduce(into: [Double](repeating: 0, count: weights[0].count)) { scores, term in
            for label in scores.indices { scores[label] += term.0 * term.1[label] }
        }
    }
}

/// Accuracy on wake, NREM and REM of each subject left out, by sleep epochs alone and by the mean scores of eleven.
private func accuracies(_ data: Dataset) throws -> (single: Double, smoothed: Double) {
    let labels = try data.labels(under: .three).map { $0 ?? 0 }
    let rows = (0..<data.samples.count).map { data.samples[$0].map(Double.init) }
    let width = rows[0].count
    let count = Double(rows.count)
    let means = (0..<width).map { column in rows.reduce(0) { $0 + $1[column] } / count }
    let deviations = (0..<width).map { column -> Double in
        let squares: Double = rows.reduce(0) { $0 + pow($1[column] - means[column], 2) }
        return (squares / count).squareRoot()
    }
    let scaled = rows.map { row in (0..<width).map { (row[$0] - means[$0]) / deviations[$0] } }
    var (single, smoothed) = (0, 0)
    for range in data.recordingRanges.map(\.samples) {
        let others = scaled.indices.filter { !range.contains($0) }
        let classifier = LinearClassifier(others.map { scaled[$0] }, labels: others.map { labels[$0] }, classCount: 3)
        let scores = range.map { classifier.scores(scaled[$0]) }
        func best(_ scores: [Double]) -> Int { scores.indices.max { scores[$0] < scores[$1] } ?? 0 }
        for (place, sample) in range.enumerated() {
            let around = scores[max(place - 5, 0)..<min(place + 6, scores.count)]
            let sums = (0..<3).map { label in around.reduce(0) { $0 + $1[label] } }
            single += best(scores[place]) == labels[sample] ? 1 : 0
            smoothed += best(sums) == labels[sample] ? 1 : 0
        }
    }
    return (Double(single) / count, Double(smoothed) / count)
}

@Test func wakeNremAndRemOverlap() throws {
    let folder = try TemporaryFolder()
    let single = try accuracies(nights(12, seed: 7, in: folder))
    #expect((0.70...0.86).contains(single.single), "sleep epochs alone: \(single.single)")
    #expect(single.smoothed > single.single, "with those around: \(single.smoothed)")
    let windows = try accuracies(nights(12, seed: 7, window: 11, in: folder))
    #expect((0.72...0.90).contains(windows.single), "windows of eleven sleep epochs: \(windows.single)")
    #expect(windows.single > single.single)
}
