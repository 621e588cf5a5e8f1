import Datasets
import Foundation
import Signals

/// The texts of one record of `slpdb`: its WFDB header, its annotated sleep epochs and its heart beats.
struct SlpdbTexts {
    /// The longest record that is believed, in seconds: a week.
    private static let longestRecord = 7 * 86_400.0
    /// How far an annotation may be from the start of its sleep epoch, in seconds: the first one is at sample 1, not 0.
    private static let tolerance = 1.0

    /// How far the times of two beats may be from the interval between them, in seconds: each is rounded.
    private static let largestDrift = 0.01

    /// When the record began, as its header says; nil where it does not.
    let start: RecordingStart?
    /// The record's stages, one a sleep epoch; nil where there is none.
    private(set) var stages: [SleepStage?]
    /// The record's heart beats.
    private(set) var beats: HeartBeats
    /// How many sleep epochs no line annotates; many, where the text was cut.
    private(set) var unannotatedCount = 0
    /// Rows and annotations that were left out.
    private(set) var skipped: [SkippedItem] = []
    /// Sleep epochs about which annotations disagree.
    private(set) var notes: [String] = []

    /// What stands in the places of stages.
    private(set) var stageTexts = CountedTexts()

    /// Reads the three files.
    ///
    /// - Parameters:
    ///   - stem: their path without `.hea`, `.an` and `.rr`.
    ///   - hasStages: whether there is an `.an`.
    ///   - reading: what texts of the annotations mean.
    /// - Throws: `DatasetError` that names the file, line and what is wrong.
    init(stem: String, hasStages: Bool, _ reading: HypnogramReading) throws(DatasetError) {
        let header = try Header(path: stem + ".hea")
        start = header.start
        stages = [SleepStage?](repeating: nil, count: header.sleepEpochCount)
        beats = HeartBeats([])
        if hasStages { try readStages(stem + ".an", header, reading) }
        try readBeats(stem + ".rr")
    }

    /// What is needed of a header: how often was sampled, how often in all, and when it began.
    private struct Header {
        let samplesPerSecond: Double
        let sampleCount: Double
        let start: RecordingStart?
        /// Whole sleep epochs in the record.
        var sleepEpochCount: Int { Int(sampleCount / samplesPerSecond / SleepEpochWindow.epochSeconds) }

        init(path: String) throws(DatasetError) {
            let text = try DecodedText(path: path)
            guard let line = try text.lines().first(where: { !$0.words[0].hasPrefix("#") }) else {
                throw .empty(path: path)
            }
            // name, signals, samples a second [/counter frequency [(base)]], samples a signal, …
            let frequency = line.words.count < 4 ? "" : line.words[2].prefix { $0 != "/" && $0 != "(" }
            guard line.words.count >= 4, let samplesPerSecond = Double(frequency), let count = Double(line.words[3]),
                samplesPerSecond > 0, samplesPerSecond.isFinite, count > 0, count / samplesPerSecond <= longestRecord
            else {
                let wanted = "a name, the number of signals, of samples a second and of samples (up to a week)"
                throw .badLine(path: path, line: line.number, reason: "a WFDB header starts with \(wanted)")
            }
            (self.samplesPerSecond, sampleCount) = (samplesPerSecond, count)
            start = Self.start(Array(line.words.dropFirst(4)))
        }

        /// The time of day `hh:mm:ss` and the day `dd/mm/yyyy` behind it, where they are there.
        ///
        /// Nil for another time, as nothing else of a record hangs on it.
        private static func start(_ words: [String]) -> RecordingStart? {
            guard let time = words.first, time.count(where: { $0 == ":" }) == 2 else { return nil }
            let parts = words.dropFirst().first?.split(separator: "/").map(String.init) ?? []
            guard parts.count == 3, let day = Int(parts[0]), let month = Int(parts[1]) else {
                return RecordingStart(time)
            }
            return RecordingStart("\(parts[2])-\(month.twoDigits)-\(day.twoDigits)T\(time)") ?? RecordingStart(time)
        }
    }

    // MARK: - Stages

    /// A line as `rdann -e -v` prints it: time, sample, type, three numbers, then the stage and events.
    private struct Annotation {
        /// From the record's start.
        let seconds: Double
        let type: String
        let text: String?

        init(
            _ words: [String], samplesPerSecond: Double, path: String, line: Int
        ) throws(DatasetError) {
            if words[0].hasPrefix("[") {
                let reason = "the time of day is given where time from the record's start is expected: use rdann -e"
                throw .badLine(path: path, line: line, reason: reason)
            }
            guard words.count >= 6, let sample = Int(words[1]), sample >= 0, let time = SlpdbTexts.seconds(words[0])
            else {
                let reason = "not an annotation (time, sample, type, three numbers, stage) as rdann -e -v prints it"
                throw .badLine(path: path, line: line, reason: reason)
            }
            seconds = Double(sample) / samplesPerSecond
            guard abs(time - seconds) <= SlpdbTexts.tolerance else {
                throw .badLine(
                    path: path, line: line,
                    reason: "its time and its sample are not the same at the \(samplesPerSecond) Hz of the header: "
                        + "make it again with rdann beside that header")
            }
            (type, text) = (words[2], words.count < 7 ? nil : words[6])
        }
    }

