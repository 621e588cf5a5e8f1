import Datasets
import Signals

/// One recording of timed rows as a night, and the inputs of its sleep epochs.
///
/// Sleep epochs begin with the recording's first row that has a label, so that they are those that were scored; without
/// any label, with its first row. Positions count from the one that the first row is in, after which it is named; where
/// a hypnogram has the labels, sleep epochs and positions are its own. The night lasts from the first to the last sleep
/// epoch that has a label and a value of every column, without any label that has a value of every column.
struct TimedNight {
    /// How long the heart rate may be looked at before the night where ``HeartRateVariation`` is computed, in seconds:
    /// the published nights, too, begin before the first score, and end with the last label, with or without values.
    static let leadSeconds = 1800.0
    /// The width of its filter, in seconds, of which it needs half.
    private static let filterSeconds = 285.0

    let name: TableNames.Name
    let run: (firstPosition: Int, labels: [Int?])
    /// When position 0 is; nil where nobody knows.
    let start: RecordingStart?
    /// `[inputs][sleep epochs]`.
    let inputs: [[Float]]
    let skipped: [SkippedItem]
    let notes: [String]
    /// How many sleep epochs have rows with different labels.
    let disputedCount: Int
    /// How many activity counts a sleep epoch mostly has; nil where there are none.
    let countsPerEpoch: Int?

    /// A recording that can't be used as a night, and why.
    struct Unusable: Error {
        let path: String
        /// Its subject and name.
        let recording: String
        let reason: String

        /// As a report has it.
        var item: SkippedItem { SkippedItem(path: path, kind: .recording, reason: "\(recording): \(reason)") }
        /// With the recording in the place of its file.
        var ofRecording: SkippedItem { SkippedItem(path: recording, kind: .recording, reason: reason) }
    }

    /// Puts a night together.
    ///
    /// - Parameters:
    ///   - rows: the recording's rows by time; not empty.
    ///   - reader: what was read: the heart rate, the activity or both, in that order.
    ///   - wanted: which of them.
    ///   - bridge: between heart rates up to so many seconds apart sleep epochs count as having one.
    ///   - activitySeconds: how many seconds each activity count is of; nil: of its sleep epoch.
    /// - Throws: `Unusable`.
    init(
        _ rows: ArraySlice<Int>, _ reader: TimedTableReader, _ wanted: NightInputs, bridge: Double,
        activitySeconds: Double?
    ) throws(Unusable) {
        let found = Rows(rows, reader, wanted, bridge: bridge, activitySeconds: activitySeconds)
        if let activitySeconds { try found.requireCounts(of: activitySeconds) }
        let extent = try Self.extent(of: found, wanted)
        inputs = wanted.values(
            heartRate: wanted.heartRate ? try Self.heartRate(of: found, in: extent) : nil,
            counts: wanted.activity ? Self.counts(of: found, in: extent) : nil, epochCount: extent.night.count)
        let withValues = Set(extent.own)
        run = (
            extent.night.lowerBound - found.firstNumber,
            extent.night.map { withValues.contains($0) ? found.epochs[$0]?.label : nil }
        )
        start = found.start
        (name, disputedCount) = (found.name, found.disputedCount)
        let counts = extent.own.compactMap { found.epochs[$0]?.counts.count }.sorted()
        countsPerEpoch = wanted.activity && !counts.isEmpty ? counts[counts.count / 2] : nil
        skipped = found.skipped(outside: extent.night)
        notes = found.notes(extent.night, ownCount: extent.own.count)
    }

    /// The median distance of times in order, without those that are equal; nil where there are not two.
    static func usualDistance(_ times: [Int]) -> Int? {
        let distances = zip(times.dropFirst(), times).map { $0 - $1 }.filter { $0 > 0 }.sorted()
        return distances.isEmpty ? nil : distances[distances.count / 2]
    }

    // MARK: - Judging

    /// The sleep epochs of a night, and those of them that have a value of every column.
    private struct Extent {
        let night: ClosedRange<Int>
        let own: [Int]
    }

