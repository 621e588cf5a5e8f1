import Foundation
import Numerics
import Testing

private func rounding(counter: UInt64 = 0, turn: UInt16 = 0) -> StochasticRounding {
    StochasticRounding(seed: 7, stream: 3, counter: counter, turn: turn)
}

private let edges: [Float] = [
    0, -0.0, 1, -1, .leastNonzeroMagnitude, -.leastNonzeroMagnitude, .leastNormalMagnitude,
    .leastNormalMagnitude.nextDown, 0x1p-130, 1.5, Float(1).nextUp, Float(2).nextDown, -Float(2).nextDown, 3.14159,
    .greatestFiniteMagnitude, -.greatestFiniteMagnitude, .greatestFiniteMagnitude.nextDown, 0x1.FEp127,
    .infinity, -.infinity, .nan, Float(bitPattern: 0x7F80_0001), Float(bitPattern: 0xFFFF_FFFF),
]

/// The bfloat16 values on both sides of `x`, by plain arithmetic in double precision.
private func neighbours(of x: Float) -> (towardsZero: Double, away: Double) {
    let cut = Double(Float(bitPattern: x.bitPattern & 0xFFFF_0000))
    if cut == Double(x) { return (cut, cut) }
    let step = max(scalbn(1, Int(x.exponent) - 7), 0x1p-133)
    return (cut, cut + (x < 0 ? -step : step))
}

@Test func aRoundedValueIsOneOfItsTwoNeighbours() {
    var draw = RandomSequence(seed: 1, stream: 1)
    // More than the widest vector, and not a multiple of it; every edge at every place of one.
    for offset in 0..<17 {
        var values = edges + (0..<500).map { _ in Float(bitPattern: UInt32(truncatingIfNeeded: draw.next())) }
        values.rotate(by: offset)
        let block = FloatBlock(values)
        rounding(counter: UInt64(offset)).round(block)
        for (x, y) in zip(values, block.array) {
            #expect(y.bitPattern & 0xFFFF == 0)
            if x.isNaN {
                #expect(y.isNaN)
            } else if !x.isFinite {
                #expect(y == x)
            } else {
                let (towardsZero, away) = neighbours(of: x)
                let isBeyond = abs(away) > Double(Float.greatestFiniteMagnitude)
                #expect(Double(y) == towardsZero || !isBeyond && Double(y) == away, "\(x) became \(y)")
                #expect(y.isFinite && (y.sign == x.sign))
            }
        }
    }
}

extension Array {
    fileprivate mutating func rotate(by count: Int) { self = Array(self[count...] + self[..<count]) }
}

/// The definition, one value at a time: the bits of every instruction set have to be these.
@Test(arguments: [0, 1, 15, 16, 17, 1003, 40_000])
func theBitsAreThoseOfAPlainLoop(count: Int) {
    var draw = RandomSequence(seed: 6, stream: UInt64(count))
    let values = (0..<count).map { i in
        i % 10 == 0 ? edges[i / 10 % edges.count] : Float(bitPattern: UInt32(truncatingIfNeeded: draw.next()))
    }
    let (counter, turn) = (UInt64(count), UInt32(40_521))
    let keys = CounterGenerator(seed: 7, stream: 3).block(counter)
    let plain = values.enumerated().map { i, value -> UInt32 in
        var x = UInt32(i) &* 0x9E37_79B9 &+ keys[0]
        x = ((x ^ (x >> 16)) &* 0x7FEB_352D) ^ keys[1]
        x = (x ^ (x >> 15)) &* 0x846C_A68B
        let bits = value.bitPattern
        if value.isNaN { return bits & 0xFFFF_0000 | 0x40_0000 }
        if !value.isFinite { return bits }
        let rounded = (bits + ((x >> 16) + turn) & 0xFFFF) & 0xFFFF_0000
        return Float(bitPattern: rounded).isFinite ? rounded : rounded - 0x1_0000
    }
    let block = FloatBlock(values)
    rounding(counter: counter, turn: UInt16(turn)).round(block)
    #expect(block.array.map(\.bitPattern) == plain)
}

@Test func roundingAnsweredTwiceIsTheSameAndOtherwiseNot() {
    var draw = RandomSequence(seed: 2, stream: 1)
    let values = (0..<1003).map { _ in Float(draw.normal()) }
    func rounded(_ rounding: StochasticRounding) -> [UInt32] {
        let copy = FloatBlock(count: values.count)
        rounding.round(FloatBlock(values), into: copy)
        return copy.array.map(\.bitPattern)
    }
    #expect(rounded(rounding()) == rounded(rounding()))
    #expect(rounded(rounding()) != rounded(rounding(counter: 1)))
    #expect(rounded(rounding()) != rounded(rounding(turn: 40_503)))
    let inPlace = FloatBlock(values)
    rounding().round(inPlace)
    #expect(rounded(rounding()) == inPlace.array.map(\.bitPattern))
    rounding(counter: 9).round(inPlace)  // what is rounded stays as it is
    #expect(rounded(rounding()) == inPlace.array.map(\.bitPattern))
}

@Test func addingAndRoundingIsBothOneAfterTheOther() {
    var draw = RandomSequence(seed: 3, stream: 1)
    let (x, y) = (FloatBlock((0..<777).map { _ in Float(draw.normal()) }), FloatBlock((0..<777).map { Float($0) }))
    let plain = FloatBlock(x.array)
    plain.add(y)
    rounding().round(plain)
    rounding().add(y, to: x)
    #expect(x.array == plain.array)
}

