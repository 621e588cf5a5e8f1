import Foundation
import Service

extension MeasuredTimes {
    /// The quartiles of a rate, rounded to so many decimals, as JSON has them.
    func roundedRateQuartiles(of amount: Double, digits: Int = 0) -> [Double] {
        let unit = pow(10, Double(digits))
        return rateQuartiles(of: amount).map { ($0 * unit).rounded() / unit }
    }
}

/// Quartiles for people.
func quartileText(_ quartiles: [Double], digits: Int = 0) -> String {
    "quartiles " + quartiles.map { fixed($0, digits) }.joined(separator: " to ")
}
