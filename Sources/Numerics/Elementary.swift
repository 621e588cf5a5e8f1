import CKernels

// Exponentials, logarithms and circular functions of additions, multiplications and divisions alone.
//
// The mathematics library's own give other last bits from one version, or one kind of processor, to the next; where
// bits must not depend on either, these are used. Errors are below 4e-16 of the result, or of 1 for the circular
// functions.

/// e to the power of `x`; below -708 and above 709, that of the nearer end.
public func exponential(_ x: Double) -> Double { kernel_exp_double(x) }

/// The natural logarithm of `x`, which is above 0 and not subnormal.
public func logarithm(_ x: Double) -> Double {
    precondition(x >= .leastNormalMagnitude && x < .infinity, "the logarithm of \(x)")
    return kernel_log_double(x)
}

/// The cosine of so many turns; a turn is 2π.
public func cosine(turns: Double) -> Double { circular(turns, quartersAhead: 1) }

/// The sine of so many turns; a turn is 2π.
public func sine(turns: Double) -> Double { circular(turns, quartersAhead: 0) }

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
