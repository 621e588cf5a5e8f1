/// How long each of several equal pieces of work took, in seconds: times and rates by their median, with the quartiles.
package struct MeasuredTimes {
    private let ascending: [Double]

    /// At least one time.
    package init(_ seconds: [Double]) {
        precondition(!seconds.isEmpty, "no time was measured")
        ascending = seconds.sorted()
    }

    /// The one in the middle, of an even number the later of both.
    package var median: Double { ascending[ascending.count / 2] }

    /// The lower and the upper quartile: times that were measured, no values between them.
    package var quartiles: [Double] { [ascending[ascending.count / 4], ascending[(3 * ascending.count - 1) / 4]] }

    /// How much was done a second, where so much was done in each piece.
    package func rate(of amount: Double) -> Double { amount / median }

    /// The quartiles of that, the lower one first.
    package func rateQuartiles(of amount: Double) -> [Double] { quartiles.reversed().map { amount / $0 } }
}
