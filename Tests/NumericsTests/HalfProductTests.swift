import Dispatch
import Numerics
import Testing

private let areThere = ProductLibrary.fault(of: .bfloat16) == nil
private let absence: Comment = "this processor has no bfloat16 products"

private func halves(_ count: Int, stream: UInt64) -> (block: HalfBlock, values: [Float]) {
    var draw = RandomSequence(seed: 3, stream: stream)
    let floats = FloatBlock((0..<count).map { _ in Float(draw.normal()) })
    let block = HalfBlock(count: count)
    block.take(nearestTo: floats.base, count: count)
    withExtendedLifetime(block) { floats.take(packed: block.bytes, as: .bfloat16) }
    return (block, floats.array)
}

@Test(.enabled(if: areThere, absence), arguments: [Orientation.plain, .transposed], [Orientation.plain, .transposed])
func aHalfProductEqualsTheNaiveSumOfItsFactors(first: Orientation, second: Orientation) throws {
    for (m, n, k) in [(5, 7, 11), (48, 24, 173), (1, 3, 2), (130, 33, 64)] {
        let (a, aValues) = halves(m * k, stream: 1)
        let (b, bValues) = halves(k * n, stream: 2)
        let c = FloatBlock(Array(repeating: Float.nan, count: m * n))
        try #require(HalfProduct(m: m, n: n, k: k, first, second)).multiply(a, b, into: c.base)
        for i in 0..<m {
            for j in 0..<n {
                var (sum, scale) = (0.0, 0.0)
                for l in 0..<k {
                    let left = first == .plain ? aValues[i * k + l] : aValues[l * m + i]
                    let right = second == .plain ? bValues[l * n + j] : bValues[j * k + l]
                    sum += Double(left) * Double(right)
                    scale += abs(Double(left) * Double(right))
                }
                #expect(abs(sum - Double(c[i * n + j])) <= 1e-6 * scale)
            }
        }
    }
}

/// Bits that depend on a place in memory, on the thread or on what was computed before would break the promise.
@Test(
    .enabled(if: areThere, absence), arguments: [(80, 128, 1728), (128, 1024, 1024), (20, 24, 1728), (1728, 128, 80)])
func aHalfProductHasTheSameBitsAlways(m: Int, n: Int, k: Int) throws {
    let (a, b) = (halves(m * k, stream: 1).block, halves(k * n, stream: 2).block)
    let expected = FloatBlock(count: m * n)
    try #require(HalfProduct(m: m, n: n, k: k)).multiply(a, b, into: expected.base)
    let bits = expected.array.map(\.bitPattern)
    DispatchQueue.concurrentPerform(iterations: 6) { thread in
        guard let product = HalfProduct(m: m, n: n, k: k) else { return }
        for repetition in 0..<4 {
            let offset = thread * 4 + repetition
            let place = FloatBlock(count: m * n + offset)
            product.multiply(a, b, into: place.base + offset)
            #expect(place.array.dropFirst(offset).map(\.bitPattern) == bits)
        }
    }
}
