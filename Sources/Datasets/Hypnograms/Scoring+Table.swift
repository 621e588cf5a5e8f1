extension Scoring {
    /// Columns that may hold stages among other events, the likeliest first; "stage" in a column's name is likelier.
    ///
    /// The last ones are RemLogic's in other languages.
    fileprivate static let eventColumns = [
        "trial_type", "value", "description", "label", "event", "event_type", "annotation", "text", "type",
        "ereignis", "evénement", "événement", "evento", "händelse",
    ]
    fileprivate static let scorerColumns: Set = ["scorer", "rater"]
    fileprivate static let onsetColumns: Set = ["onset", "recordingonset"]
    fileprivate static let durationColumns: Set = ["duration", "dauer", "durée", "duración", "durata", "varaktighet"]
    /// Columns that may hold a clock's times.
    fileprivate static let clockColumns: Set = [
        "time", "starttime", "start_time", "start", "clocktime", "clock", "datetime", "timestamp", "zeit", "uhrzeit",
        "startzeit", "heure", "hora", "ora", "tid",
    ]

    /// A column's name in lower case without spaces, quotes, and a unit in brackets: `Time [hh:mm:ss]` is `time`.
    fileprivate static func columnName(_ text: some StringProtocol) -> String {
        var name = text.lowercased().filter { !$0.isWhitespace && $0 != "\"" }
        if let last = name.last, "])".contains(last), let open = name.lastIndex(where: { "[(".contains($0) }) {
            let unit = name[name.index(after: open)...].dropLast()
            if unit.allSatisfy({ "hmsx:.,".contains($0) }) || unit.hasPrefix("sec") { name = String(name[..<open]) }
        }
        return name
    }

    /// A table of events as the Brain Imaging Data Structure has them: a header, then `onset`, `duration` and what
    /// happened, in seconds from the recording's start; or with a clock's times, as RemLogic exports events, behind
    /// lines on the recording.
    ///
    /// The stages stand in the column with "stage" in its name, or the first one of events that has any; where there
    /// are several columns of stages, or a column of scorers, the user says which counts.
    init(
        table text: UnsafeRawBufferPointer, _ header: EventTable.Header, path: String, _ reading: HypnogramReading
    ) throws(DatasetError) {
        let table = try EventTable(text, header, path: path)
        let stages = try StageColumn(of: table, path: path, reading)
        self.init(
            path: path,
            intervals: stages.rows.map { row in
                let text = row.fields[stages.column]
                return Interval(
                    onset: row.onset, duration: row.duration, text: text.isEmpty ? "n/a" : text,
                    kind: stages.isOfStages ? .stage : .any)
            }, clock: header.clock)
        isOfAScorer = stages.isOfAScorer
        if table.withoutOnset > 0 {
            skipped = [SkippedItem(path: path, kind: .row, count: table.withoutOnset, reason: "without an onset")]
        }
    }
}

/// Which column of a table of events has the stages, and in which rows.
private struct StageColumn {
    let column: Int
    /// The rows of the scorer that was chosen, or all.
    let rows: [EventTable.Row]
    /// Whether the column has stages alone, by its name or by the user's word.
    let isOfStages: Bool
    let isOfAScorer: Bool

    init(of table: EventTable, path: String, _ reading: HypnogramReading) throws(DatasetError) {
        let own = try Self.ownRows(of: table, path: path, reading)
        let rows = own ?? table.rows
        // RemLogic's column of stages has them beside every event, too.
        let ofEvents = table.isOfAClock && reading.scorer == nil ? Self.firstKnown(in: rows, of: table, reading) : nil
        var named: Int?
        if ofEvents == nil {
            named = try Self.named(in: table, path: path, scorer: own == nil ? reading.scorer : nil, reading)
        }
        var column = named ?? ofEvents
        if column == nil {
            column = try Self.read(from: rows, of: table, isOfAScorer: own != nil, path: path, reading)
        }
        guard let column else {
            throw .unsuitable(
                path: path,
                reason: "no column of it has stages: it has \(table.names.joined(separator: ", ")); call it stage")
        }
        (self.column, self.rows, isOfStages) = (column, rows, named != nil)
        isOfAScorer = reading.scorer != nil
    }