    private mutating func readStages(_ path: String, _ header: Header, _ reading: HypnogramReading) throws(DatasetError)
    {
        let texts = StageTexts.annotations(reading)
        var reasons: [String: Int] = [:]
        var unknown = CountedTexts()
        var annotated = Set<Int>()
        var (lineCount, afterEnd) = (0, 0)
        var epochs = AnnotatedEpochs(count: stages.count, path: path, reading)
        for (number, words) in try DecodedText(path: path).lines() {
            if number == 1, words.contains("Sample") { continue }  // the header line of rdann -v
            let line = try Annotation(
                words, samplesPerSecond: header.samplesPerSecond, path: path, line: number)
            lineCount += 1
            let place = (line.seconds / SleepEpochWindow.epochSeconds).rounded()
            if line.type != "\"" {
                reasons["not notes (type \"): \(line.type)", default: 0] += 1
            } else if abs(line.seconds - place * SleepEpochWindow.epochSeconds) > Self.tolerance {
                reasons["not at a multiple of 30 s", default: 0] += 1
            } else if place >= Double(stages.count) {
                reasons["after the record's last whole sleep epoch", default: 0] += 1
                afterEnd += 1
            } else {
                annotated.insert(Int(place))
                let text = line.text
                if let text { stageTexts.add(text) }
                let meaning = text.map(texts.meaning(of:))
                if case .stage(let stage) = meaning {
                    epochs.set(stage, at: Int(place))
                    continue
                }
                if meaning == .unscored { epochs.set(nil, at: Int(place)) }
                if meaning == .unknown, let text { unknown.add(text) }
                let reason = text.map { "not a stage (W, 1, 2, 3, 4, R): \(quoted($0))" }
                reasons[reason ?? "without a stage", default: 0] += 1
            }
        }
        guard !HypnogramReading.isLargePart(Double(afterEnd), of: Double(lineCount)) else {
            throw .unsuitable(
                path: path,
                reason:
                    "\(afterEnd) of its \(lineCount) annotations come after the record's last whole sleep epoch: they "
                    + "are of another record, or the header is")
        }
        try unknown.requireFew(Double(unknown.total), of: Double(annotated.count), path: path, reading)
        notes = try epochs.requireAgreement()
        stages = epochs.stages
        if epochs.repeatedCount > 0 {
            reasons["of a sleep epoch that another line annotates", default: 0] += epochs.repeatedCount
        }
        unannotatedCount = stages.count - annotated.count
        for (reason, count) in reasons.sorted(by: { $0.key < $1.key }) {
            skipped.append(SkippedItem(path: path, kind: .annotation, count: count, reason: reason))
        }
    }

    // MARK: - Beats

    /// Lines as `ann2rr -V t -W -i s3 -w -v t` prints them: time and type of a beat, seconds, type and time of the
    /// next.
    private mutating func readBeats(_ path: String) throws(DatasetError) {
        var rows: [(interval: HeartBeats.Interval, line: Int)] = []
        for (number, words) in try DecodedText(path: path).lines() {
            guard words.count == 5 else {
                throw .wrongColumns(path: path, line: number, found: words.count, expected: 5)
            }
            func time(_ column: Int) throws(DatasetError) -> Double {
                guard let seconds = Self.seconds(words[column - 1]) else {
                    let wanted = "a time from the record's start like 1:02:03.004"
                    throw .badNumber(path: path, line: number, column: column, text: words[column - 1], reason: wanted)
                }
                return seconds
            }
            let (start, end) = (try time(1), try time(5))
            guard let seconds = Double(words[2]), seconds.isFinite, seconds >= 0 else {
                throw .badNumber(
                    path: path, line: number, column: 3, text: words[2], reason: "a number of seconds from 0")
            }
            guard abs(end - start - seconds) <= Self.largestDrift else {
                throw .badLine(
                    path: path, line: number,
                    reason: "its beats are \(String(format: "%.3f", end - start)) s apart where the interval is "
                        + "\(words[2]) s: the file was cut or changed; make it again")
            }
            let isNormal = words[1] == "N" && words[3] == "N"
            let interval = HeartBeats.Interval(start: start, end: end, seconds: seconds, isNormal: isNormal)
            rows.append((interval, number))
        }
        rows.sort { ($0.interval.end, $0.line) < ($1.interval.end, $1.line) }
        var intervals: [HeartBeats.Interval] = []
        var repeated = 0
        for (interval, line) in rows {
            if let last = intervals.last, last.end == interval.end {
                guard last.start == interval.start, last.seconds == interval.seconds else {
                    throw .badLine(
                        path: path, line: line,
                        reason: "another line has a beat at the same time after another interval")
                }
                repeated += 1
            } else {
                intervals.append(interval)
            }
        }
        beats = HeartBeats(intervals)
        skipped += SkippedItem.items(
            of: path, .row,
            [
                (repeated, "the same as another"), (beats.otherBeats, "not between two normal beats (N)"),
                (beats.outOfBounds, "shorter than 0.3 or longer than 2 s"),
                (beats.jumps, "more than a quarter away from the median of the intervals around"),
            ])
    }

    /// Seconds of a time like `1:02:03.004`, `2:03.004` or `123.004`; nil when it is none or negative.
    private static func seconds(_ text: String) -> Double? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count <= 3 else { return nil }
        var seconds = 0.0
        for part in parts {
            guard part.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ".") }), let value = Double(part) else {
                return nil
            }
            seconds = seconds * 60 + value
        }
        return seconds <= longestRecord ? seconds : nil
    }
}
