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

@Test(arguments: [1, 3, 64, 1000])
func noiseIsSumsOfTheBlocksBytes(count: Int) {
    let generator = CounterGenerator(seed: 0x1234_5678_9ABC, stream: 1 << 40 | 7)
    let first: UInt64 = (1 << 32) - 5  // counters pass into their upper word
    let values = FloatBlock(count: count)
    #expect(generator.fill(values.base, count: count, noiseFrom: first) == UInt64((count + 3) / 4))
    for i in 0..<count {
        let word = generator.block(first + UInt64(i / 4))[i % 4]
        let sum = (0..<4).reduce(0) { $0 + Int(word >> (8 * UInt32($1)) & 255) }
        #expect(values[i] == Float(sum - 510) * 0.0067658751)
    }
}

@Test(arguments: [1, 7, 8, 64, 128, 1000], [0, 26_214, 65_536] as [UInt32])
func aMaskIsOfTheBlocksHalfWords(count: Int, limit: UInt32) {
    let generator = CounterGenerator(seed: 0x1234_5678_9ABC, stream: 1 << 40 | 7)
    let first: UInt64 = (1 << 32) - 5
    let mask = FloatBlock(count: count + 1)
    mask[count] = 7
    generator.fill(mask.base, count: count, zeroBelow: limit, else: 1.5, from: first)
    for i in 0..<count {
        let word = generator.block(first + UInt64(i / 8))[i / 2 % 4]
        #expect(mask[i] == ((i % 2 == 0 ? word & 0xffff : word >> 16) < limit ? 0 : 1.5))
    }
    #expect(mask[count] == 7)
}

@Test func noiseHasMeanZeroAndDeviationOne() {
    let values = FloatBlock(count: 100_000)
    var random = RandomSequence(seed: 3, stream: 1)
    random.fillNoise(values.base, count: values.count)
    let all = (0..<values.count).map { Double(values[$0]) }
    let mean = all.reduce(0, +) / 100_000
    let square = all.reduce(0) { $0 + $1 * $1 } / 100_000
    let fourth = all.reduce(0) { $0 + $1 * $1 * $1 * $1 } / 100_000
    #expect(abs(mean) < 0.01 && abs(square - 1) < 0.02 && (2.6...2.8).contains(fourth), "\(mean), \(square), \(fourth)")
    let next = RandomSequence(seed: 3, stream: 1, firstCounter: 25_000)
    var (a, b) = (random, next)
    #expect(a.next() == b.next(), "the sequence goes on after the blocks that were drawn")
}
