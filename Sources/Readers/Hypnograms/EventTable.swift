import Datasets

/// The rows of a table of events.
struct EventTable {
    struct Row {
        /// Seconds, of a clock's times from midnight of the first one's day.
        fileprivate(set) var onset: Double
        /// The same as it is written.
        fileprivate(set) var time: String
        fileprivate(set) var duration: Double?
        let fields: [String]
    }

    /// Where a table begins in a text, and what its times are.
    struct Header {
        private static let mostLinesBefore = 64

        /// What stands between its columns.
        let delimiter: UInt8
        /// Where the header's line is, and its number.
        let (offset, line): (Int, Int)
        /// Of a table with a clock's times what the lines before it say of their day; nil where times are seconds.
        let clock: ScoringClock?
        /// Whether RemLogic wrote it, as its first line says.
        let isOfRemLogic: Bool

        /// The header of a text; nil for one that is no table: without a line that names an onset, or a clock's times
        /// and events or stages.
        init?(in text: UnsafeRawBufferPointer) {
            var before: [Substring] = []
            let lines = Self.lines(of: text.prefix(65_536))
            for (place, (index, line)) in lines.enumerated() {
                let words = String(decoding: text[line], as: UTF8.self)
                let next = lines.dropFirst(place + 1).first.map { String(decoding: text[$0.1], as: UTF8.self) }
                if words.hasPrefix("#") { continue }
                for delimiter in ["\t", ";", ","] as [Character] {
                    let names = words.split(separator: delimiter).map(Scoring.columnName)
                    let onset = before.isEmpty ? Scoring.column(Scoring.onsetColumns, in: names) : nil
                    let isDated = onset.map { Self.isDated($0, next, delimiter) } ?? false
                    let isOfSeconds =
                        before.isEmpty && !isDated
                        && (onset != nil || Self.startsAreSeconds(words, next, delimiter))
                    guard isOfSeconds || isDated || Self.isOfAClock(names), let byte = delimiter.asciiValue else {
                        continue
                    }
                    (self.delimiter, offset, self.line) = (byte, line.lowerBound, index + 1)
                    isOfRemLogic = before.first?.drop { $0 == "\"" }.hasPrefix("RemLogic") ?? false
                    clock = isOfSeconds ? nil : ScoringClock(before, isCertain: isOfRemLogic)
                    return
                }
                before.append(words[...])
                if before.count > Self.mostLinesBefore { break }
            }
            return nil
        }

        private static func isOfAClock(_ names: [String]) -> Bool {
            Scoring.column(Scoring.clockColumns, in: names) != nil
                && names.contains { name in
                    name.contains("stag") || name.contains("hypno") || Scoring.eventColumns.contains(name)
                }
        }

        /// Whether a row has a date and a time in a column, as MNE writes onsets.
        private static func isDated(_ column: Int, _ row: String?, _ delimiter: Character) -> Bool {
            let fields = row?.split(separator: delimiter, omittingEmptySubsequences: false) ?? []
            guard fields.indices.contains(column) else { return false }
            let text = fields[column].filter { $0 != "\"" }
            return TimeText.timeOfDay(text) != nil && ClockTimes.date(before: text) != nil
        }

        /// Whether a header has starts, and ends or durations, and its first row a number for its start.
        private static func startsAreSeconds(_ header: String, _ row: String?, _ delimiter: Character) -> Bool {
            func fields(_ line: String) -> [String] {
                line.split(separator: delimiter, omittingEmptySubsequences: false).map(Scoring.columnName)
            }
            let names = fields(header)
            guard isOfAClock(names), let start = Scoring.column(Scoring.startColumns, in: names), let row,
                case let texts = fields(row), start < texts.count,
                Scoring.column(Scoring.endColumns + Scoring.durationColumns, in: names) != nil
            else { return false }
            return Double(texts[start]) != nil
        }

        /// The places of the lines that are not empty, and their numbers from 0.
        private static func lines(of text: Slice<UnsafeRawBufferPointer>) -> [(Int, Range<Int>)] {
            var (lines, number, start): ([(Int, Range<Int>)], Int, Int) = ([], 0, text.startIndex)
            for place in text.indices where text[place] == 10 || text[place] == 13 {
                if place > start { lines.append((number, start..<place)) }
                // The two bytes of one line's end.
                if text[place] == 10 || place + 1 == text.endIndex || text[place + 1] != 10 { number += 1 }
                start = place + 1
            }
            if start < text.endIndex { lines.append((number, start..<text.endIndex)) }
            return lines
        }
    }

    /// The columns' names, in lower case without spaces.
    let names: [String]
    /// What is known of the days of its times, where they are a clock's.
    let clock: ScoringClock?
    /// Whether RemLogic wrote it.
    let isOfRemLogic: Bool
    private(set) var rows: [Row] = []
    private(set) var withoutOnset = 0

