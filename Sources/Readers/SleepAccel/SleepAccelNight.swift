import Datasets
import Numerics
import Signals

/// One subject's night in the publisher's raw files: which of its sleep epochs can be used, and their signals.
///
/// The rules are those of Walch et al.'s published program, found by comparing with the features that it made:
///
/// - The night lasts from the latest start to the earliest end of labels, heart rate and motion (motion only where it
///   is used), its end not included; the end of the labels is the time of the last one.
/// - Of the rows in it, sorted and each taken once, the first of the heart rate is left out, and so is the first sleep
///   epoch: the program reads both as if they were a headline.
/// - A sleep epoch is used when it starts in the night and has at least one row of heart rate, and of motion, in its 30
///   s. Unlike there, one that was not scored is used too, without a label.
struct SleepAccelNight {

    /// Which files a dataset needs of a night, beside labels and heart rate.
    struct Needs {
        var motion: Bool
        var steps: Bool
    }

    /// The files of one subject.
    struct Files {
        let subject: String
        /// Nil for a night without labels.
        let labels: String?
        let heartRate: String
        let motion: String?
        let steps: String?

        /// What stands for the night in reports.
        var first: String { labels ?? heartRate }

        /// What the time that is used is common to.
        var sharing: String {
            switch (labels, motion) {
            case (nil, nil): "heart rate and the recording"
            case (nil, _): "heart rate and motion"
            case (_, nil): "labels and heart rate"
            default: "labels, heart rate and motion"
            }
        }

        init(root: String, subject: String, needs: Needs, isLabelled: Bool) {
            self.subject = subject
            labels = isLabelled ? "\(root)/labels/\(subject)_labeled_sleep.txt" : nil
            heartRate = "\(root)/heart_rate/\(subject)_heartrate.txt"
            motion = needs.motion ? "\(root)/motion/\(subject)_acceleration.txt" : nil
            steps = needs.steps ? "\(root)/steps/\(subject)_steps.txt" : nil
        }
    }

    /// The signals of the night.
    struct SignalRows {
        let heartRate: TimedRows
        let motion: TimedRows?
        let steps: TimedRows?
    }

    let files: Files
    let stages: SleepAccelStages
    /// Runs of consecutive sleep epochs that can be used, by their numbers from the first label.
    let runs: [Range<Int>]
    /// When the first usable sleep epoch with a label starts: the clock features' zero.
    let clockStart: Double
    /// What is not used of it, and why.
    let skipped: [SkippedItem]
    /// What was put right.
    let notes: [NightNote]

    private let span: Range<Double>

    /// Looks at a night; nil when it can't be used, and then `unusable` says why.
    init?(_ files: Files, unusable: inout [SkippedItem]) throws(DatasetError) {
        let stages = try Self.stages(of: files)
        let overviews = try Self.overviews(of: files, stages)
        func leaveOut(_ reason: String) {
            unusable.append(SkippedItem(path: files.first, kind: .recording, reason: reason))
        }
        guard overviews[0].times.first < .infinity else {
            unusable.append(
                SkippedItem(path: files.heartRate, kind: .recording, reason: "no heart rate above 0 in it"))
            return nil
        }
        let start = overviews.reduce(stages.origin) { max($0, $1.times.first) }
        let end = overviews.reduce(stages.start(of: stages.stages.count - 1)) { min($0, $1.times.last) }
        guard start < end else {
            leaveOut("\(files.sharing) have no time in common")
            return nil
        }
        let span = start..<end
        let heartRate = try Self.heartRate(of: files, in: span)
        let found = Epochs(stages, span, heartRate, overviews)
        guard found.usable.count >= SleepEpochWindow.fewestEpochs else {
            let fewest = SleepEpochWindow.fewestEpochs
            let epochs = found.usable.count == 1 ? "epoch" : "epochs"
            leaveOut("\(found.usable.count) usable sleep \(epochs), where at least \(fewest) are needed")
            return nil
        }
        (self.files, self.stages, self.span) = (files, stages, span)
        let usable = found.usable
        runs = usable.runs { $1 == $0 + 1 }.map { usable[$0.lowerBound]..<usable[$0.upperBound - 1] + 1 }
        clockStart = stages.start(of: usable.first { stages.stages[$0] != nil } ?? usable[0])
        skipped = Self.skipped(files, stages, found)
        notes = try Self.notes(files, stages, overviews, heartRate)
    }

    // MARK: - Gathering

    /// When a file's rows are.
    private typealias FileTimes = (path: String, times: TimedRows.Overview)

    /// The labels, or as many sleep epochs without one as the heart rate reaches over.
    private static func stages(of files: Files) throws(DatasetError) -> SleepAccelStages {
        if let path = files.labels { return try SleepAccelStages(path: path) }
        let last = try TimedRows.overview(of: files.heartRate, origin: 0, epochCount: 0, aboveZero: true).last
        let count = Int(last / SleepEpochWindow.epochSeconds, clampedTo: -1...1_000_000).map { $0 + 1 }
        return SleepAccelStages(unlabelledCount: count ?? 0)
    }

    /// When the rows of heart rate are, and of motion where it is used.
    private static func overviews(of files: Files, _ stages: SleepAccelStages) throws(DatasetError) -> [FileTimes] {
        var overviews: [FileTimes] = []
        for path in [files.heartRate, files.motion].compactMap(\.self) {
            let overview = try TimedRows.overview(
                of: path, origin: stages.origin, epochCount: stages.stages.count, aboveZero: path == files.heartRate)
            overviews.append((path, overview))
        }
        return overviews
    }

