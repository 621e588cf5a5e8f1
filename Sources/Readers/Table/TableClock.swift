import Datasets
import Foundation

/// Turns the times of a table's rows, as they are written, into instants.
struct TableClock {
    private let times: TimeColumn
    private var wallClock: WallClock?
    /// For each subject with times without a zone, and for its files of labels by themselves, what has been seen of
    /// them, and the file of an undecided one.
    private var orders: [Person: (order: WallClockOrder, file: TableFile)] = [:]
    /// The unit of each file's times since 1970.
    private var units: [String: TimeText.Unit] = [:]
    /// The earliest and the latest time since 1970.
    private var numbers: ClosedRange<Int>?
    private var endsInDoubledHour = 0

    private struct Person: Hashable {
        let subject: String
        let isOfLabels: Bool
    }

    init(_ times: TimeColumn) {
        self.times = times
        wallClock = times.zone.map { WallClock(zone: $0) }
    }

    private static let remedy = "leave --time-zone out, or say --own-time-zones"
    private static let longestLabel = 86_400
    /// A month, in seconds: milliseconds of a night are more.
    private static let longestFromStart = 31 * 86_400.0

    /// A time that says by itself when it was, or the instants at which the clock of the place showed it.
    private enum Instants {
        case known(Int, ahead: Int32)
        case shown(local: Int, [Int])
    }

    private mutating func instants(_ written: WrittenTime, _ path: String) throws(DatasetError) -> Instants {
        if times.countFromStart {
            guard let seconds = written.seconds, abs(seconds) <= Self.longestFromStart else {
                throw written.refusal("is no number of seconds within a month of the recording's start")
            }
            return .known(
                Int((seconds * Double(TimeText.second)).rounded()), ahead: TimedTableReader.Row.unknownClock)
        }
        let mayHaveOwnZone = wallClock == nil || !times.refusesOwnZones
        switch written.time(times.order) {
        case nil: throw written.fault(times.order)
        case .instant(let time, let ahead):
            guard mayHaveOwnZone else { throw written.refusal("says its own zone: \(Self.remedy)") }
            // Programs write UTC so wherever the place is.
            return .known(time, ahead: ahead == 0 ? TimedTableReader.Row.unknownClock : Int32(ahead))
        case .number(let time, let unit):
            guard mayHaveOwnZone else { throw written.refusal("counts from 1970 in UTC: \(Self.remedy)") }
            guard units[path, default: unit] == unit else {
                throw written.refusal("counts \(unit.rawValue), and other rows do not")
            }
            units[path] = unit
            numbers = min(time, numbers?.lowerBound ?? time)...max(time, numbers?.upperBound ?? time)
            return .known(time, ahead: TimedTableReader.Row.unknownClock)
        case .local(let local):
            guard var clock = wallClock else {
                throw written.refusal("says no zone: name it, as --time-zone Europe/Berlin")
            }
            let instants = clock.instants(showing: local)
            wallClock = clock
            guard !instants.isEmpty else {
                throw written.refusal("is leapt over by the clocks of \(clock.zone.identifier)")
            }
            return .shown(local: local, instants)
        }
    }

    /// The time of the row that was read last, and how far ahead of UTC its clock is.
    mutating func time(
        _ rows: DelimitedRows, _ file: TableFile, subject: String
    ) throws(DatasetError) -> (time: Int, ahead: Int32) {
        let written = WrittenTime(rows, file, file.places.position, option: "--time-column")
        switch try instants(written, file.path) {
        case .known(let time, let ahead): return (time, ahead)
        case .shown(let local, let instants):
            let person = Person(subject: subject, isOfLabels: file.places.values.isEmpty)
            let before = orders[person]?.order.undecidedLine
            let answer = orders[person, default: (WallClockOrder(), file)].order.onTime(instants, line: rows.rowLine)
            if before == nil, orders[person]?.order.undecidedLine != nil { orders[person]?.file = file }
            switch answer {
            case .instant(let time): return (time, Int32((local - time) / TimeText.second))
            case .never: preconditionFailure("a time without an instant")
            case .backwards:
                throw written.refusal(
                    "comes twice, as clocks go back, and is earlier than the row before: sort the rows, or write times "
                        + "with their offset from UTC")
            case .undecided(let line): throw undecided(orders[person]?.file.path ?? file.path, line)
            }
        }
    }

    /// When the label of the row that was read last ends.
    ///
    /// Of an end in the hour that comes twice the first behind the row's time counts, which is noted.
    ///
    /// - Parameters:
    ///   - rows: its rows.
    ///   - file: its file.
    ///   - time: the row's time.
    /// - Returns: the instant; nil where the label is of the row's own time.
    /// - Throws: `DatasetError.badLine` for an end that is none, before the row's time or more than a day behind it.
    mutating func labelEnd(
        _ rows: DelimitedRows, _ file: TableFile, from time: Int
    ) throws(DatasetError) -> Int? {
        switch file.places.labelEnd {
        case nil: return nil
        case .seconds(let place):
            guard let seconds = try file.number(rows, at: place), (0...Double(Self.longestLabel)).contains(seconds)
            else {
                throw .badField(rows, place, file, "how many seconds the label lasts, from 0 to \(Self.longestLabel)")
            }
            return time + Int((seconds * Double(TimeText.second)).rounded())
        case .time(let places):
            let written = WrittenTime(rows, file, places, option: "--label-end")
            let end: Int
            switch try instants(written, file.path) {
            case .known(let time, _): end = time
            case .shown(_, let instants):
                endsInDoubledHour += instants.count > 1 ? 1 : 0
                end = instants.first { $0 >= time } ?? instants[instants.count - 1]
            }
            guard end >= time else { throw written.refusal("is earlier than the time at which the label begins") }
            guard end - time <= Self.longestLabel * TimeText.second else {
                throw written.refusal("is more than a day behind the time at which the label begins")
            }
            return end
        }
    }

    /// Makes sure that no time is left of which it is not known which of two it is.
    func requireDecidedTimes() throws(DatasetError) {
        let inOrder = orders.sorted { ($0.key.subject, $0.value.file.path) < ($1.key.subject, $1.value.file.path) }
        for (_, (order, file)) in inOrder {
            if let line = order.undecidedLine { throw undecided(file.path, line) }
        }
    }

    private func undecided(_ path: String, _ line: Int) -> DatasetError {
        .badLine(
            path: path, line: line,
            reason: "this time comes twice, as clocks go back, and the rows around don't show which it is; write times "
                + "with their offset from UTC")
    }

    /// What was made of the times.
    var notes: [String] {
        var notes: [String] = []
        if let numbers {
            let units = Set(units.values.map(\.rawValue)).sorted().joined(separator: " and ")
            let (first, last) = (TimeText.utc(numbers.lowerBound), TimeText.utc(numbers.upperBound))
            notes.append("times are Unix times in \(units), from \(first) to \(last)")
        }
        guard let zone = wallClock?.zone.identifier else { return notes }
        let hour = "in the hour that comes twice in \(zone)"
        let decided = orders.values.reduce(0) { $0 + $1.order.decidedCount }
        if decided > 0 {
            notes.append("\(decided) time\(decided == 1 ? "" : "s") \(hour) were told apart by the order of the rows")
        }
        if endsInDoubledHour > 0 {
            let ends = "\(endsInDoubledHour) end\(endsInDoubledHour == 1 ? "" : "s") of labels"
            notes.append("\(ends) \(hour): of each the first time behind the label's begin counts")
        }
        return notes
    }
}
