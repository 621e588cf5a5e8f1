extension Int {
    /// `value` without its fraction, or the nearer end of `range` where it lies beyond; nil when it is no number.
    ///
    /// For numbers that come from files: `Int(_:)` traps on what no Int holds.
    public init?(_ value: Double, clampedTo range: ClosedRange<Int>) {
        if value.isNaN { return nil }
        guard let whole = Int(exactly: value.rounded(.towardZero)) else {
            self = value < 0 ? range.lowerBound : range.upperBound
            return
        }
        self = Swift.min(Swift.max(whole, range.lowerBound), range.upperBound)
    }
}
