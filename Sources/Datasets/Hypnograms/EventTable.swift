/// The rows of a table of events.
struct EventTable {
    struct Row {
        /// Seconds, of a clock's times from midnight of the first one's day.
        let onset: Double
        /// The same as it is written.
        let time: String
        let duration: Double?
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
            for (index, line) in Self.lines(of: text.prefix(65_536)) {
                let words = String(decoding: text[line], as: UTF8.self)
                if words.hasPrefix("#") { continue }
                for delimiter in ["\t", ";", ","] {
                    let names = words.split(separator: delimiter).map(Scoring.columnName)
                    let isOfSeconds = before.isEmpty && Scoring.column(Scoring.onsetColumns, in: names) != nil
                    guard isOfSeconds || Self.isOfAClock(names), let byte = delimiter.utf8.first else { continue }
                    (self.delimiter, offset, self.line) = (byte, line.lowerBound, index + 1)
                    isOfRemLogic = before.first?.hasPrefix("RemLogic") ?? false
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
        let times = clock == nil ? Scoring.onsetColumns : Scoring.clockColumns
        let onset = Scoring.column(times, in: names) ?? 0
        let duration = try Scoring.durationColumn(in: names, path: path)
        let end = duration != nil ? nil : Scoring.column(Scoring.endColumns, in: names)
        let date = clock == nil ? nil : Scoring.column(Scoring.dateColumns, in: names)
        var clockTimes = ClockTimes()
        while try table.next() {
            var texts = table.fields.map(table.text)
            // RemLogic leaves out what is empty at a row's end.
            if clock != nil, texts.count > onset {
                texts = Array((texts + Array(repeating: "", count: names.count)).prefix(names.count))
            }
            guard texts.count == names.count else {
                throw .wrongColumns(path: path, line: table.rowLine, found: texts.count, expected: names.count)
            }
            if let date, !texts[onset].isEmpty, !texts[date].isEmpty { texts[onset] = "\(texts[date]) \(texts[onset])" }
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
            if let duration { length = try fields.seconds(duration, "from 0", from: 0) }
            if clock != nil { _ = clockTimes.add(texts[onset]) }
            if let end, clock == nil { length = try fields.seconds(from: start, to: end) }
            if let end, clock != nil { length = try fields.seconds(from: start, toTime: end) }
            rows.append(Row(onset: start, time: texts[onset], duration: length, fields: texts))
        }
        guard clock != nil else { return }
        rows = zip(rows, clockTimes.onsets).map { row, onset in
            Row(onset: onset, time: row.time, duration: row.duration, fields: row.fields)
        }
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

        /// How many seconds it is from a time to that of a column; nil for none.
        func seconds(from start: Double, to column: Int) throws(DatasetError) -> Double? {
            try seconds(column, "from the recording's start, not before its onset", from: start).map { $0 - start }
        }

        /// How many seconds it is from a time of day to that of a column, of the next day perhaps; nil for none.
        func seconds(from start: Double, toTime column: Int) throws(DatasetError) -> Double? {
            try timeOfDay(column).map { $0 < start ? $0 - start + CalendarDay.seconds : $0 - start }
        }

        /// Seconds since midnight; nil for none.
        func timeOfDay(_ column: Int) throws(DatasetError) -> Double? {
            if texts[column].isEmpty || texts[column].lowercased() == "n/a" { return nil }
            if let time = TimeText.timeOfDay(texts[column]) { return time }
            throw fault(column, "a clock's time like 22:30:00, without a zone; a column of seconds is called onset")
        }
    }
}
