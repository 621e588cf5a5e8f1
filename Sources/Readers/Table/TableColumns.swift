import Datasets
import Foundation

/// Which columns of a table are what.
public struct TableColumns: Sendable, Equatable {
    /// The columns that hold a row's values.
    public enum Values: Sendable, Equatable {
        /// These, in this order.
        case named([String])
        /// All whose names start so, in the order of the first file.
        case prefixed(String)
        /// All that are nothing else, in the order of the first file.
        case others
        /// None: a file of labels.
        case none
    }

    /// How a table says who was recorded.
    public enum Subject: Sendable, Equatable {
        /// In a column.
        case column(String)
        /// Not at all: all of it is of one person, who is called so.
        case named(String)
    }

    /// How a timed table says until when a label lasts.
    public enum LabelEnd: Sendable, Equatable {
        /// The column of the time at which it ends, or those of its date and time, `Date,Time`.
        case time(String)
        /// The column of how many seconds it lasts.
        case seconds(String)
    }

    /// Who was recorded.
    public var subject: Subject
    /// The recording: a night, say; the same name under two subjects is two recordings.
    ///
    /// The subject's column, too, where each has one recording.
    /// Nil where each file is one recording of each subject in it, and for times that are divided where long gaps are.
    public var recording: String?
    /// The position in the recording, a whole number from 0 that counts sleep epochs or frames, or the time.
    ///
    /// Of a table of times also the columns of the date and the time of day, `Date,Time`, where none is called so.
    public var position: String
    /// The label; nil for a table without labels.
    public var label: String?
    /// Until when a label lasts; nil where it is of its row's own time.
    ///
    /// Of timed tables alone.
    public var labelEnd: LabelEnd?
    /// The values of a sample.
    public var values: Values

    /// Whether the position is a time.
    var areTimed = false

    /// Columns of these names.
    public init(subject: Subject, recording: String?, position: String, label: String?, values: Values) {
        (self.subject, self.recording, self.position) = (subject, recording, position)
        // As names in columns are taken: in composed form.
        if case .named(let name) = subject { self.subject = .named(name.precomposedStringWithCanonicalMapping) }
        (self.label, self.values) = (label, values)
    }

    /// The columns' places in one file's header.
    struct Places {
        /// Where a time is: in a column, or its time of day behind its date in another.
        struct Time {
            let date: Int?
            let time: Int
        }

        enum LabelEnd {
            case time(Time)
            case seconds(Int)
        }

        let subject: Int?
        let recording: Int?
        /// The time, or in `time` alone the position.
        let position: Time
        let label: Int?
        let labelEnd: LabelEnd?
        let values: [Int]
        /// The names of all columns.
        let names: [String]
    }

