import Datasets
import Signals

extension Scoring {
    /// Columns that may hold stages among other events, the likeliest first; "stage" in a column's name is likelier.
    ///
    /// The last ones are RemLogic's in other languages.
    static let eventColumns = [
        "trial_type", "value", "description", "label", "event", "event_type", "annotation", "text", "type",
        "ereignis", "evénement", "événement", "evento", "händelse",
    ]
    static let scorerColumns: Set = ["scorer", "rater"]
    /// The likeliest first.
    static let onsetColumns = ["onset", "recordingonset"]
    /// Columns of seconds where their first row has a number, beside ends or durations.
    static let startColumns = ["start", "starttime", "start_time"]
    static let durationColumns = [
        "duration", "dauer", "durée", "duración", "durata", "varaktighet", "event_duration", "eventduration", "length",
        "dur",
    ]
    /// Columns that may hold a clock's times.
    static let clockColumns = [
        "time", "starttime", "start_time", "start", "clocktime", "clock", "datetime", "timestamp", "zeit", "uhrzeit",
        "startzeit", "heure", "hora", "ora", "tid",
    ]
    /// Columns of dates that may stand beside those of a clock's times.
    static let dateColumns = ["date", "datum", "fecha"]
    /// Columns of times that may say when events end.
    static let endColumns = ["end", "endtime", "end_time", "stop", "stoptime", "stop_time"]

    static func columnName(_ text: some StringProtocol) -> String {
        text.lowercased().filter { !$0.isWhitespace && $0 != "\"" }
    }

    /// The first of these columns that a table has: a unit of seconds or of clock times behind a name in brackets does
    /// not count, as in `Duration[s]` and `Time [hh:mm:ss]`.
    static func column(_ wanted: [String], in names: [String]) -> Int? {
        let plain = names.map { name in
            guard let last = name.last, "])".contains(last), let open = name.lastIndex(where: { "[(".contains($0) })
            else {
                return name
            }
            let unit = name[name.index(after: open)...].dropLast()
            let isOfSeconds = ["s", "sec", "secs", "seconds"].contains(unit)
            let isOfAClock = unit.contains(":") && unit.allSatisfy { "hmsx:.,0".contains($0) }
            return isOfSeconds || isOfAClock ? String(name[..<open]) : name
        }
        return wanted.lazy.compactMap { plain.firstIndex(of: $0) }.first
    }

