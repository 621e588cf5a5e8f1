import Datasets
import Signals

/// One recording of timed rows as a night, and the inputs of its sleep epochs.
///
/// Sleep epochs begin with the recording's first row that has a label, so that they are those that were scored; without
/// any label, with its first row. Positions count from the one that the first row is in, after which it is named. The
/// night lasts from the first to the last sleep epoch that has a label and a value of every column, without any label
/// that has a value of every column.
struct TimedNight {
    /// How long the heart rate may be looked at before the night where ``HeartRateVariation`` is computed, in seconds:
    /// the published nights, too, begin before the first score, and end with the last label, with or without values.
    private static let leadSeconds = 1800.0
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
    /// - Throws: `Unusable`.
    init(_ rows: ArraySlice<Int>, _ reader: TimedTableReader, _ wanted: NightInputs) throws(Unusable) {
        let found = Rows(rows, reader, wanted)
        let extent = try Self.extent(of: found, wanted)
        inputs = wanted.values(
            heartRate: wanted.heartRate ? try Self.heartRate(of: found, in: extent) : nil,
            counts: wanted.activity ? Self.counts(of: found, in: extent) : nil, epochCount: extent.night.count)
        let withValues = Set(extent.own)
        run = (
            extent.night.lowerBound - (found.epochs.keys.min() ?? 0),
            extent.night.map { withValues.contains($0) ? found.epochs[$0]?.label : nil }
        )
        start = found.start
        (name, disputedCount) = (found.name, found.disputedCount)
        let counts = extent.own.compactMap { found.epochs[$0]?.counts.count }.sorted()
        countsPerEpoch = wanted.activity && !counts.isEmpty ? counts[counts.count / 2] : nil
        skipped = found.skipped(outside: extent.night)
        notes = found.notes(extent.night, ownCount: extent.own.count)
    }

    // MARK: - Gathering

    /// A sleep epoch's own values.
    private struct Epoch {
        var hasHeartRate = false
        var counts: [Double] = []
        var label: Int?
    }

    /// A recording's rows, sorted into sleep epochs by their number from the first label.
    private struct Rows {
        let name: TableNames.Name
        let path: String
        let isLabelled: Bool
        /// When the first sleep epoch with a row begins.
        private(set) var start: RecordingStart?
        private(set) var epochs: [Int: Epoch] = [:]
        /// In the unit of a row's time, from the sleep epochs' origin.
        private(set) var heartRate: [(time: Int, value: Double)] = []
        private(set) var disputedCount = 0
        /// Rows whose heart rate nobody has, and those in which none was measured.
        private var (tooLargeCount, unmeasuredCount) = (0, 0)

        init(_ rows: ArraySlice<Int>, _ reader: TimedTableReader, _ wanted: NightInputs) {
            let first = reader.rows[rows[rows.startIndex]]
            (name, path) = (TimedStretches.name(of: first, reader), reader.paths[Int(first.file)])
            let places = EpochPlaces(rows, reader)
            let labels = places.labels(of: rows, reader)
            isLabelled = !labels.isEmpty
            let (width, activityColumn) = (reader.valueNames.count, wanted.heartRate ? 1 : 0)
            let rates = wanted.heartRate ? rows.map { reader.values[$0 * width] }.filter { !$0.isNaN } : []
            // Where most are so large they are in another unit, which their median will tell.
            let areBelieved = 2 * rates.count { $0 > HeartRateRows.largest } > rates.count
            if wanted.heartRate {
                for (number, own) in places.rows(withValueIn: 0, of: rows, reader) {
                    let tooLarge = areBelieved ? 0 : own.count { reader.values[$0 * width] > HeartRateRows.largest }
                    let unmeasured = own.count { reader.values[$0 * width] == HeartRateRows.unmeasured }
                    (tooLargeCount, unmeasuredCount) = (tooLargeCount + tooLarge, unmeasuredCount + unmeasured)
                    epochs[number, default: Epoch()].hasHeartRate = tooLarge + unmeasured < own.count
                }
                heartRate = rows.map { (reader.rows[$0].time - places.origin, reader.values[$0 * width]) }
                    .filter { !$0.value.isNaN && (areBelieved || $0.value <= HeartRateRows.largest) }
                    .filter { $0.value != HeartRateRows.unmeasured }
            }
            if wanted.activity {
                for (number, own) in places.rows(withValueIn: activityColumn, of: rows, reader) {
                    epochs[number, default: Epoch()].counts = own.map { reader.values[$0 * width + activityColumn] }
                }
            }
            for (number, label) in labels { epochs[number, default: Epoch()].label = label.label }
            disputedCount = labels.values.count(where: \.isDisputed)
            let least = epochs.keys.min() ?? 0
            start = first.onItsClock(places.origin + least * TimedStretches.epochLength)
        }

