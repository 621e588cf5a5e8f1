/// All that a value holds, in 64 bits: values of the same parts have the same, whatever they say of themselves.
///
/// Two of a million unlike values have the same with a chance of one in ten million.
enum Fingerprint {
    static func of(_ value: Any) -> UInt64 {
        // The same for all states of an exploration.
        if value is SimulatedRun { return 0 }
        let mirror = Mirror(reflecting: value)
        switch mirror.displayStyle {
        case .dictionary?, .set?:
            // The order in which they keep their elements is no part of what they are.
            return mirror.children.reduce(UInt64(mirror.children.count)) { $0 &+ of($1.value) }
        case .collection?,
            _ where !mirror.children.isEmpty:
            return mirror.children.reduce(UInt64(mirror.children.count)) { all, child in
                // What case an enum is of, its only child's label tells.
                let label = mirror.displayStyle == .enum ? bits(of: child.label ?? "") : 0
                return mix(all &+ label, of(child.value))
            }
        default: return bits(of: "\(value)")
        }
    }

    static func mix(_ first: UInt64, _ second: UInt64) -> UInt64 { SplitMix.mix(first &* 31 &+ SplitMix.mix(second)) }

    private static func bits(of text: String) -> UInt64 {
        text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }
}
