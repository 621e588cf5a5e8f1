import Datasets
import Signals

/// Sleep stages from what a scoring file says, on a grid of sleep epochs of 30 s.
///
/// The grid starts with the first stage, or where most sleep epochs do (``ScoredStages/firstOnset(_:)``). A sleep epoch
/// has the stage of the interval that covers its middle; of several the one that stands last in the file, or first
/// where the user says so. A stage without a duration lasts until the next one, the last for one sleep epoch. Stages
/// that last 0 s have a sleep epoch each where they stand 30 s apart. ``StageTexts`` has what texts mean. A text that
/// is not known is counted, and where such texts take a large part of the sleep epochs the file is refused; so is one
/// in which intervals disagree about a large part, and one that was scored in sleep epochs of another length.
struct Hypnogram {
    private struct Segment {
        let onset: Double
        let end: Double
        /// Nil for an interval that says there is none.
        let stage: SleepStage?
    }

    /// In the file's order.
    private let segments: [Segment]
    private let path: String
    private let reading: HypnogramReading
    private let listedEpochCount: Int?

    /// How far short of its end a last sleep epoch is still whole, in seconds: programs round times.
    private static let tolerance = 0.5

    /// Seconds from the file's zero to the first sleep epoch's start.
    let firstOnset: Double
    /// How many sleep epochs there are from the first interval's start to the last one's end.
    let epochCount: Int
    /// What was left out of the file.
    let skipped: [SkippedItem]
    /// What else the reader of its results should know.
    let notes: [String]

    /// Takes the stages out of a scoring.
    ///
    /// - Throws: `DatasetError.unsuitable`, when there are none, when it is not known what too many of its texts mean,
    ///   or how long its stages last; and when its sleep epochs are of another length than 30 s.
    init(_ scoring: Scoring, _ reading: HypnogramReading) throws(DatasetError) {
        let found = ScoredStages(scoring, reading)
        path = scoring.path
        (listedEpochCount, self.reading) = (scoring.listedEpochCount, reading)
        try found.unknownStages.requireFew(
            found.unknownEpochs, of: found.unknownEpochs + found.knownEpochs, path: path, reading)
        guard let earliest = found.stages.map(\.interval.onset).min() else {
            throw .unsuitable(
                path: path,
                reason: "none of its \(scoring.intervals.count) annotations is a sleep stage like \"Sleep stage W\""
                    + (found.texts.isEmpty
                        ? "; give the file with the scoring"
                        : ": it has \(found.texts.description); \(found.texts.remedy)"))
        }
        try found.requireDurations(path: path)
        try found.requireEpochs(path: path)
        segments = found.stages.map { staged in
            Segment(
                onset: staged.interval.onset, end: staged.interval.onset + min(staged.seconds, ScoredStages.longest),
                stage: staged.stage)
        }
        let first = found.firstOnset(earliest)
        firstOnset = first
        let end = segments.map(\.end).max() ?? first
        epochCount = Int(((end + Self.tolerance - first) / SleepEpochWindow.epochSeconds).rounded(.down))
        let astray = segments.count {
            found.otherEpoch == nil && $0.stage != nil && $0.onset > earliest
                && ScoredStages.isAstray($0.onset - first)
                && !Self.isLost($0, from: first)
        }
        let ofAstray =
            "\(path): \(astray) of its \(segments.count) stages begin other than a multiple of 30 s after the first sleep "
            + "epoch: each sleep epoch has the stage that is in its middle, and signals of up to 15 s of its neighbours'"
        notes = found.notes(path: path) + (astray > 0 ? [ofAstray] : [])
        var skipped = scoring.skipped + found.skipped(path: path)
        let lost = segments.filter { Self.isLost($0, from: first) }
        let (short, shortStages) = (lost.count, lost.count { $0.stage != nil })
        guard !HypnogramReading.isLargePart(Double(shortStages), of: Double(segments.count)) else {
            throw .unsuitable(
                path: path,
                reason:
                    "\(shortStages) of its \(segments.count) stages are too short to cover the middle of a sleep epoch of "
                    + "30 s, and would be lost: score or export it in sleep epochs of 30 s")
        }
        if short > 0 {
            let reason = "too short to cover the middle of a sleep epoch"
            skipped.append(SkippedItem(path: path, kind: .annotation, count: short, reason: reason))
        }
        self.skipped = skipped
    }

    /// What is left out of a scoring in which nothing says which stage there is; nil for another.
    ///
    /// - Throws: `DatasetError.unsuitable`, when its texts may be stages.
    static func leftOut(ofUnscored scoring: Scoring, _ reading: HypnogramReading) throws(DatasetError) -> [SkippedItem]?
    {
        let found = ScoredStages(scoring, reading)
        try found.unknownStages.requireFew(
            found.unknownEpochs, of: found.unknownEpochs + found.knownEpochs, path: scoring.path, reading)
        return found.stages.isEmpty ? scoring.skipped + found.skipped(path: scoring.path) : nil
    }

    /// The stages of some sleep epochs; nil where there is none.
    func stages(_ epochs: Range<Int>) -> [SleepStage?] {
        scored(epochs).map { $0?.stage }
    }

