import Foundation
import Numerics
import Signals
import Testing

private func drawn(_ count: Int, seed: UInt64 = 7) -> [Float] {
    var draws = RandomSequence(seed: seed, stream: 0)
    return (0..<count).map { _ in Float(draws.normal()) }
}

private func prepared(_ values: [Float], rows: Int, columns: Int, _ settings: WindowPreparation) -> [Float] {
    let block = FloatBlock(values)
    let count = values.count / (rows * columns)
    let samples = Samples(
        count: count, rows: rows, columns: columns, base: UnsafePointer(block.base), owner: block)
    let result = FloatBlock(count: values.count)
    Preparation(settings).prepared(samples).copy(Array(0..<count), into: result.base)
    return result.array
}

private func augmented(_ values: [Float], rows: Int, columns: Int, _ settings: WindowAugmentation, seed: UInt64 = 1)
    -> [Float]
{
    let block = FloatBlock(values)
    var draws = RandomSequence(seed: seed, stream: 3)
    #expect(!Augmentation(settings).augment(block.base, rows: rows, columns: columns, draws: &draws, mirrored: true))
    return block.array
}

private let nothing = WindowAugmentation(
    gainDeviation: 0, circularShift: 0, signProbability: 0, noise: 0, maskedPart: 0)

/// Two channels in four rows, two windows.
@Test func eachChannelOfAWindowIsDividedByItsMeanAbsoluteValue() {
    let values = drawn(2 * 4 * 25).enumerated().map { Float($0.offset / 50 + 1) * $0.element }
    let result = prepared(values, rows: 4, columns: 25, WindowPreparation(inputChannels: 2))
    for channel in 0..<4 {
        let range = channel * 50..<(channel + 1) * 50
        let sum = values[range].reduce(0.0) { $0 + Double(abs($1)) }
        let mean = sum / 50
        for i in range {
            let expected = Double(values[i]) / mean
            #expect(abs(Double(result[i]) - expected) < 1e-6)
        }
        let level = result[range].reduce(Float(0)) { $0 + abs($1) } / 50
        #expect(abs(level - 1) < 1e-5)
    }
}

@Test func whatStandsOutOfAWindowIsCutAndSilenceStays() {
    var values = [Float](repeating: 0, count: 60)
    values[3] = 1000
    values[7] = -1000
    for i in 20..<40 { values[i] = i == 21 ? -1e30 : 1e-3 }
    let result = prepared(values, rows: 3, columns: 20, WindowPreparation(inputChannels: 3, limit: 4))
    #expect((result[3], result[7], result[0]) == (4, -4, 0))
    #expect(result[21] == -4)
    #expect(result[40...].allSatisfy { $0 == 0 })
}

@Test func nothingIsDoneToAWindowWhereNothingIsAskedFor() {
    let values = drawn(60)
    #expect(augmented(values, rows: 3, columns: 20, nothing) == values)
}

/// Each run of 40 values begun later by `shift`, the first ones at its end.
private func moved(_ values: [Float], by shift: Int) -> [Float] {
    stride(from: 0, to: values.count, by: 40).flatMap { start -> ArraySlice<Float> in
        let (first, end) = (start + shift, start + 40)
        return values[first..<end] + values[start..<first]
    }
}

@Test func aWindowIsMovedRoundTheSameWayInAllChannels() {
    var settings = nothing
    (settings.inputChannels, settings.circularShift) = (3, 1)
    let values = drawn(6 * 20)
    let shifts = (1...20).map { seed -> Int in
        let result = augmented(values, rows: 6, columns: 20, settings, seed: UInt64(seed))
        let found = (0..<40).filter { moved(values, by: $0) == result }
        #expect(found.count == 1)
        return found.first ?? -1
    }
    #expect(Set(shifts).count > 10)
    settings.circularShift = 0.1
    for seed in 1...20 {
        let result = augmented(values, rows: 6, columns: 20, settings, seed: UInt64(seed))
        #expect((0..<4).contains { moved(values, by: $0) == result })
    }
}

@Test func gainsAreEachChannelsOwnAndTheSignIsAlls() {
    var settings = nothing
    (settings.inputChannels, settings.gainDeviation, settings.signProbability) = (2, 0.35, 0.5)
    let values = drawn(2 * 30).map { $0 + 10 }
    var (negative, logarithms): (Int, [Double]) = (0, [])
    for seed in 1...300 {
        let result = augmented(values, rows: 2, columns: 30, settings, seed: UInt64(seed))
        let gains = (result[0] / values[0], result[30] / values[30])
        #expect(gains.0 != gains.1 && (gains.0 > 0) == (gains.1 > 0))
        for i in 0..<60 {
            let gain = i < 30 ? gains.0 : gains.1
            #expect(abs(result[i] - gain * values[i]) < 1e-4)
        }
        negative += gains.0 < 0 ? 1 : 0
        logarithms += [log(Double(abs(gains.0))), log(Double(abs(gains.1)))]
    }
    let squares = logarithms.reduce(0) { $0 + $1 * $1 }
    let deviation = (squares / Double(logarithms.count)).squareRoot()
    #expect((120...180).contains(negative) && (0.31...0.39).contains(deviation), "\(negative), \(deviation)")
}

