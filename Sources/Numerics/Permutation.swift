/// A pseudo-random order of `0 ..< count` that is computed place by place and never stored.
///
/// A Feistel network of eight rounds over the smallest even number of bits that holds `count`, walked until it lands
/// inside (Black and Rogaway, "Ciphers with Arbitrary Finite Domains", CT-RSA 2002). Its memory does not grow with the
/// count.
public struct Permutation: Sendable {
    /// How many numbers are put in order.
    public let count: Int
    private let halfBits: UInt64
    private let roundKeys: [SIMD4<UInt32>]

    /// The order of `0 ..< count` for this seed and stream.
    public init(count: Int, seed: UInt64, stream: UInt64) {
        precondition(count > 0 && count <= 1 << 60, "a permutation of \(count)")
        self.count = count
        var half: UInt64 = 1
        while 1 << (2 * half) < UInt64(count) { half += 1 }
        halfBits = half
        let generator = CounterGenerator(seed: seed, stream: stream)
        roundKeys = (0..<8).map { generator.block($0) }
    }

    /// The number at `place`, which is in `0 ..< count`.
    public subscript(place: Int) -> Int {
        precondition(place >= 0 && place < count, "place \(place) of a permutation of \(count)")
        var x = UInt64(place)
        repeat { x = scrambled(x) } while x >= UInt64(count)
        return Int(x)
    }

    /// The place of `number`, which is in `0 ..< count`.
    public func place(of number: Int) -> Int {
        precondition(number >= 0 && number < count, "number \(number) of a permutation of \(count)")
        var x = UInt64(number)
        repeat { x = unscrambled(x) } while x >= UInt64(count)
        return Int(x)
    }

    private func scrambled(_ x: UInt64) -> UInt64 {
        let mask = (UInt64(1) << halfBits) - 1
        var (left, right) = (x >> halfBits, x & mask)
        for key in roundKeys {
            (left, right) = (right, left ^ (mixed(right, key) & mask))
        }
        return left << halfBits | right
    }

    private func unscrambled(_ x: UInt64) -> UInt64 {
        let mask = (UInt64(1) << halfBits) - 1
        var (left, right) = (x >> halfBits, x & mask)
        for key in roundKeys.reversed() {
            (left, right) = (right ^ (mixed(left, key) & mask), left)
        }
        return left << halfBits | right
    }

    /// A well-mixed function of `value` and the round's key (finaliser of Stafford's variant 13 of MurmurHash3).
    private func mixed(_ value: UInt64, _ key: SIMD4<UInt32>) -> UInt64 {
        var x = value &+ (UInt64(key[0]) << 32 | UInt64(key[1]))
        x = (x ^ (x >> 30)) &* 0xBF58_476D_1CE4_E5B9
        x ^= UInt64(key[2]) << 32 | UInt64(key[3])
        x = (x ^ (x >> 27)) &* 0x94D0_49BB_1331_11EB
        return x ^ (x >> 31)
    }
}
