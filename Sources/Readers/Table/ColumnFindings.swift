import Datasets
import Signals

/// What is odd in the columns of values of a table: those that never change in a recording, as where nothing was
/// measured, numbers that programs write for none, and heart rates or breaths in another unit than they are said to be.
struct ColumnFindings {
    /// Fewer values say nothing.
    private static let fewestValues = SleepEpochWindow.fewestEpochs
    /// Of nobody's heart, and of nobody's breath either.
    private static let plausiblePerMinute = 3.0...300
    private static let marks: [Double] = [-99, -999, -9_999, -99_999, 9_999, 99_999, 999_999]
    /// A mark of so many times the largest other value is none of them.
    private static let distanceOfMarks = 5.0

    private struct Column {
        let name: String
        let isPerMinute: Bool
        var constantCount = 0
        var firstConstant: (recording: String, value: Double)?
        var implausible: (recording: String, median: Double)?
        /// How often each mark stands in it, and what other values there are.
        var marks: [Double: Int] = [:]
        var least = Double.infinity
        var greatest = -Double.infinity
    }

    private var columns: [Column]
    private var recordingCount = 0

    /// Columns of these names and units, which nobody may know, of no recording yet.
    init(_ names: [String], units: [String]) {
        columns = names.enumerated().map { Column(name: $1, isPerMinute: units.count > $0 && units[$0] == "1/min") }
    }

    /// Takes a recording.
    ///
    /// - Parameters:
    ///   - name: the recording's.
    ///   - values: of a column by its number, in any order; those that are missing left out.
    mutating func add(_ name: String, _ values: (Int) -> [Double]) {
        recordingCount += 1
        for index in columns.indices {
            let values = values(index)
            for value in values {
                if Self.marks.contains(value) {
                    columns[index].marks[value, default: 0] += 1
                } else {
                    columns[index].least = min(columns[index].least, value)
                    columns[index].greatest = max(columns[index].greatest, value)
                }
            }
            guard values.count >= Self.fewestValues, let first = values.first else { continue }
            if values.allSatisfy({ $0 == first }) {
                columns[index].constantCount += 1
                if columns[index].firstConstant == nil { columns[index].firstConstant = (name, first) }
            }
            if columns[index].isPerMinute, columns[index].implausible == nil,
                case let median = values.sorted()[values.count / 2], !Self.plausiblePerMinute.contains(median)
            {
                columns[index].implausible = (name, median)
            }
        }
    }

    /// A line for each finding.
    var notes: [String] { columns.flatMap { [constant($0), implausible($0)].compactMap(\.self) + marked($0) } }

    private func constant(_ column: Column) -> String? {
        column.firstConstant.map { first in
            "column \(quoted(column.name)) never changes in \(column.constantCount) of \(recordingCount) "
                + "recording\(recordingCount == 1 ? "" : "s"): it is \(Float(first.value)) in all of \(first.recording); "
                + "leave the field empty where nothing was measured"
        }
    }

    private func implausible(_ column: Column) -> String? {
        column.implausible.map { recording, median in
            "column \(quoted(column.name)) is said to be in 1/min, and its median is \(Float(median)) in \(recording): is it?"
        }
    }

    private func marked(_ column: Column) -> [String] {
        let areNone = column.marks.filter { mark, _ in
            mark < 0 ? column.least >= 0 : mark > Self.distanceOfMarks * max(column.greatest, 0)
        }
        return areNone.sorted { $0.key < $1.key }.map { mark, count in
            "column \(quoted(column.name)) is \(Int(mark)) \(count == 1 ? "once" : "\(count) times"), and no other value is "
                + "like it: leave the field empty where nothing was measured"
        }
    }
}
