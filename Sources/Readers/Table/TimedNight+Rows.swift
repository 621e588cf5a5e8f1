import Datasets
import Signals

extension TimedNight {
    /// A sleep epoch's own values.
    struct Epoch {
        var hasHeartRate = false
        /// Whether its heart rate is on a straight line between two near enough.
        var isBridged = false
        var counts: [Double] = []
        var label: Int?
    }

    /// A recording's rows, sorted into sleep epochs by their number from the first label.
    struct Rows {
        let name: TableNames.Name
        let path: String
        let isLabelled: Bool
        /// Whether it is the night of a hypnogram, around which rows serve the first and last sleep epochs alone.
        private let isOfHypnogram: Bool
        /// When the first sleep epoch with a row begins.
        private(set) var start: RecordingStart?
        private(set) var epochs: [Int: Epoch] = [:]
        /// The number of the sleep epoch from which positions count.
        let firstNumber: Int
        /// In the unit of a row's time, from the sleep epochs' origin.
        private(set) var heartRate: [(time: Int, value: Double)] = []
        private(set) var disputedCount = 0
        /// Rows whose heart rate nobody has, and those in which none was measured.
        private var (tooLargeCount, unmeasuredCount) = (0, 0)

        init(_ rows: ArraySlice<Int>, _ reader: TimedTableReader, _ wanted: NightInputs, bridge: Double) {
            let first = reader.rows[rows[rows.startIndex]]
            (name, path) = (TimedStretches.name(of: first, reader), reader.paths[Int(first.file)])
            isOfHypnogram = reader.areOfHypnograms
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
                let near = zip(heartRate, heartRate.dropFirst()).filter {
                    Double($1.time - $0.time) <= bridge * Double(TimeText.second)
                }
                for (one, next) in near where next.time > one.time {
                    for number in places.number(one.time + places.origin)...places.number(next.time + places.origin)
                    where epochs[number]?.hasHeartRate != true {
                        epochs[number, default: Epoch()].isBridged = true
                    }
                }
            }
            if wanted.activity {
                for (number, own) in places.rows(withValueIn: activityColumn, of: rows, reader) {
                    epochs[number, default: Epoch()].counts = own.map { reader.values[$0 * width + activityColumn] }
                }
            }
            for (number, label) in labels { epochs[number, default: Epoch()].label = label.label }
            disputedCount = labels.values.count(where: \.isDisputed)
            firstNumber = reader.areOfHypnograms ? 0 : epochs.keys.min() ?? 0
            start = first.onItsClock(places.origin + firstNumber * TimedStretches.epochLength)
        }

        func unusable(_ reason: String) -> Unusable {
            Unusable(path: path, recording: "subject \(name.subject), \(name.recording)", reason: reason)
        }

        func skipped(outside night: ClosedRange<Int>) -> [SkippedItem] {
            let outside = epochs.count { !night.contains($0.key) && (!isOfHypnogram || $0.value.label != nil) }
            let reason =
                isLabelled && !isOfHypnogram
                ? "before the first label or behind the last" : "at an end without a value of every column"
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
                + "have no label\(distance)"
            let bridged = epochs.count { night.contains($0.key) && $0.value.isBridged }
            let lines =
                "\(SkippedItem.Kind.sleepEpoch.counted(bridged)) without a heart rate count as having one, on a straight "
                + "line between two near enough"
            return ((ownCount < count ? [lacking] : []) + (bridged > 0 ? [lines] : []) + doubt(night)).map {
                "\(path): \(name.recording): \($0)"
            }
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
            guard EpochPlaces.areOfChanges(labels, epochCount: night.count) else { return }
            throw unusable(
                "\(labels.count) of its \(night.count) sleep epochs have a label, and \(EpochPlaces.questionOnChanges)")
        }

        /// How far apart the heart rates or activity counts mostly are, where that is more than a sleep epoch.
        var distance: String {
            let times = heartRate.map(\.time)
            let distances = zip(times.dropFirst(), times).map { $0 - $1 }.filter { $0 > 0 }.sorted()
            guard !distances.isEmpty, distances[distances.count / 2] > TimedStretches.epochLength else { return "" }
            let seconds = distances[distances.count / 2] / TimeText.second
            // Few clocks tick so that none is longer than most.
            return
                "; its heart rates stand \(seconds) s apart: --bridge \(seconds + seconds / 2) takes what lies between two "
                + "of them on a straight line for a value"
        }
    }
}