    /// Finds the columns in a header.
    ///
    /// - Parameters:
    ///   - names: the header's.
    ///   - valueNames: the first file's columns of values; nil for the first file.
    ///   - path: the file, for errors.
    ///   - line: the header's line, for errors.
    /// - Returns: the places.
    /// - Throws: `DatasetError.badLine` for a column that is not there, is there twice, or is used twice.
    func places(
        in names: [String], valueNames: [String]?, path: String, line: Int
    ) throws(DatasetError) -> Places {
        let placesOfName = Dictionary(grouping: names.indices) { names[$0] }
        func place(_ name: String, remedy: String = "") throws(DatasetError) -> Int {
            let found = placesOfName[name] ?? []
            if found.count == 1 { return found[0] }
            if found.count > 1 {
                throw .badLine(path: path, line: line, reason: "column \(quoted(name)) is there \(found.count) times")
            }
            let near = nearestName(to: name, among: names).map { "; did you mean \(quoted($0))?" }
            let present = names.count == 1 ? "; the header is one column" : "; there are \(list(names))"
            let areValues = names.contains { Double($0) != nil }
            let unnamed = areValues ? "; where there is no header line, name the columns with --column-names" : ""
            throw .badLine(
                path: path, line: line,
                reason: "there is no column \(quoted(name))" + (near ?? present) + unnamed + remedy)
        }
        let subject = try subjectColumn.map { name throws(DatasetError) in try place(name) }
        let recording = try recording.map { name throws(DatasetError) in try place(name) }
        func timePlaces(_ column: String) throws(DatasetError) -> Places.Time {
            var places: [Int] = []
            for name in timeNames(column, in: names) { places.append(try place(name)) }
            return Places.Time(date: places.count > 1 ? places[0] : nil, time: places[places.count - 1])
        }
        let position = try timePlaces(position)
        let areInFilesOfTheirOwn = "; where labels are in files of their own, name those with --label-file"
        let label = try label.map { name throws(DatasetError) in
            try place(name, remedy: areTimed && values != .none ? areInFilesOfTheirOwn : "")
        }
        let labelEnd: Places.LabelEnd? =
            switch labelEnd {
            case nil: nil
            case .time(let column): .time(try timePlaces(column))
            case .seconds(let column): .seconds(try place(column))
            }
        let roles = Set(asked(in: names).map(\.name))
        let found: [String]
        switch values {
        case .named(let names): found = names
        case .prefixed(let prefix): found = names.filter { $0.hasPrefix(prefix) && !roles.contains($0) }
        case .others: found = names.filter { !roles.contains($0) }
        case .none: found = []
        }
        let expected = Set(valueNames ?? found)
        if let more = found.first(where: { !expected.contains($0) }) {
            throw .badLine(
                path: path, line: line,
                reason: "column \(quoted(more)) would be one of values, and the first file has none such")
        }
        let wanted = valueNames ?? found
        guard !wanted.isEmpty || values == .none else {
            throw .badLine(path: path, line: line, reason: "no column of values is left; there are \(list(names))")
        }
        var uses: [String: String] = [:]
        for (name, use) in asked(in: names) + wanted.map({ ($0, "values") }) {
            guard let other = uses.updateValue(use, forKey: name) else { continue }
            let remedy =
                use == other
                ? "among the values: leave one out" : "as \(other) and as \(use): each has a column of its own"
            throw .badLine(path: path, line: line, reason: "column \(quoted(name)) is asked for twice, \(remedy)")
        }
        var valuePlaces: [Int] = []
        for name in wanted { valuePlaces.append(try place(name)) }
        return Places(
            subject: subject, recording: recording, position: position, label: label, labelEnd: labelEnd,
            values: valuePlaces, names: names)
    }

    /// A column of a position or time, or those of the date and the time of day where there is none that is called so.
    private func timeNames(_ column: String, in names: [String]) -> [String] {
        guard areTimed, !names.contains(column), let parts = try? DelimitedRows.fields(of: column), parts.count == 2
        else { return [column] }
        return parts
    }

    /// A unit for each column of values; columns that are not named one by one may have one together.
    func units(_ units: [String], ofValues count: Int, path: String) throws(DatasetError) -> [String] {
        if case .named = values {} else if units.count == 1 { return Array(repeating: units[0], count: count) }
        guard units.isEmpty || units.count == count else {
            let reason = "\(units.count) units for \(count) columns of values; name one for each, in their order"
            throw .unsuitable(path: path, reason: reason)
        }
        return units
    }

    /// How many of the columns that are asked for by name are among these.
    func count(in names: [String]) -> Int {
        var asked = asked(in: names).map(\.name)
        if case .named(let values) = values { asked += values }
        let names = Set(names)
        return asked.count(where: names.contains)
    }

    /// The columns that are no values, and what each is in messages.
    ///
    /// Where each person has one recording, one column may name both.
    private func asked(in names: [String]) -> [(name: String, use: String)] {
        let recording = recording == subjectColumn ? nil : recording
        let own = [(subjectColumn, "subject"), (recording, "recording")].compactMap { name, use in
            name.map { ($0, use) }
        }
        let ends: [String] =
            switch labelEnd {
            case nil: []
            case .time(let column): timeNames(column, in: names)
            case .seconds(let column): [column]
            }
        return own + timeNames(position, in: names).map { ($0, "position or time") }
            + (label.map { [($0, "label")] } ?? []) + ends.map { ($0, "a label's end or length") }
    }

    private var subjectColumn: String? {
        if case .column(let name) = subject { return name }
        return nil
    }

    private func list(_ names: [String]) -> String {
        names.prefix(12).map { quoted($0) }.joined(separator: ", ") + (names.count > 12 ? ", …" : "")
    }
}
