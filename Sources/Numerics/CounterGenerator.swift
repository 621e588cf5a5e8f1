import CKernels

/// Philox4x32-10, a counter-based random generator: a pure function from a key and a counter to 128 random bits.
///
/// Nothing is carried from one draw to the next, so any machine can draw the numbers of any step without drawing those
/// before it. Source: J. Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3", SC 2011.
public struct CounterGenerator: Sendable, Equatable {
    private let key: (UInt32, UInt32)
    private let stream: UInt64

    /// A generator for one purpose.
    ///
    /// - Parameters:
    ///   - seed: the job's seed.
    ///   - stream: tells uses of one seed apart, like an epoch's number or a layer's.
    public init(seed: UInt64, stream: UInt64) {
        key = (UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
        self.stream = stream
    }

    /// Whether two generators draw the same numbers.
    public static func == (a: CounterGenerator, b: CounterGenerator) -> Bool { a.key == b.key && a.stream == b.stream }

    /// The four words at `counter`.
    public func block(_ counter: UInt64) -> SIMD4<UInt32> {
        var (x0, x1) = (UInt32(truncatingIfNeeded: counter), UInt32(truncatingIfNeeded: counter >> 32))
        var (x2, x3) = (UInt32(truncatingIfNeeded: stream), UInt32(truncatingIfNeeded: stream >> 32))
        var (k0, k1) = key
        for _ in 0..<10 {
            let a = UInt64(0xD251_1F53) * UInt64(x0)
            let b = UInt64(0xCD9E_8D57) * UInt64(x2)
            (x0, x1, x2, x3) = (
                UInt32(b >> 32) ^ x1 ^ k0, UInt32(truncatingIfNeeded: b),
                UInt32(a >> 32) ^ x3 ^ k1, UInt32(truncatingIfNeeded: a)
            )
            k0 &+= 0x9E37_79B9
            k1 &+= 0xBB67_AE85
        }
        return SIMD4(x0, x1, x2, x3)
    }

    /// A number in 0 ..< 1 with 53 random bits.
    public func uniform(_ counter: UInt64) -> Double {
        let words = block(counter)
        return Double((UInt64(words[0]) << 32 | UInt64(words[1])) >> 11) * 0x1p-53
    }

    /// Fills `values` with noise of mean 0 and deviation 1 from the blocks at `counter` and after it.
    ///
    /// Each value is the sum of four random bytes: near to a normal distribution, never beyond 3.451, and many times
    /// cheaper than drawing from one.
    ///
    /// - Returns: how many blocks were drawn.
    @discardableResult
    public func fill(_ values: UnsafeMutablePointer<Float>, count: Int, noiseFrom counter: UInt64) -> UInt64 {
        kernel_noise(values, count, UInt64(key.1) << 32 | UInt64(key.0), stream, counter)
        return UInt64((count + 3) / 4)
    }

    /// Fills `mask` with 0 where 16 random bits are below `limit`, and with `kept` elsewhere: eight values from each
    /// block at `counter` and after it.
    public func fill(
        _ mask: UnsafeMutablePointer<Float>, count: Int, zeroBelow limit: UInt32, else kept: Float, from counter: UInt64
    ) {
        kernel_dropout(mask, count, limit, kept, UInt64(key.1) << 32 | UInt64(key.0), stream, counter)
    }
}
