import Numerics
import Testing

@Test(arguments: [
    (0.0, 0), (-0.9, 0), (2.9, 2), (-2.9, -2), (7, 5), (-7, -4), (1e30, 5), (-1e30, -4), (.infinity, 5),
    (-.infinity, -4), (0x1p63, 5), (-0x1p63, -4), (.leastNonzeroMagnitude, 0),
])
func aDoubleBecomesTheNearestIntOfARange(value: Double, expected: Int) {
    #expect(Int(value, clampedTo: -4...5) == expected)
}

@Test func whatIsNoNumberIsNoInt() {
    #expect(Int(Double.nan, clampedTo: 0...1) == nil)
    #expect(Int(0x1.fffffffffffffp62, clampedTo: .min ... .max) == 9_223_372_036_854_774_784)
}
