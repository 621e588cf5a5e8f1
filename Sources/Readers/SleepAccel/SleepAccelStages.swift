import Datasets
import Signals

/// A night's sleep stages in the publisher's `labels/<subject>_labeled_sleep.txt`: "seconds stage", a line each 30 s.
///
/// Lines may come in any order and repeat each other; a sleep epoch without a line has no label. The first time is the
/// origin of the night's clock, from which every other is a multiple of 30 s.
struct SleepAccelStages {
    /// Stages by the publisher's numbers; nil for a sleep epoch that was not scored.
    static let stages: [Double: SleepStage?] = [
        -1: nil, 0: .wake, 1: .n1, 2: .n2, 3: .n3, 4: .n3, 5: .rem,  // 4: Rechtschaffen and Kales' stage 4
    ]
    /// A week; a time that is further from the first is a mistake.
    private static let largestCount = 7 * 24 * 120

    /// When the first sleep epoch starts, in seconds.
    let origin: Double
    /// The stage of each sleep epoch from there on; nil where there is none.
    private(set) var stages: [SleepStage?]
    /// How many lines were left out as the same as another.
    private(set) var duplicateCount = 0
    /// How many lines have an earlier time than the line before them.
    private(set) var outOfOrderCount = 0
    /// How many sleep epochs between the first and the last have no line.
    private(set) var missingCount = 0

    /// A night of so many sleep epochs without a label, from the start of the sleep recording, from which times count;
    /// a week at most.
    init(unlabelledCount: Int) {
        origin = 0
        stages = Array(repeating: nil, count: min(max(unlabelledCount, 0), Self.largestCount))
    }

    /// Reads a file.
    init(path: String) throws(DatasetError) {
        var table = try NumberTable(path: path)
        var values = [Double](repeating: 0, count: 2 * table.lineCount)
        try values.withUnsafeMutableBufferPointer { values throws(DatasetError) in
            try table.read(columns: 2, into: values)
        }
        let times = stride(from: 0, to: values.count, by: 2).map { values[$0] }
        origin = times.min() ?? 0
        stages = []
        var lineOfEpoch: [Int?] = []
        for (row, time) in times.enumerated() {
            outOfOrderCount += row > 0 && time < times[row - 1] ? 1 : 0
            let epoch = (time - origin) / SleepEpochWindow.epochSeconds
            guard epoch == epoch.rounded(), epoch < Double(Self.largestCount) else {
                throw .badNumber(
                    path: path, line: row + 1, column: 1, text: "\(time)",
                    reason: "a multiple of 30 s after the first label's \(origin) s and within a week of it")
            }
            guard let stage = Self.stages[values[2 * row + 1]] else {
                throw .unknownStage(path: path, line: row + 1, value: Float(values[2 * row + 1]))
            }
            let index = Int(epoch)
            while stages.count <= index {
                stages.append(nil)
                lineOfEpoch.append(nil)
            }
            if let other = lineOfEpoch[index] {
                guard values[2 * (other - 1) + 1] == values[2 * row + 1] else {
                    throw .badNumber(
                        path: path, line: row + 1, column: 2, text: "\(values[2 * row + 1])",
                        reason: "the stage that line \(other) has for the same time")
                }
                duplicateCount += 1
            }
            stages[index] = stage
            lineOfEpoch[index] = row + 1
        }
        missingCount = lineOfEpoch.count { $0 == nil }
    }

    /// When a sleep epoch starts, in seconds.
    func start(of epoch: Int) -> Double { origin + Double(epoch) * SleepEpochWindow.epochSeconds }
}