@Test func theExpectedErrorIsZero() {
    let places: [Float] = [1.0001, 1.002, 1.004, -1.007, 1e-3, 0x1.0123p-129, 123.4567]
    let draws = 200_000
    for x in places {
        let block = FloatBlock(Array(repeating: x, count: draws))
        rounding(counter: 5).round(block)
        let (towardsZero, away) = neighbours(of: x)
        let share = (Double(x) - towardsZero) / (away - towardsZero)
        let up = Double(block.array.count { Double($0) == away }) / Double(draws)
        #expect(abs(up - share) < 5 * (share * (1 - share) / Double(draws)).squareRoot() + 1e-9, "\(x)")
    }
    // Over many nodes at one place.
    let x: Float = 1.0031
    var sum = 0.0
    for counter in 0..<20_000 {
        let block = FloatBlock([x, x, x])
        rounding(counter: UInt64(counter) << 32 | 1).round(block)
        sum += Double(block[2]) - Double(x)
    }
    #expect(abs(sum / 20_000) < 5 * 0x1p-7 / 2 / Double(20_000).squareRoot())
}

@Test func drawsOfNeighboursAreNotCorrelated() {
    let count = 100_000
    let block = FloatBlock(Array(repeating: Float(1 + 0x1p-8), count: count))  // halfway: up or down
    rounding().round(block)
    let ups = block.array.map { $0 > 1 + 0x1p-8 ? 1.0 : -1.0 }
    for lag in [1, 2, 3, 4, 8, 16, 64, 128, 1728] {
        let mean = zip(ups, ups.dropFirst(lag)).reduce(0) { $0 + $1.0 * $1.1 } / Double(count - lag)
        #expect(abs(mean) < 5 / Double(count).squareRoot(), "lag \(lag)")
    }
}

@Test func theNearestValueIsTakenAndOfTwoTheEven() {
    var draw = RandomSequence(seed: 4, stream: 1)
    let values =
        edges + [1 + 0x1p-8, 1 + 0x3p-8, -1 - 0x1p-8]
        + (0..<500).map { _ in Float(bitPattern: UInt32(truncatingIfNeeded: draw.next())) }
    let halves = HalfBlock(count: values.count)
    values.withUnsafeBufferPointer { if let base = $0.baseAddress { halves.take(nearestTo: base, count: $0.count) } }
    let back = FloatBlock(count: values.count)
    withExtendedLifetime(halves) { back.take(packed: halves.bytes, as: .bfloat16) }
    for (x, y) in zip(values, back.array) {
        if x.isNaN {
            #expect(y.isNaN)
        } else if !x.isFinite {
            #expect(y == x)
        } else {
            let (towardsZero, away) = neighbours(of: x)
            let (near, far) = (abs(Double(x) - towardsZero), abs(away - Double(x)))
            let isEven = (x.bitPattern >> 16) & 1 == 0
            let isBeyond = abs(away) > Double(Float.greatestFiniteMagnitude)
            #expect(Double(y) == (near < far || near == far && isEven || isBeyond ? towardsZero : away), "\(x)")
        }
    }
    let again = PackedBytes(back, as: .bfloat16)
    withExtendedLifetime((again, halves)) { #expect(again.bytes.elementsEqual(halves.bytes)) }
}

@Test(arguments: 1...9)
func roundedSumsHaveTheSameBitsForAnyCutsAndAnyOrder(shardCount: Int) throws {
    let shape = SumTreeShape(leafCount: shardCount)
    let gradients = GradientRounding(seed: 7, stream: 1 << 40)
    func leaf(_ shard: Int) -> LeafSum {
        var draw = RandomSequence(seed: 5, stream: UInt64(shard))
        let gradient = FloatBlock((0..<67).map { _ in Float(draw.normal()) })
        gradients.rounding(of: shard..<shard + 1, round: 3).round(gradient)
        return LeafSum(leaves: shard..<shard + 1, vector: gradient, figures: [0])
    }
    func sum(cutAt cuts: [Int]) -> [UInt32]? {
        let bounds = [0] + cuts + [shardCount]
        var top = SumTree(shape, round: 3, rounding: gradients)
        for (a, b) in zip(bounds, bounds.dropFirst()).reversed() {
            var part = SumTree(shape, round: 3, rounding: gradients)
            for shard in (a..<b).reversed() { part.insert(leaf(shard)) }
            for node in part.sums {
                // What goes over the wire in 16 bits comes back whole.
                let back = FloatBlock(count: 67)
                let halves = PackedBytes(node.vector, as: .bfloat16)
                withExtendedLifetime(halves) { back.take(packed: halves.bytes, as: .bfloat16) }
                #expect(back.array == node.vector.array)
                top.insert(LeafSum(leaves: node.leaves, vector: back, figures: [0]))
            }
        }
        return top.root?.vector.array.map(\.bitPattern)
    }
    let whole = try #require(sum(cutAt: []))
    for cut in 1..<max(shardCount, 2) where cut < shardCount { #expect(sum(cutAt: [cut]) == whole) }
    #expect(sum(cutAt: Array(1..<shardCount)) == whole)
}
