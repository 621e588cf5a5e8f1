import Foundation
import Numerics
import Signals
import Testing

private func samples(_ values: [Float], rows: Int, columns: Int) -> Samples {
    let block = FloatBlock(values)
    return Samples(
        count: values.count / (rows * columns), rows: rows, columns: columns, base: UnsafePointer(block.base),
        owner: block)
}

private func drawn(_ count: Int, seed: UInt64 = 7) -> [Float] {
    var draws = RandomSequence(seed: seed, stream: 0)
    return (0..<count).map { _ in Float(draws.normal()) }
}

private func copied(_ samples: PreparedSamples, _ indices: [Int]) -> [Float] {
    let block = FloatBlock(count: indices.count * samples.valuesPerSample)
    samples.copy(indices, into: block.base)
    return block.array
}

@Test func withoutPreparationSamplesAreReadAsTheyAre() {
    let values = drawn(5 * 6)
    let prepared = Preparation.none.prepared(samples(values, rows: 2, columns: 3))
    #expect((prepared.count, prepared.rows, prepared.columns) == (5, 2, 3))
    #expect(copied(prepared, [4, 1]) == Array(values[24..<30]) + Array(values[6..<12]))
    #expect(prepared.fault == nil)
}

/// A file that changes while it is read may hold anything; whoever reads finds that out afterwards.
@Test(arguments: [Preparation.norm, Preparation(LogPreparation.standard)])
func whatIsNoNumberIsPassedOn(preparation: Preparation) {
    let values = [1, Float.nan, .infinity, 2, -.infinity, 3]
    let prepared = copied(preparation.prepared(samples(values, rows: 1, columns: 2)), [0, 1, 2])
    #expect(!prepared[1].isFinite && !prepared[2].isFinite && !prepared[4].isFinite)
}

@Test func preparationByNormGivesTheBitsOfNormalise() {
    let values = drawn(9 * 35)
    let raw = samples(values, rows: 5, columns: 7)
    let expected = FloatBlock(count: 3 * 35)
    normalise(raw, [8, 0, 3], into: expected.base)
    #expect(copied(Preparation.norm.prepared(raw), [8, 0, 3]) == expected.array)
}

@Test(arguments: ["none", "norm", "map", "window"])
func aPreparationComesBackFromItsJSON(kind: String) throws {
    let preparation = Preparation(try Preparation.kinds.kind(named: kind).standard)
    let json = try JSONEncoder().encode(preparation)
    #expect(String(decoding: json, as: UTF8.self).contains("\"kind\":\"\(kind)\""))
    #expect(try JSONDecoder().decode(Preparation.self, from: json) == preparation)
    try preparation.validate(rows: 32, columns: 16)
}

@Test func preparationsOfDifferentKindsDiffer() { #expect(Preparation.none != Preparation.norm) }

@Test func aPreparationOfAnUnknownKindIsRefusedWithThoseThereAre() {
    #expect(throws: SettingFault.self) {
        try JSONDecoder().decode(Preparation.self, from: Data(#"{"kind":"nomr"}"#.utf8))
    }
}

@Test func samplesPreparedOnceAreTheSameForAnyNumberOfThreads() {
    let values = drawn(1000 * 4)
    let raw = samples(values, rows: 2, columns: 2)
    let all = [1, 2, 3, 16].map { threads in
        copied(
            PreparedSamples(once: raw, shape: SampleShape(rows: 1, columns: 2), threads: threads) {
                { sample, result in (result[0], result[1]) = (sample[0] + sample[3], sample[1] - sample[2]) }
            }, Array(0..<1000))
    }
    #expect(all.allSatisfy { $0 == all[0] })
    #expect(all[0][1998] == values[3996] + values[3999])
}

@Test func noAugmentationChangesAndDrawsNothing() throws {
    let block = FloatBlock(drawn(6))
    var draws = RandomSequence(seed: 1, stream: 2)
    var untouched = draws
    let before = block.array
    #expect(Augmentation.none.augment(block.base, rows: 2, columns: 3, draws: &draws, mirrored: true) == false)
    #expect(block.array == before)
    #expect(draws.next() == untouched.next())
    let json = try JSONEncoder().encode(Augmentation.none)
    #expect(try JSONDecoder().decode(Augmentation.self, from: json) == .none)
}