    // MARK: - Judging

    /// Which sleep epochs of a night have what they need; each is among those before.
    private struct Epochs {
        /// In the time that the files share, the first one lost.
        let inSpan: [Int]
        let withHeartRate: [Int]
        let usable: [Int]

        init(
            _ stages: SleepAccelStages, _ span: Range<Double>, _ heartRate: TimedRows, _ overviews: [FileTimes]
        ) {
            inSpan = Array(stages.stages.indices.filter { span.contains(stages.start(of: $0)) }.dropFirst())
            withHeartRate = inSpan.filter(SleepAccelNight.epochs(of: heartRate.times, stages).contains)
            usable = withHeartRate.filter { epoch in
                overviews.allSatisfy { $0.times.firstInEpoch[epoch] < span.upperBound }
            }
        }
    }

    // MARK: - Reports

    private static func skipped(_ files: Files, _ stages: SleepAccelStages, _ found: Epochs) -> [SkippedItem] {
        SkippedItem.items(of: files.first, .row, [(stages.duplicateCount, "the same as another row")])
            + SkippedItem.items(
                of: files.first, .sleepEpoch,
                [
                    (
                        stages.stages.count - found.inSpan.count,
                        "not in the time that \(files.sharing) share, or first in it"
                    ), (found.inSpan.count - found.withHeartRate.count, "no heart rate in it"),
                    (found.withHeartRate.count - found.usable.count, "no motion in it"),
                ])
    }

    private static func notes(
        _ files: Files, _ stages: SleepAccelStages, _ overviews: [FileTimes], _ heartRate: TimedRows
    ) throws(DatasetError) -> [NightNote] {
        var outOfOrder = [(path: files.first, count: stages.outOfOrderCount)]
        for (path, overview) in overviews { outOfOrder.append((path, overview.outOfOrderCount)) }
        if let path = files.steps {
            let overview = try TimedRows.overview(
                of: path, origin: stages.origin, epochCount: stages.stages.count)
            outOfOrder.append((path, overview.outOfOrderCount))
        }
        var notes = outOfOrder.map { NightNote(kind: .outOfOrder, path: $0.path, count: $0.count) }
        notes.append(
            NightNote(kind: .otherAtSameTime, path: files.heartRate, count: heartRate.otherAtSameTimeCount))
        notes.append(NightNote(kind: .withoutRow, path: files.first, count: stages.missingCount))
        return notes.filter { $0.count > 0 }
    }

    // MARK: - Signals

    private static func heartRate(of files: Files, in span: Range<Double>) throws(DatasetError) -> TimedRows {
        var rows = try HeartRateRows.read(files.heartRate, in: span)
        if !rows.times.isEmpty { rows.dropFirst() }
        return rows
    }

    private static func epochs(of times: [Double], _ stages: SleepAccelStages) -> Set<Int> {
        Set(times.map { Int((($0 - stages.origin) / SleepEpochWindow.epochSeconds).rounded(.down)) })
    }

    /// Reads the night's signals, and what was left out of their files.
    func signals() throws(DatasetError) -> (rows: SignalRows, skipped: [SkippedItem]) {
        let heartRate = try Self.heartRate(of: files, in: span)
        var skipped = heartRate.skipped(of: files.heartRate, outside: "not in the night")
        skipped.append(
            SkippedItem(
                path: files.heartRate, kind: .row, reason: "first in the night, which the published program loses"))
        try requireUnchanged(heartRate, files.heartRate)
        var motion: TimedRows?
        if let path = files.motion {
            let rows = try TimedRows(path: path, columnCount: 4, in: span)
            try requireUnchanged(rows, path)
            try Self.requireGravities(rows, path)
            skipped += rows.skipped(of: path, outside: "not in the night")
            motion = rows
        }
        var steps: TimedRows?
        if let path = files.steps {
            let rows = try TimedRows(path: path, columnCount: 2)
            skipped += rows.skipped(of: path, outside: "")
            steps = rows
        }
        return (SignalRows(heartRate: heartRate, motion: motion, steps: steps), skipped)
    }

    /// The largest median of accelerations' sizes that is one of g.
    private static let largestMedian = 3.0

    /// Refuses accelerations whose size is not that of g: a wrist that lies still has 1, or 0 without gravity.
    private static func requireGravities(_ rows: TimedRows, _ path: String) throws(DatasetError) {
        let sizes = stride(from: 0, to: rows.times.count, by: 64).map { row in
            rows.columns.reduce(0) { $0 + $1[row] * $1[row] }.squareRoot()
        }
        let median = sizes.isEmpty ? 0 : Percentiles(sizes).at(0.5)
        guard median <= largestMedian else {
            throw .unsuitable(
                path: path,
                reason: "the median of its accelerations is \(Float(median)): write them in g (m/s2 divided by 9.80665)"
            )
        }
    }

    /// Every usable sleep epoch still has a row.
    private func requireUnchanged(_ rows: TimedRows, _ path: String) throws(DatasetError) {
        let epochs = Self.epochs(of: rows.times, stages)
        guard runs.joined().allSatisfy(epochs.contains) else {
            throw .unreadable(path: path, reason: "it changed while it was read; run the command again")
        }
    }
}