    /// The rows of the scorer that was asked for, where a column tells scorers apart and has that one.
    private static func ownRows(
        of table: EventTable, path: String, _ reading: HypnogramReading
    ) throws(DatasetError) -> [EventTable.Row]? {
        guard let column = table.names.firstIndex(where: Scoring.scorerColumns.contains) else { return nil }
        let scorers = Set(table.rows.map { $0.fields[column] }).sorted()
        if let scorer = reading.scorer, scorers.contains(scorer) {
            return table.rows.filter { $0.fields[column] == scorer }
        }
        guard scorers.count < 2 else { throw .unsuitable(path: path, reason: choice(scorers, reading)) }
        return nil
    }

    /// The column that is called after the scorer that was asked for, or after stages.
    private static func named(
        in table: EventTable, path: String, scorer: String?, _ reading: HypnogramReading
    ) throws(DatasetError) -> Int? {
        let named = table.names.indices.filter { table.names[$0].contains("stag") || table.names[$0].contains("hypno") }
        if let scorer {
            if let column = table.names.firstIndex(of: Scoring.columnName(scorer)) { return column }
            let names = named.isEmpty ? table.names : named.map { table.names[$0] }
            throw .unsuitable(path: path, reason: choice(names, reading))
        }
        guard named.count < 2 else {
            throw .unsuitable(path: path, reason: choice(named.map { table.names[$0] }, reading))
        }
        return named.first
    }

    private static func eventColumns(of table: EventTable) -> [Int] {
        Scoring.eventColumns.compactMap { table.names.firstIndex(of: $0) }
    }

    /// The texts of a column, and what they mean.
    private static func meanings(
        _ rows: [EventTable.Row], _ column: Int, _ reading: HypnogramReading
    ) -> [(text: String, meaning: StageMeaning)] {
        let texts = Set(rows.map { $0.fields[column] })
        let known = StageTexts(reading, among: texts)
        return texts.map { (text: $0, meaning: known.meaning(of: $0)) }
    }

    /// The first column of events that has a known stage.
    private static func firstKnown(
        in rows: [EventTable.Row], of table: EventTable, _ reading: HypnogramReading
    ) -> Int? {
        eventColumns(of: table).first { column in
            meanings(rows, column, reading).contains { if case .stage = $0.meaning { true } else { false } }
        }
    }

    /// The first column of events that has a known stage, or the first one of events.
    private static func read(
        from rows: [EventTable.Row], of table: EventTable, isOfAScorer: Bool, path: String, _ reading: HypnogramReading
    ) throws(DatasetError) -> Int? {
        if let known = firstKnown(in: rows, of: table, reading) { return known }
        let candidates = eventColumns(of: table)
        // One text for the whole night: another column tells its sleep epochs apart.
        if let first = candidates.first, case let all = meanings(rows, first, reading), all.count == 1,
            all[0].meaning == .unknown, !all[0].text.isEmpty, !isOfAScorer, !reading.ignoresUnknownStages,
            candidates.count > 1, rows.count > 1,
            rows.allSatisfy({ $0.duration ?? 0 >= SleepEpochWindow.epochSeconds })
        {
            throw .unsuitable(path: path, reason: noneKnown(candidates, rows, table.names))
        }
        return candidates.first
    }

    /// Where the texts of no column are known: which one is meant nobody guesses.
    private static func noneKnown(_ candidates: [Int], _ rows: [EventTable.Row], _ names: [String]) -> String {
        let columns = candidates.map { candidate in
            var texts = CountedTexts()
            for row in rows { texts.add(row.fields[candidate]) }
            return "\(quoted(names[candidate])) has \(texts.description)"
        }
        return "no column has a text that is a known stage: \(columns.joined(separator: "; ")); choose the column of "
            + "stages with --scorer, and say what its texts are with --stage-map, like TEXT=N2"
    }

    private static func choice(_ names: [String], _ reading: HypnogramReading) -> String {
        let list = names.map { quoted($0) }.joined(separator: ", ")
        guard let scorer = reading.scorer else {
            return "it has stages of several scorers: choose one with --scorer: \(list)"
        }
        return "it has no scorer \(quoted(scorer)): it has \(list)"
    }
}

