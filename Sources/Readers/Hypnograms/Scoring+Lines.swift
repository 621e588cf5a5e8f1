import Datasets
import Foundation

extension Scoring {
    private static let longestLine = 1_024

    /// A scorer's text: a stage a line, for a sleep epoch each from the recording's start; or onset, duration and stage
    /// a line, or stage, onset and duration, in seconds from there, between spaces, tabs, commas or semicolons.
    ///
    /// Lines that start with `#` and a header are passed over, blank lines only at the end; of the former MNE's
    /// `# orig_time : 2010-11-17 22:00:00` says when the recording began. A header may have `end` for `duration`.
    init(lines text: UnsafeRawBufferPointer, path: String, _ reading: HypnogramReading) throws(DatasetError) {
        var lines: [(number: Int, text: String)] = []
        var blank: Int?
        var (start, header): (ScoringStart?, String?)
        let all = String(decoding: text, as: UTF8.self).split(
            omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        for (index, line) in all.enumerated() {
            guard line.utf8.count <= Self.longestLine else {
                throw .badLine(path: path, line: index + 1, reason: "too long for a stage: this is no hypnogram")
            }
            let trimmed = line.trimmingCharacters(in: .whitespaces)
            start = start ?? Self.originalTime(trimmed)
            if lines.isEmpty, Self.isHeader(trimmed) { header = trimmed.lowercased() }
            if trimmed.hasPrefix("#") || (lines.isEmpty && Self.isHeader(trimmed)) { continue }
            if trimmed.isEmpty {
                blank = blank ?? index + 1
                continue
            }
            if let blank, !lines.isEmpty {
                throw .badLine(
                    path: path, line: blank,
                    reason: "a blank line between stages: write ? for a sleep epoch without one")
            }
            blank = nil
            lines.append((index + 1, trimmed))
        }
        lines = try Self.withoutNumbers(lines, first: all, path: path)
        guard let first = lines.first else { throw .empty(path: path) }
        let stageIsFirst = lines.prefix(2).allSatisfy { Self.isTimedBehindItsStage($0.text) }
        var isTimed = stageIsFirst
        if !isTimed { isTimed = try Self.isTimed(first.text, path: path, line: first.number) }
        if isTimed {
            var intervals: [Interval] = []
            for line in lines {
                intervals.append(try Self.timed(line.text, stageIsFirst: stageIsFirst, path: path, line: line.number))
            }
            if let header, Self.hasEnds(header) {
                intervals = try Self.ending(intervals, at: lines.map(\.number), path: path)
            } else if header == nil {
                try Self.requireDurations(intervals, stageIsFirst: stageIsFirst, path: path)
            }
            self.init(path: path, intervals: intervals, recordingStart: start)
        } else {
            try Self.requireNoHeader(lines, path: path, reading)
            let epoch = SleepEpochWindow.epochSeconds
            self.init(
                path: path,
                intervals: lines.enumerated().map { index, line in
                    Interval(onset: Double(index) * epoch, duration: epoch, text: line.text, kind: .stage)
                }, listedEpochCount: lines.count)
        }
    }

    /// Whether of lines with two numbers the second is when something ends, and not how long it lasts: none is less
    /// than the first, and more often than both together it is the next line's first; nil where nothing tells.
    static func areEnds(_ numbers: [(Double, Double)]) -> Bool? {
        if numbers.contains(where: { $1 < $0 }) { return false }
        let next = numbers.dropFirst().map(\.0)
        let ends = zip(numbers, next).count { $0.1 == $1 }
        let durations = zip(numbers, next).count { $0.0 + $0.1 == $1 }
        if ends != durations { return ends > durations }
        return numbers.allSatisfy { $0.0 == 0 } ? false : nil
    }

    /// Refuses lines whose second number looks like an end.
    private static func requireDurations(
        _ intervals: [Interval], stageIsFirst: Bool, path: String
    ) throws(DatasetError) {
        guard areEnds(intervals.map { ($0.onset, $0.duration ?? 0) }) == true else { return }
        let names =
            stageIsFirst ? ["stage start end", "stage onset duration"] : ["start end stage", "onset duration stage"]
        throw .unsuitable(
            path: path,
            reason:
                "the second number of its lines is mostly the next line's first, as ends are, and durations are read: "
                + "write \"\(names[0])\" above them, or \"\(names[1])\" where they are durations all the same")
    }

    /// The same with what was taken for durations as ends.
    private static func ending(
        _ intervals: [Interval], at lines: [Int], path: String
    ) throws(DatasetError) -> [Interval] {
        var ending: [Interval] = []
        for (interval, line) in zip(intervals, lines) {
            let duration = (interval.duration ?? 0) - interval.onset
            guard duration >= 0 else { throw .badLine(path: path, line: line, reason: "it ends before it starts") }
            ending.append(
                Interval(onset: interval.onset, duration: duration, text: interval.text, kind: interval.kind))
        }
        return ending
    }

    private static func words(_ line: String) -> [Substring] {
        line.split { $0.isWhitespace || $0 == "," || $0 == ";" }
    }

    private static func isHeader(_ line: String) -> Bool {
        let words = words(line.lowercased())
        let names: Set<Substring> = ["stage", "stages", "sleep_stage", "hypnogram"]
        return words.contains(where: names.contains)
            && words.allSatisfy {
                names.contains($0) || ["onset", "start", "duration", "sleep"].contains($0) || endNames.contains($0)
            }
    }

    private static let endNames: Set<Substring> = ["end", "stop"]

    private static func hasEnds(_ header: String) -> Bool { words(header).contains(where: endNames.contains) }

    /// When the recording began, of a line like `# orig_time : 2010-11-17 22:00:00`; nil of another one.
    private static func originalTime(_ line: String) -> ScoringStart? {
        guard line.hasPrefix("#"), let colon = line.firstIndex(of: ":"),
            line[..<colon].dropFirst().trimmingCharacters(in: .whitespaces) == "orig_time"
        else { return nil }
        return ScoringStart(line[colon...].dropFirst().trimmingCharacters(in: .whitespaces), utcIsOurs: true)
    }

    /// The stages of a list that numbers its sleep epochs, below a header like `Epoch,Stage` or `,Stage`; other lines
    /// as they are.
    ///
    /// - Throws: `DatasetError.badLine` where the numbers are not those from 0 or 1 on.
    private static func withoutNumbers(
        _ lines: [(number: Int, text: String)], first all: [Substring], path: String
    ) throws(DatasetError) -> [(number: Int, text: String)] {
        let header =
            all.map { $0.trimmingCharacters(in: .whitespaces) }.first { !$0.isEmpty && !$0.hasPrefix("#") } ?? ""
        func fields(_ line: String) -> [String] {
            line.split(omittingEmptySubsequences: false) { ",;\t".contains($0) }.map(columnName)
        }
        let names = fields(header)
        guard names.count == 2, numberNames.contains(names[0]), names[1].contains("stag") || names[1].contains("hypno")
        else { return lines }
        var (stages, first): ([(number: Int, text: String)], Int?) = ([], nil)
        for line in lines where line.text != header {
            let parts = line.text.split(omittingEmptySubsequences: false) { ",;\t".contains($0) }
            guard parts.count == 2, let number = Int(columnName(parts[0])), (0...1).contains(first ?? number),
                number == (first ?? number) + stages.count
            else {
                throw .badLine(
                    path: path, line: line.number,
                    reason:
                        "\(quoted(line.text)) is not sleep epoch \((first ?? 0) + stages.count) and its stage: they are "
                        + "numbered one by one from 0 or 1")
            }
            first = first ?? number
            stages.append((line.number, columnText(parts[1])))
        }
        return stages
    }

    /// What a column that counts sleep epochs is called; nothing where pandas wrote it.
    private static let numberNames: Set = ["", "epoch", "epochs", "sleepepoch", "sleep_epoch", "epochnumber", "index"]

    private static func columnText(_ text: Substring) -> String {
        text.trimmingCharacters(in: .whitespaces).trimmingCharacters(in: ["\""])
    }

    private static let twoColumns =
        "has two columns, and one of them is a number: keep the stages alone, a sleep epoch a line, or write onset, "
        + "duration and stage, in seconds from the recording's start"

    /// Refuses a list of stages that starts with a text of its own: taken as a sleep epoch, a header would put every
    /// stage on the one after its own.
    private static func requireNoHeader(
        _ numbered: [(number: Int, text: String)], path: String, _ reading: HypnogramReading
    ) throws(DatasetError) {
        let lines = numbered.map(\.text)
        guard let (line, first) = numbered.first, !StageTexts.isNumber(first), !lines.dropFirst().contains(first),
            [.unknown, .event].contains(StageTexts(reading, among: Set(lines)).meaning(of: first))
        else { return }
        if numbered.count > 1, let clock = words(lines[1]).dropLast().first(where: isClockTime) {
            throw .badLine(
                path: path, line: numbered[1].number,
                reason:
                    "\(quoted(String(clock))) is a clock's time in a column that is not called so: call its columns "
                    + "time and stage, or write onset, duration and stage, in seconds from the recording's start"
            )
        }
        if numbered.count > 1, words(lines[1]).count == 2, Double(words(lines[1])[0]) != nil {
            throw .badLine(path: path, line: numbered[1].number, reason: "\(quoted(lines[1])) \(twoColumns)")
        }
        guard numbered.count > 1 else {
            throw .badLine(
                path: path, line: line,
                reason:
                    "\(quoted(first, upTo: 64)) is its only line and no known stage: write a stage a line, a sleep epoch each"
            )
        }
        throw .badLine(
            path: path, line: line,
            reason:
                "\(quoted(first)) stands in the first line alone and is no known stage: if it is a header, take the line "
                + "out; if not, say what it is with --stage-map (nothing behind = for no stage)")
    }

    private static func isClockTime(_ word: Substring) -> Bool {
        word.first?.isNumber == true && word.contains(":") && word.allSatisfy { !$0.isLetter || "TtZz".contains($0) }
    }

    /// Whether the first line has times before its stage.
    private static func isTimed(_ line: String, path: String, line number: Int) throws(DatasetError) -> Bool {
        let words = words(line)
        guard words.count > 1, let first = words.first, first.first?.isNumber == true || first.hasPrefix("-") else {
            return false
        }
        guard words.count > 2 || Double(first) == nil else {
            throw .badLine(path: path, line: number, reason: "\(quoted(line)) \(twoColumns)")
        }
        guard words.count > 2, Double(first) != nil, Double(words[1]) != nil else {
            let clock = first.contains(":") ? ", nor a clock's time, like 22:00:30, and stage" : ""
            throw .badLine(
                path: path, line: number,
                reason: "\(quoted(line)) is neither a stage nor onset, duration and stage, in seconds from the "
                    + "recording's start\(clock)")
        }
        return true
    }

    /// Whether a line has a text and two numbers behind it.
    private static func isTimedBehindItsStage(_ line: String) -> Bool {
        let words = words(line)
        guard words.count > 2, let first = words.first, Double(first) == nil, !isClockTime(first) else { return false }
        return words.suffix(2).allSatisfy { Double($0)?.isFinite == true && $0.last?.isNumber == true }
    }

    /// Whether onset and duration stand before or behind a stage with a comma before their fractions.
    ///
    /// A comma between two of them is none: there is no third field beside the stage then.
    private static func hasDecimalCommas(_ line: String, stageIsFirst: Bool) -> Bool {
        let fields = line.split { $0.isWhitespace || $0 == ";" }
        let times = stageIsFirst ? fields.suffix(2) : fields.prefix(2)
        return fields.count > 2 && times.contains(where: hasDecimalComma)
            && times.allSatisfy { hasDecimalComma($0) || $0.last?.isNumber == true && Double($0) != nil }
    }

    /// Whether a text is a number with a comma before its fraction.
    static func hasDecimalComma(_ text: some StringProtocol) -> Bool {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        return parts.count == 2 && parts.allSatisfy { $0.last?.isNumber == true }
            && Double(parts.joined(separator: ".")) != nil
    }

    private static func timed(
        _ line: String, stageIsFirst: Bool, path: String, line number: Int
    ) throws(DatasetError) -> Interval {
        guard !hasDecimalCommas(line, stageIsFirst: stageIsFirst) else {
            throw .badLine(
                path: path, line: number,
                reason: "\(quoted(line)) has a decimal comma: write its numbers with a decimal point")
        }
        let words = words(line)
        let times = stageIsFirst ? words.suffix(2) : words.prefix(2)
        let numbers = times.compactMap { Double($0) }.filter(\.isFinite)
        guard words.count > 2, numbers.count == 2 else {
            let order = stageIsFirst ? "stage, onset and duration" : "onset, duration and stage"
            throw .badLine(
                path: path, line: number,
                reason: "\(quoted(line)) is not \(order), in seconds from the recording's start")
        }
        guard numbers[1] >= 0 else {
            throw .badLine(path: path, line: number, reason: "it ends before it starts: it lasts \(times.last ?? "") s")
        }
        let stage = stageIsFirst ? words.dropLast(2) : words.dropFirst(2)
        return Interval(onset: numbers[0], duration: numbers[1], text: stage.joined(separator: " "), kind: .any)
    }
}
