import Datasets
import Signals

/// Columns of values that never change in a recording, as where nothing was measured.
struct ConstantColumns {
    /// Fewer values say nothing.
    private static let fewestValues = SleepEpochWindow.fewestEpochs

    private struct Column {
        let name: String
        var count = 0
        var first: (recording: String, value: Double)?
    }

    private var columns: [Column]
    private var recordingCount = 0

    /// Columns of these names, of no recording yet.
    init(_ names: [String]) { columns = names.map { Column(name: $0) } }

    /// Takes a recording.
    ///
    /// - Parameters:
    ///   - name: the recording's.
    ///   - values: of a column by its number, in any order; those that are missing left out.
    mutating func add(_ name: String, _ values: (Int) -> [Double]) {
        recordingCount += 1
        for index in columns.indices {
            let values = values(index)
            guard values.count >= Self.fewestValues, let first = values.first, values.allSatisfy({ $0 == first }) else {
                continue
            }
            columns[index].count += 1
            if columns[index].first == nil { columns[index].first = (name, first) }
        }
    }

    /// A line for each column that never changes in some recording.
    var notes: [String] {
        columns.compactMap { column in
            column.first.map { first in
                "column \(quoted(column.name)) never changes in \(column.count) of \(recordingCount) "
                    + "recording\(recordingCount == 1 ? "" : "s"): it is \(Float(first.value)) in all of \(first.recording); "
                    + "leave the field empty where nothing was measured"
            }
        }
    }
}