        func unusable(_ reason: String) -> Unusable {
            Unusable(path: path, recording: "subject \(name.subject), \(name.recording)", reason: reason)
        }

        func skipped(outside night: ClosedRange<Int>) -> [SkippedItem] {
            let outside = epochs.keys.count { !night.contains($0) }
            let reason =
                isLabelled ? "before the first label or behind the last" : "at an end without a value of every column"
            return [
                SkippedItem(
                    path: path, kind: .row, count: tooLargeCount,
                    reason: "\(name.recording): \(HeartRateRows.tooLarge)"),
                SkippedItem(
                    path: path, kind: .row, count: unmeasuredCount,
                    reason:
                        "\(name.recording): a heart rate of \(Int(HeartRateRows.unmeasured)), which stands for none "
                        + "measured"),
                SkippedItem(path: path, kind: .sleepEpoch, count: outside, reason: "\(name.recording): \(reason)"),
            ].filter { $0.count > 0 }
        }

        func notes(_ night: ClosedRange<Int>, ownCount: Int) -> [String] {
            let count = night.count
            let lacking =
                "of \(count) sleep epochs \(count - ownCount) lack a value; it is on a straight line there, and they "
                + "have no label"
            return ((ownCount < count ? [lacking] : []) + doubt(night)).map { "\(path): \(name.recording): \($0)" }
        }

        /// What speaks against its being one night.
        private func doubt(_ night: ClosedRange<Int>) -> [String] {
            let remedy = "it is taken as one night, with one clock and one scale; a column given as --recording divides"
            if night.count > SleepEpochWindow.epochsPerDay {
                return ["it has \(night.count) sleep epochs one after another, more than a day has: \(remedy)"]
            }
            let scored = epochs.filter { $0.value.label != nil && night.contains($0.key) }.keys.sorted()
            let longest = zip(scored.dropFirst(), scored).map { $0 - $1 - 1 }.max() ?? 0
            guard isLabelled, longest >= Self.doubtfulGap else { return [] }
            return ["\(longest) sleep epochs one after another have no label between others: \(remedy)"]
        }

        /// So many sleep epochs without a label between others, four hours, may lie between a night and a nap.
        private static let doubtfulGap = 480

        /// Refuses labels that stand where the stage changes, and not in each sleep epoch: the sleep epoch in which one
        /// changes has two, and those between have none.
        func requireLabelsOfEpochs(in night: ClosedRange<Int>) throws(Unusable) {
            let labels = epochs.filter { night.contains($0.key) }.sorted { $0.key < $1.key }.compactMap(\.value.label)
            let changes = zip(labels.dropFirst(), labels).count { $0 != $1 }
            guard labels.count >= SleepEpochWindow.fewestEpochs, 4 * labels.count < night.count,
                10 * changes >= 9 * (labels.count - 1)
            else { return }
            throw unusable(
                "\(labels.count) of its \(night.count) sleep epochs have a label, and nearly each another than the one "
                    + "before: do they stand where the stage changes? give a row with the stage for each 30 s")
        }

        /// How far apart the heart rates or activity counts mostly are, where that is more than a sleep epoch.
        var distance: String {
            let times = heartRate.map(\.time)
            let distances = zip(times.dropFirst(), times).map { $0 - $1 }.filter { $0 > 0 }.sorted()
            guard !distances.isEmpty, distances[distances.count / 2] > TimedStretches.epochLength else { return "" }
            let seconds = distances[distances.count / 2] / TimeText.second
            return
                "; its heart rates stand \(seconds) s apart: give one for each 30 s at least, between two on a straight line"
        }
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
            (!wanted.heartRate || epoch.hasHeartRate) && (!wanted.activity || !epoch.counts.isEmpty)
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