    /// The column that says how long events last, in seconds: `duration`, `duration_s`, `Duration in seconds`.
    ///
    /// - Throws: `DatasetError.unsuitable` where one may say it in a unit that is not known: without it stages would
    ///   last until the next ones.
    static func durationColumn(in names: [String], path: String) throws(DatasetError) -> Int? {
        if let found = column(durationColumns, in: names) { return found }
        let units: Set = ["s", "sec", "secs", "second", "seconds"]
        for (index, name) in names.enumerated() {
            guard let base = durationColumns.first(where: name.hasPrefix), base != "dur" || name.hasPrefix("dur_")
            else {
                continue
            }
            let rest = name.dropFirst(base.count).drop { "_.".contains($0) }
            if units.contains(String(rest)) || rest.hasPrefix("in") && units.contains(String(rest.dropFirst(2))) {
                return index
            }
            throw .unsuitable(
                path: path,
                reason:
                    "its column \(quoted(name)) may say how long stages last, and not in seconds: write seconds in a "
                    + "column called duration, or take the column out where each stage lasts until the next")
        }
        return nil
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
        let texts = stages.rows.map { $0.fields[stages.column] }.map { $0.isEmpty ? "n/a" : $0 }
        let kind = stages.isOfStages ? Interval.Kind.stage : .any
        var intervals = zip(stages.rows, texts).map {
            Interval(onset: $0.onset, duration: $0.duration, text: $1, kind: kind)
        }
        var clock = table.clock
        if clock != nil {
            var times = ClockTimes()
            for row in stages.rows { _ = times.add(row.time) }
            // MNE counts from 1970 where nobody knows when the recording began: from its start.
            if times.firstDay?.days == [0] { clock = nil } else { clock?.take(times) }
            intervals = try Self.intervals(
                at: times, lasting: stages.rows.map(\.duration), texts, kind: kind, path: path)
        }
        self.init(path: path, intervals: intervals, clock: clock, notes: [stages.note].compactMap(\.self))
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
    /// What is to be said of another column of stages.
    let note: String?

    init(of table: EventTable, path: String, _ reading: HypnogramReading) throws(DatasetError) {
        let own = try Self.ownRows(of: table, path: path, reading)
        let rows = own ?? table.rows
        let ofEvents = Self.ofEvents(in: rows, of: table, path: path, reading)
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
        let isByName = named != nil && own == nil && reading.scorer == nil
        let other = isByName ? Self.contradicting(column, in: rows, of: table, reading) : nil
        note = other.map { other in
            "\(path): column \(quoted(table.names[other])) has stages, too, and not the same: those of "
                + "\(quoted(table.names[column])) count; --scorer chooses another column"
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
            meanings(rows, column, reading).contains { $0.meaning.stage != nil }
        }
    }

    /// The column of events that has the stages of a table with a clock's times, where it has those of a whole night:
    /// RemLogic's column of stages has them beside every event, too.
    private static func ofEvents(
        in rows: [EventTable.Row], of table: EventTable, path: String, _ reading: HypnogramReading
    ) -> Int? {
        guard table.clock != nil, reading.scorer == nil, let column = firstKnown(in: rows, of: table, reading),
            isWhole(column, rows, reading)
        else { return nil }
        // RemLogic's own words for stages are SLEEP-S2, SLEEP-REM and so on.
        let areOfRemLogic = meanings(rows, column, reading).allSatisfy { text, meaning in
            meaning.stage == nil || text.lowercased().hasPrefix("sleep-")
        }
        guard !table.isOfRemLogic, !areOfRemLogic, let named = try? named(in: table, path: path, scorer: nil, reading)
        else {
            return column
        }
        // As RemLogic's is one that has a text in every row, and no other stage than the column of stages.
        let areEvents = rows.allSatisfy { !$0.fields[column].isEmpty }
        let (own, others) = (stages(rows, named, reading), stages(rows, column, reading))
        return areEvents && zip(own, others).allSatisfy { $0 == nil || $1 == nil || $0 == $1 } ? column : nil
    }

    /// Another column that has nothing but stages, in half of the rows or more, and other ones: as of another scorer.
    private static func contradicting(
        _ column: Int, in rows: [EventTable.Row], of table: EventTable, _ reading: HypnogramReading
    ) -> Int? {
        let own = stages(rows, column, reading)
        return table.names.indices.first { other in
            guard other != column,
                meanings(rows, other, reading).allSatisfy({ $0.text.isEmpty || $0.meaning.stage != nil })
            else { return false }
            let others = stages(rows, other, reading)
            return 2 * others.count { $0 != nil } >= rows.count && Set(others.compactMap(\.self)).count > 1
                && zip(own, others).contains { $0 != $1 && $1 != nil }
        }
    }

    /// The stage that a column has in each row.
    private static func stages(
        _ rows: [EventTable.Row], _ column: Int, _ reading: HypnogramReading
    ) -> [SleepStage?] {
        let known = Dictionary(uniqueKeysWithValues: meanings(rows, column, reading).map { ($0.text, $0.meaning) })
        return rows.map { known[$0.fields[column]]?.stage }
    }

    /// Whether a column's known stages are of half of a night's sleep epochs at least.
    private static func isWhole(_ column: Int, _ rows: [EventTable.Row], _ reading: HypnogramReading) -> Bool {
        let times = rows.map(\.onset)
        let seconds = (times.max() ?? 0) - (times.min() ?? 0)
        let staged = zip(rows, stages(rows, column, reading)).lazy.filter { $1 != nil }.map(\.0)
        let known = staged.reduce(0) { $0 + max($1.duration ?? 0, SleepEpochWindow.epochSeconds) }
        return 2 * known >= seconds
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