@Test func noiseOfEachChannelIsUpToTheDeviationAskedFor() {
    var settings = nothing
    (settings.inputChannels, settings.noise) = (2, 0.2)
    let values = [Float](repeating: 1, count: 2 * 500)
    var deviations: [Double] = []
    for seed in 1...100 {
        let result = augmented(values, rows: 2, columns: 500, settings, seed: UInt64(seed))
        for channel in 0..<2 {
            let noise = result[channel * 500..<(channel + 1) * 500].map { Double($0 - 1) }
            let squares = noise.reduce(0) { $0 + $1 * $1 }
            deviations.append((squares / 500).squareRoot())
        }
    }
    #expect((deviations.max() ?? 0) < 0.22 && (deviations.min() ?? 1) < 0.02)
    #expect((0.08...0.12).contains(deviations.reduce(0, +) / 200))
    #expect(zip(deviations, deviations.dropFirst()).allSatisfy { $0 != $1 })
}

@Test func aPartOfTheWindowIsHiddenInAllChannels() {
    var settings = nothing
    (settings.inputChannels, settings.maskedPart) = (3, 0.25)
    let values = [Float](repeating: 1, count: 3 * 40)
    var starts: Set<Int> = []
    for seed in 1...60 {
        let result = augmented(values, rows: 3, columns: 40, settings, seed: UInt64(seed))
        let hidden = (0..<40).filter { result[$0] == 0 }
        #expect(hidden.count == 10 && hidden[9] - hidden[0] == 9)
        #expect((0..<120).allSatisfy { result[$0] == result[$0 % 40] })
        starts.insert(hidden[0])
    }
    #expect(starts.count > 15 && starts.allSatisfy { (0...30).contains($0) })
}

/// Draws must not depend on what is seen, or the views of other samples would.
@Test func theDrawsOfAWindowDoNotDependOnItsValues() {
    var (one, other) = (RandomSequence(seed: 1, stream: 1), RandomSequence(seed: 1, stream: 1))
    let (a, b) = (FloatBlock(drawn(90)), FloatBlock(count: 90))
    _ = WindowAugmentation.standard.augment(a.base, rows: 3, columns: 30, draws: &one, mirrored: nil)
    _ = WindowAugmentation.standard.augment(b.base, rows: 3, columns: 30, draws: &other, mirrored: nil)
    #expect(one.next() == other.next())
    #expect(!WindowAugmentation.standard.mirrors)
}

@Test func settingsOfWindowsAreRefusedWithTheirLimits() throws {
    func fault(_ body: () throws -> Void) -> String {
        let error = #expect(throws: SettingFault.self) { try body() }
        return error.map { "\($0)" } ?? ""
    }
    let preparation = Preparation(WindowPreparation(inputChannels: 3))
    try preparation.validate(rows: 90, columns: 50, content: ["EEG", "EOG", "EMG"])
    #expect(
        fault { try preparation.validate(rows: 90, columns: 50, content: ["EEG", "EOG"]) }.contains("EEG, EOG"))
    #expect(fault { try preparation.validate(rows: 64, columns: 50) }.contains("input_channels"))
    #expect(fault { try Preparation(WindowPreparation(limit: 0)).validate() }.contains("limit"))
    #expect(
        fault { try Augmentation(WindowAugmentation(inputChannels: 3)).validate(rows: 64, columns: 5) }
            .contains("input_channels"))
    for settings in [
        WindowAugmentation(gainDeviation: 3), WindowAugmentation(circularShift: 2),
        WindowAugmentation(signProbability: -1), WindowAugmentation(noise: .nan), WindowAugmentation(maskedPart: 1),
    ] { #expect(fault { try Augmentation(settings).validate() }.contains("a number from 0 to")) }
    let json = try JSONEncoder().encode(Augmentation(WindowAugmentation.standard))
    #expect(try JSONDecoder().decode(Augmentation.self, from: json) == Augmentation(WindowAugmentation.standard))
    #expect(String(decoding: json, as: UTF8.self).contains("\"circular_shift\":1"))
}
