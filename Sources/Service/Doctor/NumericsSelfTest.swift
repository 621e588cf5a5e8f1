import Checkpoints
import Numerics

/// A little of everything whose bits no processor may change.
enum NumericsSelfTest {
    /// What every processor gives.
    static let expected = "e7ab06f2eb68d9b09e75416cd4e717b13bf8729ca2311e771aa9ec372f97d1ef"

    /// What this one gives: products of all orientations and of shapes that fill no register, noise, and elementary
    /// functions.
    static var digest: String {
        let (m, n, k) = (37, 53, 129)
        let draw = CounterGenerator(seed: 20, stream: 4)
        let (a, b, c) = (FloatBlock(count: m * k), FloatBlock(count: k * n), FloatBlock(count: m * n))
        let drawn = draw.fill(a.base, count: a.count, noiseFrom: 0)
        draw.fill(b.base, count: b.count, noiseFrom: drawn)
        var digest = SHA256Digest()
        digest.update(a.bytes)
        for aOrientation in [Orientation.plain, .transposed] {
            for bOrientation in [Orientation.plain, .transposed] {
                for adding in [false, true] {
                    product(
                        m: m, n: n, k: k, a.base, aOrientation, aRow: aOrientation == .plain ? k : m, b.base,
                        bOrientation, bRow: bOrientation == .plain ? n : k, adding: adding, into: c.base, cRow: n)
                }
                digest.update(c.bytes)
            }
        }
        let values = (0..<1000).flatMap { i -> [Double] in
            let x = draw.uniform(UInt64(i))
            return [exponential(40 * (x - 0.5)), logarithm(x + 1e-9), cosine(turns: 3 * x), sine(turns: 3 * x)]
        }
        values.withUnsafeBytes { digest.update($0) }
        return digest.finish()
    }
}
