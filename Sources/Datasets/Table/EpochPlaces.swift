/// In which sleep epoch each row of a recording lies.
///
/// A sleep epoch begins at the first row with a label, without any label at the first row, and numbers count from that
/// one. A value that is measured again and again within sleep epochs lies where its time does. What stands once for a
/// sleep epoch (a label, or a count of 30 s) lies in the one that begins nearest, and labels that come regularly and
/// more often are taken for the time from half their distance before to half of it behind: clocks drift, and programs
/// round times, and a label that comes a millisecond early is not the one of the sleep epoch before.
struct EpochPlaces {
    /// When the sleep epoch with number 0 begins.
    let origin: Int
    private let labelShift: Int
    /// Of each column.
    private let valueShifts: [Int]

    private static let length = TimedStretches.epochLength

    /// - Parameters:
    ///   - rows: the recording's rows by time; not empty.
    ///   - reader: what was read.
    init(_ rows: ArraySlice<Int>, _ reader: TimedTableReader) {
        let width = reader.valueNames.count
        let labelled = rows.filter { reader.rows[$0].label != nil }
        origin = reader.rows[labelled.first ?? rows[rows.startIndex]].time
        func distance(_ rows: [Int]) -> Int? {
            let times = rows.map { reader.rows[$0].time }
            let distances = zip(times.dropFirst(), times).map { $0 - $1 }.filter { $0 > 0 }.sorted()
            return distances.isEmpty ? nil : distances[distances.count / 2]
        }
        labelShift = distance(labelled).map(Self.shift) ?? 0
        valueShifts = (0..<width).map { column in
            let own = rows.filter { !reader.values[$0 * width + column].isNaN }
            let shift = distance(own).map(Self.shift) ?? 0
            return shift == Self.length / 2 ? shift : 0
        }
    }

    /// Half the distance of what comes at parts of a sleep epoch, or once in each; 0 at any other distance.
    private static func shift(ofDistance distance: Int) -> Int {
        let seconds = (distance + TimeText.second / 2) / TimeText.second
        if seconds == 0 { return distance / 2 }
        return length / TimeText.second % seconds == 0 ? seconds * TimeText.second / 2 : 0
    }

    private func number(_ time: Int, _ shift: Int) -> Int {
        let whole = time - origin + shift
        return (whole < 0 ? whole - Self.length + 1 : whole) / Self.length
    }

    /// The label of each sleep epoch with a row that has one, by its number, and whether its rows have different ones.
    func labels(
        of rows: ArraySlice<Int>, _ reader: TimedTableReader
    ) -> [Int: (label: Int?, isDisputed: Bool)] {
        let labelled = rows.filter { reader.rows[$0].label != nil }
        return gathered(labelled, labelShift, reader).mapValues { TimedStretches.label(of: $0, reader) }
    }

    /// The rows with a value in a column of each sleep epoch that has some, by its number.
    func rows(
        withValueIn column: Int, of rows: ArraySlice<Int>, _ reader: TimedTableReader
    ) -> [Int: ArraySlice<Int>] {
        let width = reader.valueNames.count
        return gathered(
            rows.filter { !reader.values[$0 * width + column].isNaN }, valueShifts[column], reader)
    }

    private func gathered(_ rows: [Int], _ shift: Int, _ reader: TimedTableReader) -> [Int: ArraySlice<Int>] {
        func number(_ row: Int) -> Int { self.number(reader.rows[row].time, shift) }
        let runs = rows.runs { number($0) == number($1) }
        return Dictionary(uniqueKeysWithValues: runs.map { (number(rows[$0.lowerBound]), rows[$0]) })
    }
}
