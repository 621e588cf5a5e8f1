import Numerics
import Testing

@Test(arguments: [Orientation.plain, .transposed], [Orientation.plain, .transposed])
func aProductEqualsTheNaiveSum(first: Orientation, second: Orientation) {
    let (m, n, k) = (5, 7, 11)
    var draw = RandomSequence(seed: 3, stream: 1)
    let a = FloatBlock((0..<m * k).map { _ in Float(draw.normal()) })
    let b = FloatBlock((0..<k * n).map { _ in Float(draw.normal()) })
    let c = FloatBlock(count: m * n)
    withExtendedLifetime((a, b, c)) {
        product(
            m: m, n: n, k: k, a.base, first, aRow: first == .plain ? k : m, b.base, second,
            bRow: second == .plain ? n : k, into: c.base, cRow: n)
    }
    for i in 0..<m {
        for j in 0..<n {
            var sum: Float = 0
            for l in 0..<k {
                let left = first == .plain ? a[i * k + l] : a[l * m + i]
                sum += left * (second == .plain ? b[l * n + j] : b[j * k + l])
            }
            #expect(abs(sum - c[i * n + j]) < 1e-4)
        }
    }
}
