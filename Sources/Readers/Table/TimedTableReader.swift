import Datasets
import Foundation

/// Reads the files of a table of timed values.
struct TimedTableReader {
    /// A row; its values lie in `values` at its index.
    struct Row {
        /// In microseconds since 1970-01-01 00:00 UTC.
        let time: Int
        /// An index into `names`.
        let name: Int32
        let file: Int32
        /// An index into the vocabulary's codes; nil for none.
        let label: Int?
        /// How many seconds ahead of UTC the clock of the place was; `unknownClock` where nobody says.
        let ahead: Int32

        static let unknownClock = Int32.min

        /// When something is, on the clock that the place had at this row; nil where nobody knows that clock.
        func onItsClock(_ time: Int) -> RecordingStart? {
            guard ahead != Self.unknownClock else { return nil }
            return RecordingStart(time: Double(time) / Double(TimeText.second) + Double(ahead), hasDay: true)
        }
    }

    /// What a column's values must be.
    enum Limit: String {
        case heartRate = "a heart rate above 0: leave the field empty where none was measured"
        case count = "a count of at least 0"

        func allows(_ value: Double) -> Bool { self == .heartRate ? value > 0 : value >= 0 }
    }

    let columns: TableColumns
    let labels: TableLabels
    let times: TimeColumn
    let format: TableRecordings.Format
    /// What the values of each column must be; empty for any number, which is then rounded to a Float.
    let limits: [Limit]
    private(set) var paths: [String] = []
    private(set) var valueNames: [String] = []
    private(set) var names = TableNames()
    private(set) var labelTexts: TableLabels.Texts
    private(set) var rows: [Row] = []
    /// `[rows, valueNames]`; NaN where a value is missing.
    private(set) var values: [Double] = []
    private var wallClock: WallClock?
    /// For each subject with times without a zone what has been seen of them, and the file of an undecided one.
    private var orders: [String: (order: WallClockOrder, file: TableFile)] = [:]
    private var withoutValue: [String: Int] = [:]
    private var units: [TimeText.Unit: (path: String, line: Int)] = [:]

    init(
        columns: TableColumns, labels: TableLabels, times: TimeColumn, format: TableRecordings.Format,
        limits: [Limit] = []
    ) {
        var columns = columns
        columns.areTimed = true
        (self.columns, self.labels, self.times, self.format) = (columns, labels, times, format)
        self.limits = limits
        labelTexts = labels.noTexts
        wallClock = times.zone.map { WallClock(zone: $0) }
    }

    mutating func read(_ path: String) throws(DatasetError) {
        let earlier = paths.isEmpty ? nil : valueNames
        let file = try TableFile(path: path, format: format, columns: columns, valueNames: earlier)
        valueNames = file.valueNames
        paths.append(path)
        try file.text.withBytes { bytes throws(DatasetError) in
            var rows = file.rows(in: bytes)
            while try rows.next() {
                try file.requireAllColumns(rows)
                try take(rows, file)
            }
        }
    }

    private mutating func take(_ rows: DelimitedRows, _ file: TableFile) throws(DatasetError) {
        let name = try names.index(of: rows, file, columns.subject)
        let (time, ahead) = try time(rows, file, subject: names.names[name].subject)
        let label = try labels.label(rows, file, &labelTexts)
        let first = values.count
        for (column, place) in file.places.values.enumerated() {
            guard let number = try file.number(rows, at: place) else {
                values.append(.nan)
                continue
            }
            if limits.isEmpty {
                values.append(Double(Float(number)))
            } else if limits[column].allows(number) {
                values.append(number)
            } else {
                throw .badField(rows, place, file, limits[column].rawValue)
            }
        }
        if label == nil, values[first...].allSatisfy(\.isNaN) {
            values.removeLast(values.count - first)
            withoutValue[file.path, default: 0] += 1
            return
        }
        self.rows.append(Row(time: time, name: Int32(name), file: Int32(paths.count - 1), label: label, ahead: ahead))
    }

    // MARK: - Times

    private var mayHaveOwnZone: Bool { wallClock == nil || !times.refusesOwnZones }
    private static let remedy = "leave --time-zone out, or say --own-time-zones"

    /// A row's time, and how far ahead of UTC its clock is.
    private mutating func time(
        _ rows: DelimitedRows, _ file: TableFile, subject: String
    ) throws(DatasetError) -> (time: Int, ahead: Int32) {
        let written = WrittenTime(rows, file)
        let line = rows.rowLine
        func refusal(_ reason: String) -> DatasetError { written.refusal(reason) }
        switch written.time(times.order) {
        case nil: throw written.fault(times.order)
        case .instant(let time, let ahead):
            guard mayHaveOwnZone else { throw refusal("says its own zone: \(Self.remedy)") }
            // Programs write UTC so wherever the place is.
            return (time, ahead == 0 ? Row.unknownClock : Int32(ahead))
        case .number(let time, let unit):
            guard mayHaveOwnZone else { throw refusal("counts from 1970 in UTC: \(Self.remedy)") }
            if units[unit] == nil { units[unit] = (file.path, line) }
            guard units.count == 1 else { throw refusal("counts \(unit.rawValue), and other rows do not") }
            return (time, Row.unknownClock)
        case .local(let local):
            guard var clock = wallClock else { throw refusal("says no zone: name it, as --time-zone Europe/Berlin") }
            let instants = clock.instants(showing: local)
            wallClock = clock
            let before = orders[subject]?.order.undecidedLine
            let answer = orders[subject, default: (WallClockOrder(), file)].order.onTime(instants, line: line)
            if before == nil, orders[subject]?.order.undecidedLine != nil { orders[subject]?.file = file }
            switch answer {
            case .instant(let time): return (time, Int32((local - time) / TimeText.second))
            case .never: throw refusal("is leapt over by the clocks of \(clock.zone.identifier)")
            case .backwards:
                throw refusal(
                    "comes twice, as clocks go back, and is earlier than the row before: sort the rows, or write times "
                        + "with their offset from UTC")
            case .undecided(let line): throw undecided(orders[subject]?.file.path ?? file.path, line)
            }
        }
    }

    /// Makes sure that no time is left of which it is not known which of two it is.
    func requireDecidedTimes() throws(DatasetError) {
        for (_, (order, file)) in orders.sorted(by: { $0.key < $1.key }) {
            if let line = order.undecidedLine { throw undecided(file.path, line) }
        }
    }

    private func undecided(_ path: String, _ line: Int) -> DatasetError {
        .badLine(
            path: path, line: line,
            reason: "this time comes twice, as clocks go back, and the rows around don't show which it is; write times "
                + "with their offset from UTC")
    }

    // MARK: - Report

    var skippedItems: [SkippedItem] {
        paths.compactMap { path in
            withoutValue[path].map { SkippedItem(path: path, kind: .row, count: $0, reason: "no value in it") }
        }
    }

    /// What was made of the times.
    var notes: [String] {
        var notes = labelTexts.notes
        notes += units.keys.map { "times are Unix times in \($0.rawValue)" }
        let decided = orders.values.reduce(0) { $0 + $1.order.decidedCount }
        if decided > 0, let zone = wallClock?.zone.identifier {
            notes.append(
                "\(decided) time\(decided == 1 ? "" : "s") in the hour that comes twice in \(zone) were told apart by the "
                    + "order of the rows")
        }
        return notes
    }
}
