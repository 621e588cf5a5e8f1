import Datasets
import Signals

/// One subject's whole night, from the first scored sleep epoch to the last, and the inputs of its sleep epochs.
struct WholeNight {
    /// A sleep epoch with values of its own, by its number from the first label.
    struct Known {
        let epoch: Int
        let stage: SleepStage?
        let count: Double
        let variation: Double
    }

    let subject: String
    /// The number of its first sleep epoch from the first label.
    let firstEpoch: Int
    /// One a sleep epoch; nil where it was not scored or has no values of its own.
    let stages: [SleepStage?]
    /// `[inputs][sleep epochs]`, in the order of `SleepAccelNights.content`.
    let inputs: [[Float]]
    /// Rows of the heart rate that were left out, and scored sleep epochs before and behind the night.
    let skipped: [SkippedItem]
    /// What the reader of the results should know.
    let notes: [NightNote]

    /// Puts a night together; nil when it can't be used, and then `unusable` says why.
    ///
    /// - Parameters:
    ///   - known: sleep epochs that have values, in their order.
    ///   - labels: the labels' clock.
    ///   - files: where labels and heart rate are.
    ///   - takesUnlabelled: whether one without any stage is taken, from its first to its last known sleep epoch.
    ///   - unusable: what is left out.
    /// - Throws: `DatasetError` when the heart rate can't be read.
    init?(
        _ known: [Known], labels: SleepAccelStages, files: SleepAccelNight.Files, takesUnlabelled: Bool,
        unusable: inout [SkippedItem]
    ) throws(DatasetError) {
        func skip(_ path: String, _ reason: String) {
            unusable.append(SkippedItem(path: path, kind: .recording, reason: reason))
        }
        let isUnlabelled = takesUnlabelled && known.allSatisfy { $0.stage == nil }
        let isScored = { (known: Known) in known.stage != nil || isUnlabelled }
        guard let first = known.firstIndex(where: isScored), let last = known.lastIndex(where: isScored) else {
            skip(files.first, "no sleep epoch has a stage")
            return nil
        }
        let known = known[first...last]
        let (start, count) = (known[first].epoch, known[last].epoch - known[first].epoch + 1)
        guard count >= SleepEpochWindow.fewestEpochs else {
            let fewest = SleepEpochWindow.fewestEpochs
            skip(
                files.first,
                "a night of \(SkippedItem.Kind.sleepEpoch.counted(count)), where at least \(fewest) are needed")
            return nil
        }
        (subject, firstEpoch) = (files.subject, start)
        var stages = [SleepStage?](repeating: nil, count: count)
        for known in known { stages[known.epoch - start] = known.stage }
        self.stages = stages

        // All of the file: the rows nearest to a night's ends may lie outside it.
        let rows = try HeartRateRows.read(files.heartRate, oneATime: true)
        let skipped = rows.skipped(of: files.heartRate, outside: "")
        let startSeconds = labels.start(of: start)
        let withRow = Set(
            rows.times.map { (($0 - startSeconds) / SleepEpochWindow.epochSeconds).rounded(.down) }
                .filter { (0..<Double(count)).contains($0) })
        guard !withRow.isEmpty else {
            skip(files.heartRate, "no heart rate between the first and the last stage")
            return nil
        }
        let grid = HeartRateMeasures.grid(rows.series(0), from: startSeconds, epochCount: count)

        func filled(_ value: (Known) -> Double) -> [Double] {
            UnevenSeries(times: known.map { Double($0.epoch) }, values: known.map(value))
                .interpolated(from: Double(start), interval: 1, count: count)
        }
        inputs = NightInputs().values(
            heartRate: .init(grid: grid, variation: filled(\.variation)), counts: filled(\.count), epochCount: count)

        self.skipped = skipped + Self.scored(in: labels, outside: start..<start + count, path: files.first)
        let unlabelled = labels.stages[start..<start + count].enumerated().count { $1 != nil && stages[$0] == nil }
        notes = [
            NightNote(kind: .withoutValues, path: files.first, count: unlabelled, total: count),
            NightNote(kind: .straight, path: files.heartRate, count: count - withRow.count, total: count),
        ].filter { $0.count > 0 }
    }

    /// Scored sleep epochs that are no part of the night.
    private static func scored(in labels: SleepAccelStages, outside night: Range<Int>, path: String) -> [SkippedItem] {
        let (before, behind) = (0..<night.lowerBound, night.upperBound..<labels.stages.count)
        let outside = [(before, "before the first"), (behind, "behind the last")].map { epochs, place in
            let reason = "scored, but \(place) sleep epoch of the night that has a stage and values of its own"
            return (labels.stages[epochs].count { $0 != nil }, reason)
        }
        return SkippedItem.items(of: path, .sleepEpoch, outside)
    }
}
