import Signals

/// One recording of timed rows as a night, and the inputs of its sleep epochs.
///
/// Sleep epochs count from the recording's first row with a label, so that they are those that were scored; without any
/// label, from its first row. The night lasts from the first to the last sleep epoch that has a label and a value of
/// every column, without any label that has a value of every column.
struct TimedNight {
    /// How long the heart rate may be looked at before the night where ``HeartRateVariation`` is computed, in seconds:
    /// the published nights, too, begin before the first score, and end with the last label, with or without values.
    private static let leadSeconds = 1800.0
    /// The width of its filter, in seconds, of which it needs half.
    private static let filterSeconds = 285.0

    let name: TableNames.Name
    let run: (firstPosition: Int, labels: [Int?])
    /// `[inputs][sleep epochs]`.
    let inputs: [[Float]]
    let skipped: [SkippedItem]
    let notes: [String]
    /// How many sleep epochs have rows with different labels.
    let disputedCount: Int

    /// A sleep epoch's own values.
    private struct Epoch {
        var hasHeartRate = false
        var counts: [Double] = []
        var label: Int?
    }

    /// A recording that can't be used as a night, and why.
    struct Unusable: Error {
        let item: SkippedItem
    }

    /// Puts a night together.
    ///
    /// - Parameters:
    ///   - rows: the recording's rows by time; not empty.
    ///   - reader: what was read: the heart rate, the activity or both, in that order.
    ///   - wanted: which of them.
    /// - Throws: `Unusable`.
    init(_ rows: ArraySlice<Int>, _ reader: TimedTableReader, _ wanted: NightInputs) throws(Unusable) {
        let first = reader.rows[rows[rows.startIndex]]
        let (name, path) = (TimedStretches.name(of: first, reader), reader.paths[Int(first.file)])
        func unusable(_ reason: String) -> Unusable {
            let whose = "subject \(name.subject), \(name.recording)"
            return Unusable(item: SkippedItem(path: path, kind: .recording, reason: "\(whose): \(reason)"))
        }
        let isLabelled = rows.contains { reader.rows[$0].label != nil }
        let origin = reader.rows[rows.first { reader.rows[$0].label != nil } ?? rows[rows.startIndex]].time
        let (width, activityColumn) = (reader.valueNames.count, wanted.heartRate ? 1 : 0)
        var epochs: [Int: Epoch] = [:]
        var (heartRate, disputed): ([(time: Int, value: Double)], Int) = ([], 0)
        func number(_ row: Int) -> Int {
            let time = reader.rows[row].time - origin
            return (time < 0 ? time - TimedStretches.epochLength + 1 : time) / TimedStretches.epochLength
        }
        for run in rows.runs(where: { number($0) == number($1) }) {
            var epoch = Epoch()
            for row in rows[run] {
                if wanted.heartRate, !reader.values[row * width].isNaN {
                    heartRate.append((reader.rows[row].time - origin, reader.values[row * width]))
                    epoch.hasHeartRate = true
                }
                if wanted.activity, !reader.values[row * width + activityColumn].isNaN {
                    epoch.counts.append(reader.values[row * width + activityColumn])
                }
            }
            let (label, isDisputed) = TimedStretches.label(of: rows[run], reader)
            epoch.label = label
            disputed += isDisputed ? 1 : 0
            epochs[number(rows[run.lowerBound])] = epoch
        }
        guard !wanted.heartRate || !heartRate.isEmpty else { throw unusable("no heart rate in it") }
        guard !wanted.activity || epochs.values.contains(where: { !$0.counts.isEmpty }) else {
            throw unusable("no activity in it")
        }
        func hasValues(_ epoch: Epoch) -> Bool {
            (!wanted.heartRate || epoch.hasHeartRate) && (!wanted.activity || !epoch.counts.isEmpty)
        }
        let known = epochs.filter { hasValues($0.value) }.keys.sorted()
        let scored = isLabelled ? known.filter { epochs[$0]?.label != nil } : known
        guard let start = scored.first, let last = scored.last else {
            throw unusable("no sleep epoch has \(isLabelled ? "a label and " : "")a value of every column")
        }
        let (count, fewest) = (last - start + 1, SleepEpochWindow.fewestEpochs)
        guard count >= fewest else {
            throw unusable("a night of \(count) sleep epochs, where at least \(fewest) are needed")
        }
        let own = known.filter { (start...last).contains($0) }
        guard 2 * own.count >= count else {
            throw unusable("of \(count) sleep epochs \(own.count) have a value of every column, where half need one")
        }

        var measured: NightInputs.HeartRate?
        if wanted.heartRate {
            let series = Self.series(heartRate)
            let grid = HeartRateMeasures.grid(
                series, from: Double(start) * SleepEpochWindow.epochSeconds, epochCount: count)
            let median = grid.sorted()[grid.count / 2]
            guard HeartRateRows.plausibleMedian.contains(median) else {
                throw unusable("its median heart rate is \(Float(median)): is it in beats a minute?")
            }
            let lastLabel = epochs.filter { $0.value.label != nil }.keys.max() ?? last
            guard let variation = Self.variation(series, in: start...last, at: own, lastLabel: lastLabel) else {
                throw unusable("its heart rate spans less than \(Int(Self.filterSeconds / 2)) s")
            }
            measured = NightInputs.HeartRate(grid: grid, variation: variation)
        }
        var counts: [Double]?
        if wanted.activity {
            let means = epochs.filter { !$0.value.counts.isEmpty }.sorted { $0.key < $1.key }.map { epoch in
                (epoch.key, epoch.value.counts.reduce(0, +) / Double(epoch.value.counts.count))
            }
            counts = Self.filled(means, in: start...last)
        }
        inputs = wanted.values(heartRate: measured, counts: counts, epochCount: count)
        let withValues = Set(own)
        run = (start, (start...last).map { withValues.contains($0) ? epochs[$0]?.label : nil })
        (self.name, disputedCount) = (name, disputed)
        let outside = epochs.keys.count { !(start...last).contains($0) }
        let reason =
            isLabelled ? "before the first label or behind the last" : "at an end without a value of every column"
        skipped =
            outside == 0
            ? []
            : [
                SkippedItem(path: path, kind: .sleepEpoch, count: outside, reason: "\(name.recording): \(reason)")
            ]
        notes =
            own.count == count
            ? []
            : [
                "\(path): \(name.recording): of \(count) sleep epochs \(count - own.count) lack a value; it is on a "
                    + "straight line there, and they have no label"
            ]
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
