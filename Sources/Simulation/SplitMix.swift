/// Random numbers from one seed, fast (Steele, Lea and Flood 2014).
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return Self.mix(state)
    }

    /// True so many times in a thousand.
    mutating func happens(_ perMille: Int) -> Bool { Int(next() >> 1) % 1000 < perMille }

    /// A number of this range.
    mutating func draw(_ range: ClosedRange<Int>) -> Int { range.lowerBound + Int(next() >> 1) % range.count }

    /// Other bits for other bits.
    static func mix(_ bits: UInt64) -> UInt64 {
        var bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
        return bits ^ bits >> 31
    }
}
