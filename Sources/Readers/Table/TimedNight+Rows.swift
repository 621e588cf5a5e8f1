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

        /// When rows have an activity count, from the sleep epochs' origin.
        private(set) var countTimes: [Int] = []

        init(
            _ rows: ArraySlice<Int>, _ reader: TimedTableReader, _ wanted: NightInputs, bridge: Double,
            activitySeconds: Double?
        ) {
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
                countTimes = rows.filter { !reader.values[$0 * width + activityColumn].isNaN }
                    .map { reader.rows[$0].time - places.origin }
            }
            if wanted.activity, let activitySeconds {
                let counts = rows.map { (reader.rows[$0].time, reader.values[$0 * width + activityColumn]) }
                for (number, count) in Self.divided(counts.filter { !$1.isNaN }, lasting: activitySeconds, places) {
                    epochs[number, default: Epoch()].counts = [count]
                }
            } else if wanted.activity {
                for (number, own) in places.rows(withValueIn: activityColumn, of: rows, reader) {
                    epochs[number, default: Epoch()].counts = own.map { reader.values[$0 * width + activityColumn] }
                }
            }
            for (number, label) in labels { epochs[number, default: Epoch()].label = label.label }
            disputedCount = labels.values.count(where: \.isDisputed)
            firstNumber = reader.areOfHypnograms ? 0 : epochs.keys.min() ?? 0
            start = first.onItsClock(places.origin + firstNumber * TimedStretches.epochLength)
        }

        /// Counts of so many seconds each, from their times on, as ones of the sleep epochs of which they cover half or
        /// more: each is divided evenly over its time.
        private static func divided(
            _ counts: [(time: Int, value: Double)], lasting seconds: Double, _ places: EpochPlaces
        ) -> [Int: Double] {
            let length = Int((seconds * Double(TimeText.second)).rounded())
            var sums: [Int: (count: Double, covered: Int)] = [:]
            let runs = counts.runs { $0.time == $1.time }
            for (place, run) in runs.enumerated() {
                let time = counts[run.lowerBound].time
                let mean = counts[run].reduce(0) { $0 + $1.value } / Double(run.count)
                let next = place + 1 < runs.count ? counts[runs[place + 1].lowerBound].time : .max
                places.forEachEpoch(from: time, to: min(time + length, next)) { number, part in
                    sums[number, default: (0, 0)].count += mean * Double(part) / Double(length)
                    sums[number, default: (0, 0)].covered += part
                }
            }
            let epoch = TimedStretches.epochLength
            return sums.filter { 2 * $0.value.covered >= epoch }
                .mapValues { $0.count * Double(epoch) / Double($0.covered) }
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

        /// What helps where heart rates or activity counts mostly stand further apart than a sleep epoch.
        var distance: String {
            // Few clocks tick so that none is longer than most.
            let ofRates = Self.seconds(between: heartRate.map(\.time)).map { seconds in
                "; its heart rates stand \(seconds) s apart: --bridge \(seconds + seconds / 2) takes what lies between two "
                    + "of them on a straight line for a value"
            }
            // Minutes and two of them are counted; what comes less often says when somebody moved.
            let ofCounts = Self.seconds(between: countTimes).flatMap { $0 <= 120 ? $0 : nil }.map { seconds in
                "; its activity counts stand \(seconds) s apart: --activity-seconds \(seconds) divides each among the sleep "
                    + "epochs in it"
            }
            return (ofRates ?? "") + (ofCounts ?? "")
        }

        /// How far apart times mostly are, in seconds, where that is more than a sleep epoch.
        private static func seconds(between times: [Int]) -> Int? {
            TimedNight.usualDistance(times).flatMap { $0 > TimedStretches.epochLength ? $0 / TimeText.second : nil }
        }

        /// Refuses activity counts that stand at other distances than so many seconds.
        func requireCounts(of seconds: Double) throws(Unusable) {
            guard let distance = TimedNight.usualDistance(countTimes).map({ Double($0) / Double(TimeText.second) }),
                abs(distance - seconds) > seconds / 10
            else { return }
            throw unusable(
                "its activity counts mostly stand \(String(format: "%g", distance)) s apart: are they of "
                    + "\(String(format: "%g", seconds)) s each?")
        }
    }
}
