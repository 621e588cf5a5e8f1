import Datasets
import Foundation
import Readers
import Signals
import TestKit
import Testing

private func nights(
    _ subjectCount: Int, seed: UInt64, epochs: Int, labelled: Bool = true, in folder: TemporaryFolder
) throws -> Dataset {
    let path = folder.path("psg-\(seed)-\(subjectCount)-\(labelled)")
    _ = try SyntheticPolysomnogram(subjectCount: subjectCount, seed: seed, epochCount: epochs, hasLabels: labelled)
        .write(to: path)
    return try Dataset(opening: path)
}

@Test func theSamePolysomnogramsComeOfTheSameSeed() throws {
    let folder = try TemporaryFolder()
    let first = try nights(2, seed: 5, epochs: 12, in: folder)
    #expect(try nights(2, seed: 5, epochs: 12, in: folder).digest == first.digest)
    #expect(try nights(2, seed: 6, epochs: 12, in: folder).digest != first.digest)
    let more = try nights(3, seed: 5, epochs: 12, in: folder)
    #expect((0..<24).allSatisfy { Array(first.samples[$0]) == Array(more.samples[$0]) }, "a night depends on no other")
}

/// Rows of a second, channel by channel: so a preset for such windows reads both.
@Test func polysomnogramsAreLaidOutAsThoseOfFiles() throws {
    let folder = try TemporaryFolder()
    let data = try nights(2, seed: 1, epochs: 15, in: folder)
    let layout = PolysomnographyLayout(channels: ["EEG", "EOG", "EMG"], rate: 50)
    #expect((data.samples.rows, data.samples.columns) == (layout.rows, layout.columns))
    #expect((data.kind, data.vocabulary) == ("synthetic-psg", .stage))
    #expect(data.content == layout.channels && data.units == ["uV", "uV", "uV"])
    #expect(data.recordings == ["P1", "P2"] && data.subjects == data.recordings)
    #expect(data.recordingRanges.map(\.samples.count) == [15, 15])
}

@Test func withoutLabelsTheSignalsAreTheSame() throws {
    let folder = try TemporaryFolder()
    let labelled = try nights(1, seed: 4, epochs: 12, in: folder)
    let unlabelled = try nights(1, seed: 4, epochs: 12, labelled: false, in: folder)
    #expect((0..<12).allSatisfy { unlabelled.code(of: $0) == nil && labelled.code(of: $0) != nil })
    #expect((0..<12).allSatisfy { Array(labelled.samples[$0]) == Array(unlabelled.samples[$0]) })
}

/// The stages are a stretch of a night: bouts, rare leaps, deep sleep mostly before REM sleep.
@Test func thePartOfANightIsAHypnogram() {
    let outline = SyntheticPolysomnogram(subjectCount: 60, seed: 2).outline
    let nights = outline.recordings.map { recording in recording.labels.map { outline.codes[$0 ?? 0] } }
    #expect(nights.allSatisfy { $0.count == 400 })
    let starts = Set(outline.recordings.map(\.firstPosition))
    #expect(starts.count > 40 && starts.allSatisfy { $0 >= 0 && $0 < 700 }, "stretches begin anywhere")
    let all = nights.joined()
    for (code, range) in ["W": 0.04...0.2, "N1": 0.03...0.09, "N2": 0.4...0.58, "N3": 0.12...0.28, "REM": 0.14...0.27] {
        let share = Double(all.count { $0 == code }) / Double(all.count)
        #expect(range.contains(share), "\(code): \(share)")
    }
    let pairs = nights.flatMap { zip($0, $0.dropFirst()) }
    #expect(Double(pairs.count { $0.0 == $0.1 }) / Double(pairs.count) > 0.8, "stages last")
    #expect(!pairs.contains { $0 == ("W", "N3") || $0 == ("W", "REM") }, "sleep begins with N1")
}

/// Power at some frequencies of a channel of a sample, in squared microvolts.
private func power(_ sample: UnsafeBufferPointer<Float>, channel: Int, _ frequencies: [Double]) -> Double {
    let values = sample[channel * 1500..<(channel + 1) * 1500]
    return frequencies.reduce(0) { sum, frequency in
        var (real, imaginary) = (0.0, 0.0)
        for (place, value) in values.enumerated() {
            let angle = 2 * Double.pi * frequency * Double(place) / 50
            let tapered = Double(value) * (1 - cos(2 * Double.pi * Double(place) / 1500))  // slow waves leak else
            real += tapered * cos(angle)
            imaginary += tapered * sin(angle)
        }
        return sum + (real * real + imaginary * imaginary) / (1500 * 1500)
    } / Double(frequencies.count)
}

@Test func stagesHaveTheSpectraThatTheRulesSay() throws {
    let folder = try TemporaryFolder()
    let data = try nights(8, seed: 100, epochs: 300, in: folder)
    func median(_ stage: String, channel: Int = 0, _ frequencies: [Double]) throws -> Double {
        let code = try #require(data.codes.firstIndex(of: stage))
        let samples = (0..<data.samples.count).filter { data.code(of: $0) == code }
        let some = samples.enumerated().filter { $0.offset % max(samples.count / 60, 1) == 0 }.map(\.element)
        let powers = some.map { power(data.samples[$0], channel: channel, frequencies) }.sorted()
        try #require(powers.count >= 20, "\(powers.count) of \(stage)")
        return powers[powers.count / 2]
    }
    let alpha = stride(from: 8.5, to: 11.5, by: 0.1).map { $0 }
    let slow = stride(from: 0.5, through: 2, by: 0.1).map { $0 }
    let spindles = stride(from: 12.0, to: 14, by: 0.1).map { $0 }
    let fast = stride(from: 18.0, to: 24, by: 0.2).map { $0 }
    #expect(try median("W", alpha) > 2 * median("N3", alpha))
    #expect(try median("W", alpha) > 1.5 * median("REM", alpha))
    #expect(try median("N3", slow) > 3 * median("N2", slow))
    #expect(try median("N2", slow) > 1.2 * median("REM", slow))
    #expect(try median("N2", spindles) > 1.5 * median("REM", spindles))
    #expect(try median("W", fast) > median("N3", fast))
    #expect(try median("W", channel: 2, fast) > 2 * median("N2", channel: 2, fast), "muscle tone falls with sleep")
    #expect(try median("N2", channel: 2, fast) > 1.2 * median("REM", channel: 2, fast), "and further in REM sleep")
    #expect(try median("REM", channel: 1, [0.4, 0.5, 0.6, 0.7]) > median("N2", channel: 1, [0.4, 0.5, 0.6, 0.7]))
    for channel in 0..<3 {
        let largest = (0..<data.samples.count).map {
            data.samples[$0][channel * 1500..<(channel + 1) * 1500].max() ?? 0
        }
        #expect((30...900).contains(largest.max() ?? 0), "microvolts: \(largest.max() ?? 0)")
    }
}
