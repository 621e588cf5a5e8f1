import Datasets

/// A file of heart rates, held against what they can be before they are used.
enum HeartRateRows {
    /// Medians outside are no heart rate of a person in beats a minute.
    static let plausibleMedian = 20.0...250.0

    /// The largest heart rate of a row that is believed, in beats a minute; no heart beats so fast while it is asleep.
    static let largest = 300.0
    /// What devices of one byte a heart rate write where they measured none: readers of their databases leave it out.
    static let unmeasured = 255.0
    /// Why a row with a larger one is left out.
    static let tooLarge = "a heart rate above \(Int(largest))"

    /// Reads a file's heart rates in a range of times, as `TimedRows.init`; those not above 0, which stand for none
    /// measured, are left out and counted, and so are single ones above ``largest``.
    ///
    /// - Throws: `DatasetError` for a file that can't be read, and `.unsuitable` for a median that no sleeper has, as
    ///   of beats a second or of intervals in milliseconds.
    static func read(
        _ path: String, in range: Range<Double> = -.infinity..<(.infinity), oneATime: Bool = false
    ) throws(DatasetError) -> TimedRows {
        try TimedRows(path: path, columnCount: 2, in: range, oneATime: oneATime, aboveZero: true) {
            rates throws(DatasetError) in
            guard !rates.isEmpty else { return largest }
            let median = rates.sorted()[rates.count / 2]
            guard plausibleMedian.contains(median) else {
                throw .unsuitable(
                    path: path, reason: "its median heart rate is \(Float(median)): write it in beats a minute")
            }
            return largest
        }
    }
}
