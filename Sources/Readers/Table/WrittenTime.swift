import Datasets

/// The time of a row as it is written: in a column, or in those of its date and its time of day.
struct WrittenTime {
    private let rows: DelimitedRows
    private let file: TableFile
    private let places: TableColumns.Places.Time
    private let option: String

    /// One of the row that was read last, in the columns that an option names.
    init(_ rows: DelimitedRows, _ file: TableFile, _ places: TableColumns.Places.Time, option: String) {
        (self.rows, self.file, self.places, self.option) = (rows, file, places, option)
    }

    private func text(_ place: Int) -> String { rows.text(rows.fields[place]) }

    /// Nil where it is none.
    func time(_ order: DateOrder) -> TimeText? {
        let time = rows.bytes(rows.fields[places.time])
        guard let date = places.date else { return TimeText(time, order: order) }
        let both = Array(rows.bytes(rows.fields[date])) + [UInt8(ascii: " ")] + time
        return both.withUnsafeBytes { TimeText($0, order: order) }
    }

    /// As a number; nil where it is none.
    var seconds: Double? { places.date == nil ? rows.number(rows.fields[places.time]) : nil }

    /// Why it is not used.
    func refusal(_ reason: String) -> DatasetError {
        let places = [places.date, places.time].compactMap(\.self)
        let names = places.map { file.places.names[$0] }.joined(separator: ",")
        return refusal(quoted(names), places.map(text).joined(separator: " "), reason)
    }

    private func refusal(_ column: String, _ text: String, _ reason: String) -> DatasetError {
        .badLine(
            path: file.path, line: rows.rowLine, reason: "column \(column): \(quoted(text, upTo: 40)) \(reason)")
    }

    /// Why it is none.
    func fault(_ order: DateOrder) -> DatasetError {
        if let date = places.date { return fault(order, date) }
        let time = text(places.time)
        if Self.isTimeOfDay(time) {
            let way = dateColumn.map {
                "; with its date in column \(quoted($0)), \(option) \(quoted(self.name(of: $0), upTo: 80)) reads both"
            }
            return refusal("says no day: write it with its date, as 2024-03-31T22:30:00\(way ?? "")")
        }
        let wanted = "2024-03-31T01:30:00+01:00, with or without its zone, or a number since 1970"
        return refusal("is not a time like \(wanted)\(Self.question(on: orders))")
    }

    /// Why a date and a time of day are none together: which of them is wrong.
    private func fault(_ order: DateOrder, _ date: Int) -> DatasetError {
        let (day, time) = (text(date), text(places.time))
        if Self.isDate(day, order) {
            return refusal(
                quoted(file.places.names[places.time]), time,
                "is not a time of day like 22:30:00 or 10:30:00 PM")
        }
        let others = DateOrder.allCases.filter { Self.isDate(day, $0) }
        return refusal(
            quoted(file.places.names[date]), day, "is not a date like 2024-03-31\(Self.question(on: others))")
    }

    /// The orders of a date's numbers in which it is one.
    private var orders: [DateOrder] { DateOrder.allCases.filter { time($0) != nil } }

    private static func question(on orders: [DateOrder]) -> String {
        let options = orders.map { "--date-order \($0.rawValue)" }.joined(separator: " or ")
        return orders.isEmpty ? "" : "; is it \(options)?"
    }

    private static func isTime(_ text: String, _ order: DateOrder) -> Bool {
        Array(text.utf8).withUnsafeBytes { TimeText($0, order: order) } != nil
    }

    private static func isTimeOfDay(_ text: String) -> Bool { isTime("2000-01-01 \(text)", .yearFirst) }

    private static func isDate(_ text: String, _ order: DateOrder) -> Bool { isTime("\(text) 00:00", order) }

    /// The first column that has a date alone in this row; nil where none has.
    private var dateColumn: String? {
        let place = file.places.names.indices.first { place in
            place < rows.fields.count && DateOrder.allCases.contains { Self.isDate(text(place), $0) }
        }
        return place.map { file.places.names[$0] }
    }

    /// The two columns as an option has them.
    private func name(of date: String) -> String {
        [date, file.places.names[places.time]].map { name in
            name.contains { $0 == "," || $0 == "\"" } ? "\"\(name.replacing("\"", with: "\"\""))\"" : name
        }.joined(separator: ",")
    }
}
