/// Percentiles of some numbers, interpolated linearly between the two nearest ranks as NumPy does by default.
public struct Percentiles {
    private let sorted: [Double]

    /// The percentiles of `values`.
    ///
    /// - Precondition: there is at least one value, and none is NaN.
    public init(_ values: [Double]) {
        precondition(!values.isEmpty, "percentiles of nothing")
        sorted = values.sorted()
    }

    /// The value below which a share from 0 to 1 lies.
    public func at(_ share: Double) -> Double {
        let place = share * Double(sorted.count - 1)
        let below = Int(place)
        let above = min(below + 1, sorted.count - 1)
        return sorted[below] + (place - Double(below)) * (sorted[above] - sorted[below])
    }
}
