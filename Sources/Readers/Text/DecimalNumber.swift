import Foundation

/// Reads plain decimal numbers from bytes: sign, digits, fraction, exponent.
///
/// A number is rounded once, to the nearest Double. Few digits are read eight at a time (Lemire, "Number parsing at a
/// gigabyte per second", 2021) and divided by an exact power of ten, which rounds once (Clinger 1990); the C library
/// reads what is longer.
struct DecimalNumber {
    static let newline = UInt8(ascii: "\n")
    /// A space, a tab, and the carriage return of a line end.
    static let blanks = [UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r")]

    /// One past the last byte that may be read.
    var end: UnsafePointer<UInt8>
    /// The bytes that stand between columns: bit `b` is set for byte `b`, all are below 64.
    private let separators: UInt64
    /// 10^0 to 10^22, each exact as a Double.
    private let powersOfTen = UnsafePointer(Self.powersOfTen)

    private static nonisolated(unsafe) let powersOfTen: UnsafeMutablePointer<Double> = {  // written once, here
        let powers = UnsafeMutablePointer<Double>.allocate(capacity: 23)
        powers.initialize(to: 1)
        for power in 1...22 { (powers + power).initialize(to: powers[power - 1] * 10) }
        return powers
    }()

    /// - Parameters:
    ///   - end: one past the last byte that may be read.
    ///   - hasCommas: whether commas stand between columns too.
    init(end: UnsafePointer<UInt8>, hasCommas: Bool) {
        self.end = end
        let separators = hasCommas ? Self.blanks + [UInt8(ascii: ",")] : Self.blanks
        self.separators = separators.reduce(0) { $0 | 1 << UInt64($1) }
    }

    /// Whether a byte stands between columns.
    @inline(__always)
    func separates(_ byte: UInt8) -> Bool { Self.isIn(separators, byte) }

    /// Whether a byte follows a number: it stands between columns or ends the line.
    @inline(__always)
    func endsField(_ byte: UInt8) -> Bool { Self.isIn(separators | 1 << UInt64(Self.newline), byte) }

    /// Whether a byte at a file's end is no content.
    @inline(__always)
    static func isBlankOrNewline(_ byte: UInt8) -> Bool { byte == newline || blanks.contains(byte) }

    @inline(__always)
    private static func isIn(_ bytesBelow64: UInt64, _ byte: UInt8) -> Bool {
        byte < 64 && bytesBelow64 &>> UInt64(byte) & 1 == 1
    }

    /// The number at `at`, which moves behind it; nil when there is none.
    ///
    /// A number beyond the range of Double is infinite.
    @inline(__always)
    func read(_ at: inout UnsafePointer<UInt8>) -> Double? {
        guard end - at >= 24 else { return readAny(&at) }  // a sign, twice eight bytes, a point and what follows
        let isNegative = at.pointee == UInt8(ascii: "-")
        var p = at + (isNegative ? 1 : 0)
        let whole = Self.eightBytes(p)
        let wholeCount = Self.digitCount(whole)
        guard wholeCount > 0, wholeCount < 8 else { return readAny(&at) }
        p += wholeCount
        var magnitude = Double(Self.number(whole, digitCount: wholeCount))
        if p.pointee == UInt8(ascii: ".") {
            let fraction = Self.eightBytes(p + 1)
            let fractionCount = Self.digitCount(fraction)
            guard fractionCount > 0 else { return readAny(&at) }
            p += 1 + fractionCount
            let scale = powersOfTen[fractionCount]  // at most 15 digits in all: every step but the division is exact
            magnitude = (magnitude * scale + Double(Self.number(fraction, digitCount: fractionCount))) / scale
        }
        guard endsField(p.pointee) else { return readAny(&at) }
        at = p
        return isNegative ? -magnitude : magnitude
    }

    @inline(__always)
    private static func eightBytes(_ p: UnsafePointer<UInt8>) -> UInt64 {
        UInt64(littleEndian: UnsafeRawPointer(p).loadUnaligned(as: UInt64.self))
    }

    /// How many of eight bytes, from the lowest, are digits until one is not.
    @inline(__always)
    private static func digitCount(_ bytes: UInt64) -> Int {
        let values = bytes ^ 0x3030_3030_3030_3030  // a digit becomes 0 to 9, anything else 10 to 255
        let carries = (values & 0x7F7F_7F7F_7F7F_7F7F) &+ 0x7676_7676_7676_7676
        return ((carries | values) & 0x8080_8080_8080_8080).trailingZeroBitCount >> 3
    }

    /// The number that the lowest one to eight bytes spell: neighbours are joined to pairs, fours and eights.
    @inline(__always)
    private static func number(_ bytes: UInt64, digitCount: Int) -> UInt32 {
        var digits = (bytes & 0x0F0F_0F0F_0F0F_0F0F) &<< UInt64(64 &- 8 &* digitCount)
        digits = (digits &* 10) &+ (digits &>> 8)
        let low = (digits & 0x0000_00FF_0000_00FF) &* 0x000F_4240_0000_0064  // 100 + (1,000,000 << 32)
        let high = ((digits &>> 16) & 0x0000_00FF_0000_00FF) &* 0x0000_2710_0000_0001  // 1 + (10,000 << 32)
        return UInt32(truncatingIfNeeded: (low &+ high) &>> 32)
    }

    /// As `read`, for a number of any form, and without looking past `end`.
    @inline(never)
    private func readAny(_ at: inout UnsafePointer<UInt8>) -> Double? {
        let start = at
        var p = at
        let isNegative = sign(&p)
        var mantissa: UInt64 = 0
        var power = 0
        var digits = 0
        var isExact = true
        var isFraction = false
        while p < end {
            let digit = p.pointee &- UInt8(ascii: "0")
            if digit < 10 {
                if mantissa < 1 << 49 {  // ten times as much and a digit stay below 2^53, exact as a Double
                    mantissa = mantissa * 10 + UInt64(digit)
                    power -= isFraction ? 1 : 0
                } else {
                    isExact = false
                }
                digits += 1
            } else if p.pointee == UInt8(ascii: "."), !isFraction {
                isFraction = true
            } else {
                break
            }
            p += 1
        }
        guard digits > 0 else { return nil }
        if p < end, p.pointee | 0x20 == UInt8(ascii: "e") {
            guard let exponent = exponent(&p) else { return nil }
            power += exponent
        }
        guard p == end || endsField(p.pointee) else { return nil }
        at = p
        guard isExact, abs(power) <= 22 else {
            let text = String(decoding: UnsafeBufferPointer(start: start, count: p - start), as: UTF8.self)
            return strtod(text, nil)
        }
        let scale = powersOfTen[abs(power)]
        let magnitude = power < 0 ? Double(mantissa) / scale : Double(mantissa) * scale
        return isNegative ? -magnitude : magnitude
    }

    /// Passes over a sign; whether it was a minus.
    private func sign(_ p: inout UnsafePointer<UInt8>) -> Bool {
        guard p < end, p.pointee == UInt8(ascii: "-") || p.pointee == UInt8(ascii: "+") else { return false }
        defer { p += 1 }
        return p.pointee == UInt8(ascii: "-")
    }

    private func exponent(_ p: inout UnsafePointer<UInt8>) -> Int? {
        p += 1
        let isNegative = sign(&p)
        let start = p
        var exponent = 0
        while p < end, p.pointee &- UInt8(ascii: "0") < 10 {
            exponent = min(exponent * 10 + Int(p.pointee - UInt8(ascii: "0")), 100_000)
            p += 1
        }
        return p > start ? (isNegative ? -exponent : exponent) : nil
    }
}
