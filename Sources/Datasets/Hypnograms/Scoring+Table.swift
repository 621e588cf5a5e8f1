extension Scoring {
    /// Columns that may hold stages among other events, the likeliest first; "stage" in a column's name is likelier.
    fileprivate static let eventColumns = [
        "trial_type", "value", "description", "label", "event", "event_type", "annotation", "text", "type",
    ]
    fileprivate static let scorerColumns: Set = ["scorer", "rater"]

    /// What stands between the columns of a table of events; nil for a text that is none: without a header that names
    /// an onset.
    static func delimiterOfATable(_ text: UnsafeRawBufferPointer) -> UInt8? {
        let lines = text.prefix(65_536).split { $0 == 10 || $0 == 13 }
        guard let line = lines.first(where: { $0.first != UInt8(ascii: "#") }) else { return nil }
        let header = String(decoding: line, as: UTF8.self)
        return ["\t", ";", ","].first { delimiter in
            header.split(separator: delimiter).map(columnName).contains("onset")
        }?.utf8.first
    }

    fileprivate static func columnName(_ text: some StringProtocol) -> String {
        text.lowercased().filter { !$0.isWhitespace && $0 != "\"" }
    }

    /// A table of events as the Brain Imaging Data Structure has them: a header, then `onset`, `duration` and what
    /// happened, in seconds from the recording's start.
    ///
    /// The stages stand in the column with "stage" in its name, or the first one of events that has any; where there
    /// are several columns of stages, or a column of scorers, the user says which counts.
    init(
        table text: UnsafeRawBufferPointer, delimiter: UInt8, path: String, _ reading: HypnogramReading
    ) throws(DatasetError) {
        let table = try EventTable(text, delimiter: delimiter, path: path)
        let stages = try StageColumn(of: table, path: path, reading)
        self.init(
            path: path,
            intervals: stages.rows.map { row in
                let text = row.fields[stages.column]
                return Interval(
                    onset: row.onset, duration: row.duration, text: text.isEmpty ? "n/a" : text,
                    kind: stages.isOfStages ? .stage : .any)
            })
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
        let named = try Self.named(in: table, path: path, scorer: own == nil ? reading.scorer : nil, reading)
        var column = named
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

    /// The first column of events that has a known stage, or the first one of events.
    private static func read(
        from rows: [EventTable.Row], of table: EventTable, isOfAScorer: Bool, path: String, _ reading: HypnogramReading
    ) throws(DatasetError) -> Int? {
        let candidates = Scoring.eventColumns.compactMap { table.names.firstIndex(of: $0) }
        var meanings: [Int: [(text: String, meaning: StageMeaning)]] = [:]
        for column in candidates {
            let texts = Set(rows.map { $0.fields[column] })
            let known = StageTexts(reading, among: texts)
            let all = texts.map { (text: $0, meaning: known.meaning(of: $0)) }
            if all.contains(where: { if case .stage = $0.meaning { true } else { false } }) { return column }
            meanings[column] = all
        }
        // One text for the whole night: another column tells its sleep epochs apart.
        if let first = candidates.first, let all = meanings[first], all.count == 1, all[0].meaning == .unknown,
            !all[0].text.isEmpty, !isOfAScorer, !reading.ignoresUnknownStages, candidates.count > 1, rows.count > 1,
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
private struct EventTable {
    struct Row {
        let onset: Double
        let duration: Double?
        let fields: [String]
    }

    /// The columns' names, in lower case without spaces.
    let names: [String]
    private(set) var rows: [Row] = []
    private(set) var withoutOnset = 0

    init(_ text: UnsafeRawBufferPointer, delimiter: UInt8, path: String) throws(DatasetError) {
        var table = DelimitedRows(text, path: path, delimiter: delimiter)
        var header: [String]?
        while header == nil {
            guard try table.next() else { break }
            let fields = table.fields.map(table.text)
            if fields.first?.hasPrefix("#") == false { header = fields }
        }
        names = (header ?? []).map { $0.lowercased().filter { !$0.isWhitespace } }
        let (onset, duration) = (names.firstIndex(of: "onset") ?? 0, names.firstIndex(of: "duration"))
        while try table.next() {
            let fields = table.fields.map(table.text)
            guard fields.count == names.count else {
                throw .wrongColumns(path: path, line: table.rowLine, found: fields.count, expected: names.count)
            }
            func seconds(_ column: Int, _ reason: String, from lowest: Double) throws(DatasetError) -> Double? {
                if fields[column].isEmpty || fields[column].lowercased() == "n/a" { return nil }
                guard let value = table.number(table.fields[column]), value >= lowest else {
                    throw .badNumber(
                        path: path, line: table.rowLine, column: column + 1, text: fields[column],
                        reason: Scoring.hasDecimalComma(fields[column])
                            ? "\(reason), with a decimal point" : reason)
                }
                return value
            }
            guard let start = try seconds(onset, "a number of seconds from the recording's start", from: -.infinity)
            else {
                withoutOnset += 1
                continue
            }
            var length: Double?
            if let duration { length = try seconds(duration, "a number of seconds from 0", from: 0) }
            rows.append(Row(onset: start, duration: length, fields: fields))
        }
    }
}
