// Exponentials, logarithms and circular functions of additions, multiplications and divisions alone.
//
// The mathematics library's own give other last bits from one version, or one kind of processor, to the next; where bits
// must not depend on either, these are used. Errors are below 4e-16 of the result, or of 1 for the circular functions.

/// e to the power of `x`.
public func exponential(_ x: Double) -> Double {
    if x.isNaN { return x }
    if x > 709.79 { return .infinity }
    if x < -745.2 { return 0 }
    let k = (x * 1.4426950408889634).rounded()
    let r = (x - k * logOf2.high) - k * logOf2.low
    // |r| is at most ln 2 / 2: the series' next term is below 5e-18 of the result. Even and odd terms are two chains.
    let s = r * r
    var even = 1.0 / 479_001_600
    even = even * s + 1.0 / 3_628_800
    even = even * s + 1.0 / 40_320
    even = even * s + 1.0 / 720
    even = even * s + 1.0 / 24
    even = even * s + 1.0 / 2
    var odd = 1.0 / 6_227_020_800
    odd = odd * s + 1.0 / 39_916_800
    odd = odd * s + 1.0 / 362_880
    odd = odd * s + 1.0 / 5_040
    odd = odd * s + 1.0 / 120
    odd = odd * s + 1.0 / 6
    let sum = 1 + (r + s * (even + r * odd))
    if k > -1022, k < 1023 { return sum * powerOf2(Int(k)) }
    // In two steps: the power may lie beyond a Double where its product with the sum does not.
    let half = (k / 2).rounded(.towardZero)
    return sum * powerOf2(Int(half)) * powerOf2(Int(k - half))
}

/// The natural logarithm of `x`.
public func logarithm(_ x: Double) -> Double {
    guard x > 0, x < .infinity else { return x == 0 ? -.infinity : x < 0 ? .nan : x }
    var (m, exponent) = (x.significand, Double(x.exponent))
    if m > 1.4142135623730951 { (m, exponent) = (m / 2, exponent + 1) }
    // log m = 2 artanh f, with |f| at most 0.172: the series' next term is below 2e-20 of the result.
    let f = (m - 1) / (m + 1)
    let s = f * f
    var sum = 1.0 / 23
    sum = sum * s + 1.0 / 21
    sum = sum * s + 1.0 / 19
    sum = sum * s + 1.0 / 17
    sum = sum * s + 1.0 / 15
    sum = sum * s + 1.0 / 13
    sum = sum * s + 1.0 / 11
    sum = sum * s + 1.0 / 9
    sum = sum * s + 1.0 / 7
    sum = sum * s + 1.0 / 5
    sum = sum * s + 1.0 / 3
    return exponent * logOf2.high + (exponent * logOf2.low + (2 * f + 2 * f * (sum * s)))
}

/// The cosine of so many turns; a turn is 2π.
public func cosine(turns: Double) -> Double { circular(turns, quartersAhead: 1) }

/// The sine of so many turns; a turn is 2π.
public func sine(turns: Double) -> Double { circular(turns, quartersAhead: 0) }

/// ln 2 in two parts; a whole number of up to 11 bits times the first is exact.
private let logOf2 = (high: 0x1.62e42fefap-1, low: 0x1.cf79abc9e3b3ap-40)

/// Two to the power of `exponent`, which is in -1022 ... 1023.
private func powerOf2(_ exponent: Int) -> Double { Double(bitPattern: UInt64(exponent + 1023) << 52) }

/// The sine of `turns` and so many quarters of a turn.
private func circular(_ turns: Double, quartersAhead: Int) -> Double {
    guard turns.isFinite else { return .nan }
    let part = turns - turns.rounded(.down)
    let quarter = (4 * part).rounded()
    // Exact: what is taken away is near. At most an eighth of a turn is left.
    let x = 2 * .pi * (part - quarter / 4)
    let square = x * x
    let place = (Int(quarter) + quartersAhead) % 4
    var sum = 1.0
    if place % 2 == 0 {  // the sine's series
        for i in stride(from: 16.0, through: 2, by: -2) { sum = 1 - sum * square / (i * (i + 1)) }
        sum *= x
    } else {  // the cosine's
        for i in stride(from: 17.0, through: 1, by: -2) { sum = 1 - sum * square / (i * (i + 1)) }
    }
    return place < 2 ? sum : -sum
}