    init(_ text: UnsafeRawBufferPointer, _ header: Header, path: String) throws(DatasetError) {
        var table = DelimitedRows(
            text, path: path, delimiter: header.delimiter, offset: header.offset, line: header.line)
        (clock, isOfRemLogic) = (header.clock, header.isOfRemLogic)
        _ = try table.next()
        names = table.fields.map(table.text).map(Scoring.columnName)
        let times =
            clock == nil
            ? Scoring.onsetColumns + Scoring.startColumns : Scoring.clockColumns + Scoring.onsetColumns
        let onset = Scoring.column(times, in: names) ?? 0
        let duration = try Scoring.durationColumn(in: names, path: path)
        let end = duration != nil ? nil : Scoring.column(Scoring.endColumns, in: names)
        let date = clock == nil ? nil : Scoring.column(Scoring.dateColumns, in: names)
        var ends: [Double?] = []
        while try table.next() {
            var texts = table.fields.map(table.text)
            // RemLogic leaves out what is empty at a row's end.
            if clock != nil, texts.count > onset {
                texts = Array((texts + Array(repeating: "", count: names.count)).prefix(names.count))
            }
            guard texts.count == names.count else {
                throw .wrongColumns(path: path, line: table.rowLine, found: texts.count, expected: names.count)
            }
            let fields = Fields(texts: texts, path: path, line: table.rowLine) { table.number(table.fields[$0]) }
            let start =
                clock == nil
                ? try fields.seconds(onset, "from the recording's start", from: -.infinity)
                : try fields.timeOfDay(onset)
            guard let start else {
                withoutOnset += 1
                continue
            }
            var length: Double?
            if let duration { length = try fields.length(duration) }
            if let end, clock != nil, let time = try fields.timeOfDay(end) {
                length = time < start ? time - start + CalendarDay.seconds : time - start
            }
            if let end, clock == nil { ends.append(table.number(table.fields[end])) }
            rows.append(Row(onset: start, time: texts[onset], duration: length, fields: texts))
        }
        if let end, clock == nil { endAt(ends, of: end) }
        if clock != nil { place(date) }
    }

    /// Takes how long events last from when they end, in seconds; from nothing where that column is of something else.
    private mutating func endAt(_ ends: [Double?], of column: Int) {
        let areEnds = zip(rows, ends).allSatisfy { row, end in
            end.map { $0 > row.onset } ?? ["", "n/a"].contains(row.fields[column].lowercased())
        }
        guard areEnds else { return }
        // One that is the last second of an event: the next one begins with the next.
        let gaps = zip(rows.dropFirst(), ends).map { row, end in end.map { row.onset - $0 } }
        let more = !gaps.isEmpty && gaps.allSatisfy { $0 == 1 } ? 1.0 : 0
        for index in rows.indices { rows[index].duration = ends[index].map { $0 + more - rows[index].onset } }
    }

    /// Puts a clock's times on their days, which a column may have: the same one in all rows is the first one's alone.
    private mutating func place(_ dateColumn: Int?) {
        let dates = rows.map { row -> String? in
            guard let dateColumn, ClockTimes.date(before: row.time) == nil else { return nil }
            return ClockTimes.date(before: "\(row.fields[dateColumn]) \(row.time)")?.text
        }
        let areSame = Set(dates).count == 1
        var times = ClockTimes()
        for (index, date) in dates.enumerated() {
            if let date, index == 0 || !areSame { rows[index].time = "\(date) \(rows[index].time)" }
            _ = times.add(rows[index].time)
        }
        for (index, onset) in times.onsets.enumerated() { rows[index].onset = onset }
    }

    /// The texts of a row, and what is read of them.
    private struct Fields {
        let texts: [String]
        let path: String
        let line: Int
        /// A column's number; nil where it is none.
        let number: (Int) -> Double?

        private func fault(_ column: Int, _ reason: String) -> DatasetError {
            .badNumber(
                path: path, line: line, column: column + 1, text: texts[column],
                reason: Scoring.hasDecimalComma(texts[column]) ? "\(reason), with a decimal point" : reason)
        }

        /// Seconds, `lowest` at least; nil for none.
        func seconds(_ column: Int, _ place: String, from lowest: Double) throws(DatasetError) -> Double? {
            if texts[column].isEmpty || texts[column].lowercased() == "n/a" { return nil }
            if let value = number(column), value >= lowest { return value }
            throw fault(column, "a number of seconds \(place)")
        }

        /// How many seconds, as such or like `0:00:30`; nil for none.
        func length(_ column: Int) throws(DatasetError) -> Double? {
            guard texts[column].contains(":") else { return try seconds(column, "from 0", from: 0) }
            if let length = TimeText.length(texts[column]) { return length }
            throw fault(column, "a number of seconds from 0, nor hours, minutes and seconds like 0:00:30")
        }

        /// Seconds since midnight; nil for none.
        func timeOfDay(_ column: Int) throws(DatasetError) -> Double? {
            if texts[column].isEmpty || texts[column].lowercased() == "n/a" { return nil }
            if let time = TimeText.timeOfDay(texts[column]) { return time }
            throw fault(column, "a clock's time like 22:30:00, without a zone; a column of seconds is called onset")
        }
    }
}