    /// From where to where the night lasts.
    private static func extent(of found: Rows, _ wanted: NightInputs) throws(Unusable) -> Extent {
        guard !wanted.heartRate || !found.heartRate.isEmpty else { throw found.unusable("no heart rate in it") }
        guard !wanted.activity || found.epochs.values.contains(where: { !$0.counts.isEmpty }) else {
            throw found.unusable("no activity in it")
        }
        func hasValues(_ epoch: Epoch) -> Bool {
            (!wanted.heartRate || epoch.hasHeartRate || epoch.isBridged) && (!wanted.activity || !epoch.counts.isEmpty)
        }
        let known = found.epochs.filter { hasValues($0.value) }.keys.sorted()
        let scored = found.isLabelled ? known.filter { found.epochs[$0]?.label != nil } : known
        guard let start = scored.first, let last = scored.last else {
            throw found.unusable("no sleep epoch has \(found.isLabelled ? "a label and " : "")a value of every column")
        }
        let (count, fewest) = (last - start + 1, SleepEpochWindow.fewestEpochs)
        guard count >= fewest else {
            throw found.unusable(
                "a night of \(SkippedItem.Kind.sleepEpoch.counted(count)), where at least \(fewest) are needed")
        }
        let own = known.filter { (start...last).contains($0) }
        guard 2 * own.count >= count else {
            throw found.unusable(
                "of \(count) sleep epochs \(own.count) have a value of every column, where half need one\(found.distance)"
            )
        }
        try found.requireLabelsOfEpochs(in: start...last)
        return Extent(night: start...last, own: own)
    }

    // MARK: - Filling

    /// The heart rate of a night.
    private static func heartRate(
        of found: Rows, in extent: Extent
    ) throws(Unusable) -> NightInputs.HeartRate {
        let series = series(found.heartRate)
        let grid = HeartRateMeasures.grid(
            series, from: Double(extent.night.lowerBound) * SleepEpochWindow.epochSeconds,
            epochCount: extent.night.count)
        let median = grid.sorted()[grid.count / 2]
        guard HeartRateRows.plausibleMedian.contains(median) else {
            throw found.unusable("its median heart rate is \(Float(median)): is it in beats a minute?")
        }
        // A label a day away is a slip of somebody's clock.
        let end = extent.night.upperBound + SleepEpochWindow.epochsPerDay
        let labelled = found.epochs.filter { $0.value.label != nil && $0.key <= end }
        let lastLabel = labelled.keys.max() ?? extent.night.upperBound
        guard let variation = variation(series, in: extent.night, at: extent.own, lastLabel: lastLabel) else {
            throw found.unusable("its heart rate spans less than \(Int(filterSeconds / 2)) s")
        }
        return NightInputs.HeartRate(grid: grid, variation: variation)
    }

    /// The activity counts of a night's sleep epochs; of several in one the mean.
    private static func counts(of found: Rows, in extent: Extent) -> [Double] {
        let means = found.epochs.filter { !$0.value.counts.isEmpty }.sorted { $0.key < $1.key }.map { epoch in
            (epoch.key, epoch.value.counts.reduce(0, +) / Double(epoch.value.counts.count))
        }
        return filled(means, in: extent.night)
    }

    /// The heart rate in seconds from the sleep epochs' origin; of several rows of one time their mean.
    private static func series(_ rows: [(time: Int, value: Double)]) -> UnevenSeries {
        var (times, values): ([Double], [Double]) = ([], [])
        for run in rows.runs(where: { $0.time == $1.time }) {
            times.append(Double(rows[run.lowerBound].time) / Double(TimeText.second))
            values.append(rows[run].reduce(0) { $0 + $1.value } / Double(run.count))
        }
        return UnevenSeries(times: times, values: values)
    }

    /// The variation of the heart rate at each sleep epoch of a night: computed where it has values of its own, and on
    /// straight lines between; nil for too short a heart rate.
    ///
    /// The first row is left out, as the published program does.
    private static func variation(_ series: UnevenSeries, in night: ClosedRange<Int>, at own: [Int], lastLabel: Int)
        -> [Double]?
    {
        let length = SleepEpochWindow.epochSeconds
        let span =
            Double(night.lowerBound) * length - leadSeconds..<Double(max(night.upperBound + 1, lastLabel)) * length
        let rows = series.times.indices.filter { span.contains(series.times[$0]) }.dropFirst()
        guard let first = rows.first, let last = rows.last,
            series.times[last] - series.times[first] >= filterSeconds / 2
        else { return nil }
        let part = UnevenSeries(times: rows.map { series.times[$0] }, values: rows.map { series.values[$0] })
        let variation = HeartRateVariation(part)
        return filled(own.map { ($0, variation.value(atSleepEpoch: Double($0) * length)) }, in: night)
    }

    private static func filled(_ values: [(epoch: Int, value: Double)], in night: ClosedRange<Int>) -> [Double] {
        UnevenSeries(times: values.map { Double($0.epoch) }, values: values.map(\.value))
            .interpolated(from: Double(night.lowerBound), interval: 1, count: night.count)
    }
}
