/// What every file of heart rates is held against before its values are used.
enum HeartRateRows {
    /// Medians outside are no heart rate of a person in beats a minute.
    static let plausibleMedian = 20.0...250.0

    /// Makes sure that a file's rows are heart rates in beats a minute.
    ///
    /// - Parameters:
    ///   - rows: times, and heart rates in the column after them.
    ///   - path: the file.
    /// - Throws: `DatasetError.unsuitable` for a value that is not above 0, which stands for none measured, and for a
    ///   median that no sleeper has, as of beats a second or of intervals in milliseconds.
    static func require(_ rows: TimedRows, path: String) throws(DatasetError) {
        let rates = rows.columns[0]
        if let row = rates.firstIndex(where: { $0 <= 0 }) {
            let count = rates.count { $0 <= 0 }
            let others = count > 1 ? ", and so in \(count - 1) more" : ""
            throw .unsuitable(
                path: path,
                reason: "the heart rate is \(Float(rates[row])) at \(rows.times[row]) s\(others): take out the rows "
                    + "where none was measured")
        }
        guard !rates.isEmpty else { return }
        let median = rates.sorted()[rates.count / 2]
        guard plausibleMedian.contains(median) else {
            throw .unsuitable(
                path: path, reason: "its median heart rate is \(Float(median)): write it in beats a minute")
        }
    }
}