    /// How many of some sleep epochs no interval covers, not even one that says there is no stage.
    func uncoveredCount(_ epochs: Range<Int>) -> Int { scored(epochs).count { $0 == nil } }

    /// Makes sure that the intervals agree about some sleep epochs.
    ///
    /// - Returns: a note where they don't.
    /// - Throws: `DatasetError.unsuitable` when they disagree about a large part of them, and nobody said which counts.
    func requireAgreement(_ epochs: Range<Int>) throws(DatasetError) -> [String] {
        let scored = scored(epochs)
        let count = scored.count { $0?.isDisputed == true }
        return try reading.requireAgreement(disputed: count, of: epochs.count, path: path)
    }

    /// Lengths of sleep epochs other than 30 s that scorers use, in seconds.
    private static let otherLengths = [20.0, 10, 15]

    /// Makes sure that a scoring without times has as many sleep epochs as the signals.
    ///
    /// - Parameters:
    ///   - seconds: how long the signals last.
    ///   - signals: their file.
    ///   - shift: how many seconds after their start the user puts it; nil where nobody said. Whoever does says where
    ///     it lies, so that it is refused only where it reaches beyond their end, and would not in sleep epochs of
    ///     another usual length.
    /// - Throws: `DatasetError.unsuitable`.
    func requireLength(_ seconds: Double, of signals: String, shiftedBy shift: Double?) throws(DatasetError) {
        // A scorer gives a last sleep epoch that is not whole a stage, or does not.
        let epoch = SleepEpochWindow.epochSeconds
        let wanted = seconds / epoch
        guard let listedEpochCount, abs(Double(listedEpochCount) - wanted) >= 1 - 1e-6 else { return }
        let other = Self.otherLengths.first { length in
            [seconds, seconds - (shift ?? 0)].contains { abs(Double(listedEpochCount) - $0 / length) < 1 - 1e-6 }
        }
        let reachesBeyond = (shift ?? 0) + Double(listedEpochCount) * epoch >= seconds + epoch
        guard shift == nil || (other != nil && reachesBeyond) else { return }
        let remedy =
            other.map { "as many as there are of \(Int($0)) s: score or export it in sleep epochs of 30 s" }
            ?? "without times nobody can tell which are missing: --hypnogram-offset SECONDS says when the first one begins "
            + "after the signals, 0 with them; or give lines of onset, duration and stage"
        throw .unsuitable(
            path: path,
            reason:
                "it has a stage for each of \(listedEpochCount) sleep epochs where \(signals) lasts \(Int(wanted)): \(remedy)"
        )
    }

    /// Makes sure that times are seconds and not milliseconds or samples, which would put the first stages on the whole
    /// night.
    ///
    /// - Parameters:
    ///   - seconds: how long the signals last.
    ///   - signals: their file.
    /// - Throws: `DatasetError.unsuitable` where the times reach far beyond the signals and no stage is short.
    func requireSeconds(_ seconds: Double, of signals: String) throws(DatasetError) {
        let end = firstOnset + Double(epochCount) * SleepEpochWindow.epochSeconds
        let shortest = segments.map { $0.end - $0.onset }.filter { $0 > 0 }.min() ?? 0
        guard segments.count > 3, end > 2 * seconds, shortest > 2 * SleepEpochWindow.epochSeconds else { return }
        throw .unsuitable(
            path: path,
            reason:
                "its times reach to \(Int(end)) where \(signals) lasts \(Int(seconds)) s, and none of its stages lasts "
                + "less than \(Int(shortest)): are they milliseconds or samples? write them in seconds")
    }

    /// What is known of a sleep epoch.
    private struct Scored {
        var stage: SleepStage?
        var isDisputed = false
    }

    private func scored(_ epochs: Range<Int>) -> [Scored?] {
        var scored = [Scored?](repeating: nil, count: epochs.count)
        for segment in segments {
            for epoch in Self.epochs(segment, from: firstOnset).clamped(to: epochs) {
                let place = epoch - epochs.lowerBound
                let isDisputed = scored[place].map { $0.isDisputed || $0.stage != segment.stage } ?? false
                if scored[place] == nil || reading.preference != .first {
                    scored[place] = Scored(stage: segment.stage, isDisputed: isDisputed)
                } else {
                    scored[place]?.isDisputed = isDisputed
                }
            }
        }
        return scored
    }

    /// Whether a segment covers the middle of no sleep epoch.
    private static func isLost(_ segment: Segment, from first: Double) -> Bool {
        epochs(segment, from: first).clamped(to: 0..<Int.max).isEmpty
    }

    /// The sleep epochs whose middles a segment covers.
    private static func epochs(_ segment: Segment, from first: Double) -> Range<Int> {
        func firstMiddle(notBefore time: Double) -> Int {
            Int(((time - first) / SleepEpochWindow.epochSeconds - 0.5).rounded(.up))
        }
        let start = firstMiddle(notBefore: segment.onset)
        return start..<max(firstMiddle(notBefore: segment.end), start)
    }
}
