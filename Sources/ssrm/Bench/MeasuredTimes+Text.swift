import Service

extension MeasuredTimes {
    /// The quartiles of a rate, rounded, as JSON has them.
    func roundedRateQuartiles(of amount: Double) -> [Double] { rateQuartiles(of: amount).map { $0.rounded() } }
}

/// Quartiles for people.
func quartileText(_ quartiles: [Double]) -> String {
    "quartiles " + quartiles.map { fixed($0, 0) }.joined(separator: " to ")
}