/// The rows of a table of events.
struct EventTable {
    struct Row {
        let onset: Double
        let duration: Double?
        let fields: [String]
    }

    /// Where a table begins in a text, and what its times are.
    struct Header {
        private static let mostLinesBefore = 64

        /// What stands between its columns.
        let delimiter: UInt8
        /// Where the header's line is, and its number.
        fileprivate let (offset, line): (Int, Int)
        /// Of a table with a clock's times what the lines before it say of their day; nil where times are seconds.
        let clock: ScoringClock?

        /// The header of a text; nil for one that is no table: without a line that names an onset, or a clock's times
        /// and events or stages.
        init?(in text: UnsafeRawBufferPointer) {
            var before: [Substring] = []
            for (index, line) in Self.lines(of: text.prefix(65_536)) {
                let words = String(decoding: text[line], as: UTF8.self)
                if words.hasPrefix("#") { continue }
                for delimiter in ["\t", ";", ","] {
                    let names = words.split(separator: delimiter).map(Scoring.columnName)
                    let isOfSeconds = before.isEmpty && names.contains(where: Scoring.onsetColumns.contains)
                    guard isOfSeconds || Self.isOfAClock(names), let byte = delimiter.utf8.first else { continue }
                    (self.delimiter, offset, self.line) = (byte, line.lowerBound, index + 1)
                    clock = isOfSeconds ? nil : ScoringClock(before)
                    return
                }
                before.append(words[...])
                if before.count > Self.mostLinesBefore { break }
            }
            return nil
        }

        private static func isOfAClock(_ names: [String]) -> Bool {
            names.contains(where: Scoring.clockColumns.contains)
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
    /// Whether its times are a clock's.
    let isOfAClock: Bool
    private(set) var rows: [Row] = []
    private(set) var withoutOnset = 0

    init(_ text: UnsafeRawBufferPointer, _ header: Header, path: String) throws(DatasetError) {
        var table = DelimitedRows(
            text, path: path, delimiter: header.delimiter, offset: header.offset, line: header.line)
        isOfAClock = header.clock != nil
        _ = try table.next()
        names = table.fields.map(table.text).map(Scoring.columnName)
        let times = isOfAClock ? Scoring.clockColumns : Scoring.onsetColumns
        let onset = names.firstIndex(where: times.contains) ?? 0
        let duration = names.firstIndex(where: Scoring.durationColumns.contains)
        var clock = ScoringClock.Unrolled()
        while try table.next() {
            var fields = table.fields.map(table.text)
            // RemLogic leaves out what is empty at a row's end.
            if isOfAClock, fields.count > onset {
                fields = Array((fields + Array(repeating: "", count: names.count)).prefix(names.count))
            }
            guard fields.count == names.count else {
                throw .wrongColumns(path: path, line: table.rowLine, found: fields.count, expected: names.count)
            }
            func fault(_ column: Int, _ reason: String) -> DatasetError {
                .badNumber(
                    path: path, line: table.rowLine, column: column + 1, text: fields[column],
                    reason: Scoring.hasDecimalComma(fields[column]) ? "\(reason), with a decimal point" : reason)
            }
            func seconds(_ column: Int, _ reason: String, from lowest: Double) throws(DatasetError) -> Double? {
                if fields[column].isEmpty || fields[column].lowercased() == "n/a" { return nil }
                guard let value = table.number(table.fields[column]), value >= lowest else {
                    throw fault(column, reason)
                }
                return value
            }
            var start: Double?
            if isOfAClock, !fields[onset].isEmpty {
                guard let time = TimeText.timeOfDay(fields[onset]) else {
                    throw fault(
                        onset, "a clock's time like 22:30:00, without a zone; a column of seconds is called onset")
                }
                start = clock.onset(time)
            } else if !isOfAClock {
                start = try seconds(onset, "a number of seconds from the recording's start", from: -.infinity)
            }
            guard let start else {
                withoutOnset += 1
                continue
            }
            var length: Double?
            if let duration { length = try seconds(duration, "a number of seconds from 0", from: 0) }
            rows.append(Row(onset: start, duration: length, fields: fields))
        }
    }
}
