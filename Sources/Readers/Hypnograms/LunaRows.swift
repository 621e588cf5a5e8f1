import Datasets
import Signals

/// Lines of a class of annotations, when one begins and when it ends: the `.annot` files of Luna, in which the National
/// Sleep Research Resource has its harmonised annotations, too.
///
/// Between tabs or blanks stand `class instance channel start stop meta`, or without the third and sixth of them, or
/// without the second too. A header that says so may stand above them; without one their times tell. Stages are the
/// classes that are called so.
struct LunaRows {
    private static let headers = [
        ["class", "instance", "channel", "start", "stop", "meta"], ["class", "instance", "start", "stop"],
        ["class", "start", "stop"],
    ]
    /// Lights on, unknown and movement, as Luna has them.
    private static let meanings: [String: StageMeaning] = ["l": .unscored, "u": .unscored, "m": .unscored]
    private static let longestLine = 65_536

    private let rows: [LunaRow]
    private let path: String

    /// Reads a text; nil for one of another form.
    ///
    /// - Throws: `DatasetError.badLine` for a line that is none of an annotation; `.unsuitable` where it is not known
    ///   whether a last number is when an annotation ends or how long it lasts.
    init?(_ text: UnsafeRawBufferPointer, path: String) throws(DatasetError) {
        let lines = String(decoding: text, as: UTF8.self).split(
            omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        var numbered = zip(1..., lines).filter { !$1.hasPrefix("#") && !$1.allSatisfy(\.isWhitespace) }
        guard let first = numbered.first, first.1.utf8.count <= Self.longestLine else { return nil }
        let hasHeader = try Self.isHeader(first.1, first.0, path: path)
        if hasHeader { numbered.removeFirst() } else if !LunaRow.isOne(first.1) { return nil }
        if !hasHeader, LunaRow.isOfTwoNumbers(first.1), try Self.areDurations(numbered.map(\.1), path: path) {
            return nil
        }
        var rows: [LunaRow] = []
        for (number, line) in numbered { rows.append(try LunaRow(line, number, path: path)) }
        (self.rows, self.path) = (rows, path)
    }

    /// Whether a line names the columns.
    ///
    /// - Throws: `DatasetError.badLine` for one that names others than Luna has.
    private static func isHeader(_ line: Substring, _ number: Int, path: String) throws(DatasetError) -> Bool {
        let names = LunaRow.fields(of: line).map { $0.lowercased() }
        if headers.contains(names) { return true }
        guard names.first == "class", names.contains("start"), names.contains("stop") else { return false }
        throw .badLine(
            path: path, line: number,
            reason: "Luna's columns are class, instance, channel, start, stop and meta, or class, instance, start and "
                + "stop, or class, start and stop: leave the others out")
    }

    /// Whether lines of a stage and two numbers have its onset and its duration there, not its start and its end.
    ///
    /// - Throws: `DatasetError.unsuitable` where nothing tells.
    private static func areDurations(_ lines: [Substring], path: String) throws(DatasetError) -> Bool {
        let fields = lines.map { LunaRow.fields(of: $0).suffix(2) }
        // No duration is written so.
        if fields.contains(where: { $0.last.map { $0.hasPrefix("+") || $0 == "..." || $0 == "-" } ?? false }) {
            return false
        }
        let times = fields.map { $0.compactMap { Double($0) } }.filter { $0.count == 2 }
        guard let areEnds = Scoring.areEnds(times.map { ($0[0], $0[1]) }) else {
            throw .unsuitable(
                path: path,
                reason:
                    "nothing tells whether its lines have a start and an end or a start and a duration behind the stage: "
                    + "write \"class start stop\" or \"stage onset duration\" above them")
        }
        return !areEnds
    }

    /// The annotations.
    ///
    /// - Throws: `DatasetError.badLine` where one ends before it begins, or begins by a clock and another does not.
    func scoring() throws(DatasetError) -> Scoring {
        let timed = rows.filter { $0.start != nil }
        let clock = try clockTimes(of: timed)
        let onsets = clock?.onsets ?? timed.map { $0.start?.seconds ?? 0 }
        var (durations, texts) = ([Double?](), [String]())
        for (index, row) in timed.enumerated() {
            durations.append(try row.seconds(from: onsets[index], to: onsets.dropFirst(index + 1).first, path: path))
            texts.append(row.text)
        }
        var days = clock.map { _ in ScoringClock([], isCertain: true) }
        let intervals: [Scoring.Interval]
        if let clock {
            days?.take(clock)
            intervals = try Scoring.intervals(at: clock, lasting: durations, texts, kind: .any, path: path)
        } else {
            intervals = onsets.indices.map {
                Scoring.Interval(onset: onsets[$0], duration: durations[$0], text: texts[$0])
            }
        }
        var scoring = Scoring(path: path, intervals: intervals, clock: days, numbers: Self.meanings)
        let untimed = rows.count - timed.count
        if untimed > 0 {
            scoring.skipped = [SkippedItem(path: path, kind: .annotation, count: untimed, reason: "without a time")]
        }
        return scoring
    }

    /// The times of a clock at which annotations begin; nil where they count from the recording's start.
    private func clockTimes(of timed: [LunaRow]) throws(DatasetError) -> ClockTimes? {
        guard let first = timed.first else { return nil }
        if let other = timed.first(where: { $0.isOfAClock != first.isOfAClock }) {
            throw .badLine(
                path: path, line: other.line,
                reason: "its start \(first.isOfAClock ? "counts from the recording's start" : "is a clock's time"), "
                    + "and that of line \(first.line) does not: write all of them in one way, as Luna's WRITE-ANNOTS does"
            )
        }
        guard first.isOfAClock else { return nil }
        var times = ClockTimes(areInAnyOrder: true)
        for row in timed {
            guard let text = row.start?.clockText, times.add(text) else {
                throw .badLine(path: path, line: row.line, reason: "its start is no time of a day")
            }
        }
        return times
    }
}
