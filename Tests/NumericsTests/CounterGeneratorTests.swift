import Numerics
import Testing

/// Known answers of Philox4x32-10, from the authors' own test vectors (Random123, kat_vectors).
@Test func philoxGivesItsAuthorsKnownAnswers() {
    #expect(
        CounterGenerator(seed: 0, stream: 0).block(0) == SIMD4(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8))
    let ones = UInt64.max
    #expect(
        CounterGenerator(seed: ones, stream: ones).block(ones)
            == SIMD4(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd))
}

@Test func truncatedNormalsStayWithinTwoDeviations() {
    var draw = RandomSequence(seed: 1, stream: 2)
    let values = (0..<20_000).map { _ in draw.truncatedNormal() }
    #expect(values.allSatisfy { abs($0) <= 2 })
    let mean = values.reduce(0, +) / Double(values.count)
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
    #expect(abs(mean) < 0.03)
    #expect(abs(variance - 0.774) < 0.03)  // 1 - 4 φ(2) / (2 Φ(2) - 1)
}
