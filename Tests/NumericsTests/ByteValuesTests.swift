import Numerics
import Testing

private func drawn(_ count: Int, scale: Double = 1, seed: UInt64 = 3) -> FloatBlock {
    var draw = RandomSequence(seed: seed, stream: 77)
    return FloatBlock((0..<count).map { _ in Float(scale * draw.normal()) })
}

private func rounding(_ counter: UInt64 = 0) -> StochasticRounding {
    StochasticRounding(seed: 5, stream: 1, counter: counter, to: .int8)
}

@Test(arguments: [1, 255, 256, 257, 1000])
func valuesOfEightBitsTravelWithoutLoss(count: Int) {
    for scale in [1, 1e-30, 1e-44, 1e30, 3e38] {
        let block = drawn(count, scale: scale)
        for i in 0..<count where !block[i].isFinite { block[i] = .greatestFiniteMagnitude }
        rounding().round(block)
        #expect(block.isFinite)
        let packed = PackedBytes(block, as: .int8)
        #expect(packed.bytes.count == count + (count + 255) / 256)
        let back = FloatBlock(count: count)
        withExtendedLifetime(packed) { back.take(packed: packed.bytes, as: .int8) }
        #expect(back.array == block.array)
        rounding(9).round(back)  // what is such a value stays it, whatever the draw
        #expect(back.array == block.array)
    }
}

@Test func aValueOfEightBitsIsAWholeNumberOfItsBlocksPower() {
    let (exact, block) = (drawn(2000), drawn(2000))
    rounding().round(block)
    for start in stride(from: 0, to: 2000, by: 256) {
        let places = start..<min(start + 256, 2000)
        guard let largest = places.map({ abs(exact[$0]) }).max() else { continue }
        var unit: Float = 1
        while 127 * unit < largest { unit *= 2 }
        while 127 * unit / 2 >= largest { unit /= 2 }
        for i in places {
            let whole = block[i] / unit
            #expect(whole == whole.rounded() && abs(whole) <= 127 && abs(block[i] - exact[i]) < unit)
        }
    }
}

@Test func whateverBytesComeTheyAreNumbers() {
    for exponent: UInt8 in [0, 127, 128, 249, 255] {
        let bytes = [exponent] + [UInt8](0...255)
        let block = FloatBlock(count: 256)
        bytes.withUnsafeBytes { block.take(packed: $0, as: .int8) }
        #expect(block.isFinite && block[128] == block[129])  // -128 is written by nobody
    }
}

@Test func roundingToEightBitsIsRightOnAverage() {
    let (exact, count, rounds) = (drawn(512), 512, 4000)
    var sums = [Double](repeating: 0, count: count)
    for counter in 0..<rounds {
        let block = drawn(512)
        rounding(UInt64(counter)).round(block)
        for i in 0..<count { sums[i] += Double(block[i]) }
    }
    // A draw's deviation is at most half a unit, which is at most 3.5 x 2 / 127 here.
    let deviation = 3.5 / 127 / Double(rounds).squareRoot()
    for i in 0..<count { #expect(abs(sums[i] / Double(rounds) - Double(exact[i])) < 6 * deviation) }
}

@Test func whatIsNotFiniteStaysSo() {
    for bad in [Float.infinity, -.infinity, .nan] {
        let block = drawn(600)
        block[300] = bad
        rounding().round(block)
        #expect(!block.isFinite && block[300].bitPattern == bad.bitPattern)
        #expect(PackedBytes(block, as: .int8).bytes.count == 603)  // nothing traps
    }
}

@Test func sumsOfEightBitsHaveTheSameBitsForAnyCuts() {
    let shape = SumTreeShape(leafCount: 6)
    let sums = GradientRounding(seed: 7, stream: 1 << 40, to: .int8)
    func leaf(_ i: Int) -> LeafSum {
        let block = drawn(700, seed: UInt64(i))
        sums.rounding(of: i..<i + 1, round: 4).round(block)
        return LeafSum(leaves: i..<i + 1, vector: block, figures: [])
    }
    func root(cuts: [Range<Int>]) -> [Float] {
        var tree = SumTree(shape, round: 4, rounding: sums)
        for cut in cuts.reversed() {
            var part = SumTree(shape, round: 4, rounding: sums)
            for i in cut { part.insert(leaf(i)) }
            for sum in part.sums {
                let (packed, vector) = (PackedBytes(sum.vector, as: .int8), FloatBlock(count: 700))
                withExtendedLifetime(packed) { vector.take(packed: packed.bytes, as: .int8) }
                tree.insert(LeafSum(leaves: sum.leaves, vector: vector, figures: []))
            }
        }
        return tree.root?.vector.array ?? []
    }
    let whole = root(cuts: [0..<6])
    #expect(whole.count == 700)
    for cuts in [[0..<1, 1..<6], [0..<3, 3..<5, 5..<6], [0..<2, 2..<4, 4..<6]] { #expect(root(cuts: cuts) == whole) }
}
