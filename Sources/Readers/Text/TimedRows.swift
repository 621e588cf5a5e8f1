import Datasets
import Signals

/// Rows of a text file whose first column is a time in seconds, in order of time, none twice; commas separate columns
/// too.
struct TimedRows {
    /// How many rows are read at a time; bounds the memory used for rows that are not kept.
    private static let rowsPerPiece = 4096

    /// When the rows of a file are, without their values.
    struct Overview {
        /// The earliest and the latest time.
        let first: Double
        let last: Double
        /// How many rows have an earlier time than the row before them.
        let outOfOrderCount: Int
        /// For each sleep epoch the earliest time in it; infinity where there is none.
        let firstInEpoch: [Double]
    }

    /// The rows' times, never falling.
    private(set) var times: [Double]
    /// The columns after the first.
    private(set) var columns: [[Double]]
    /// How many rows were left out as the same as another.
    private(set) var duplicateCount = 0
    /// How many rows were left out as of one time with another, but of other values.
    private(set) var conflictCount = 0
    /// How many rows that were kept have the time of another row and other values.
    private(set) var otherAtSameTimeCount = 0
    /// How many rows were left out because of their time.
    private(set) var outsideCount = 0
    /// How many rows were left out because nothing was measured.
    private(set) var unmeasuredCount = 0
    /// How many rows were left out because nobody has such a heart rate.
    private(set) var tooLargeCount = 0

    /// Looks at the times alone, for `epochCount` sleep epochs from `origin` on.
    ///
    /// With `aboveZero` the lines have two columns, and those whose value is not above 0 are passed over.
    static func overview(
        of path: String, origin: Double, epochCount: Int, aboveZero: Bool = false
    ) throws(DatasetError) -> Overview {
        var table = try NumberTable(path: path, hasCommas: true)
        var (first, last, before) = (Double.infinity, -Double.infinity, -Double.infinity)
        var outOfOrderCount = 0
        var firstInEpoch = [Double](repeating: .infinity, count: epochCount)
        let width = aboveZero ? 2 : 1
        var piece = [Double](repeating: 0, count: rowsPerPiece * width)
        while table.linesLeft > 0 {
            let count = min(table.linesLeft, rowsPerPiece)
            try piece.withUnsafeMutableBufferPointer { piece throws(DatasetError) in
                let rows = UnsafeMutableBufferPointer(rebasing: piece[..<(count * width)])
                guard aboveZero else { return try table.readFirstColumn(into: rows) }
                try table.read(columns: width, into: rows)
            }
            for row in 0..<count {
                if aboveZero, piece[row * width + 1] <= 0 { continue }
                let time = piece[row * width]
                (first, last) = (min(first, time), max(last, time))
                outOfOrderCount += time < before ? 1 : 0
                before = time
                let epoch = ((time - origin) / SleepEpochWindow.epochSeconds).rounded(.down)
                guard epoch >= 0, epoch < Double(epochCount) else { continue }
                firstInEpoch[Int(epoch)] = min(firstInEpoch[Int(epoch)], time)
            }
        }
        return Overview(first: first, last: last, outOfOrderCount: outOfOrderCount, firstInEpoch: firstInEpoch)
    }

    /// Reads the rows of a range of times; memory holds those rows alone.
    ///
    /// The lines have `columnCount` columns, the time included. With `oneATime`, of rows with one time and different
    /// values only the first in the file is kept. With `aboveZero`, rows whose first value is not above 0 are left out:
    /// nothing was measured there. Those above what `largest` makes of all first values are left out before rows of
    /// one time are settled, so that what is left out takes no other's place.
    init(
        path: String, columnCount: Int, in range: Range<Double> = -.infinity..<(.infinity), oneATime: Bool = false,
        aboveZero: Bool = false, largest: (([Double]) throws(DatasetError) -> Double)? = nil
    ) throws(DatasetError) {
        var table = try NumberTable(path: path, hasCommas: true)
        times = []
        columns = Array(repeating: [], count: columnCount - 1)
        var piece = [Double](repeating: 0, count: Self.rowsPerPiece * columnCount)
        while table.linesLeft > 0 {
            let count = min(table.linesLeft, Self.rowsPerPiece)
            try piece.withUnsafeMutableBufferPointer { piece throws(DatasetError) in
                let rows = UnsafeMutableBufferPointer(rebasing: piece[..<(count * columnCount)])
                try table.read(columns: columnCount, into: rows)
            }
            for row in 0..<count {
                guard range.contains(piece[row * columnCount]) else {
                    outsideCount += 1
                    continue
                }
                if aboveZero, piece[row * columnCount + 1] <= 0 {
                    unmeasuredCount += 1
                    continue
                }
                times.append(piece[row * columnCount])
                for column in columns.indices { columns[column].append(piece[row * columnCount + 1 + column]) }
            }
        }
        if let largest { leaveOut(above: try largest(columns[0])) }
        oneATime ? sortAndKeepFirstOfTime() : sortAndLeaveOutDuplicates()
    }

    private mutating func sortAndKeepFirstOfTime() {
        let order = times.indices.sorted { (times[$0], $0) < (times[$1], $1) }
        var kept: [Int] = []
        for row in order {
            guard let last = kept.last, times[last] == times[row] else {
                kept.append(row)
                continue
            }
            let isRepeated = columns.allSatisfy { $0[last] == $0[row] }
            duplicateCount += isRepeated ? 1 : 0
            conflictCount += isRepeated ? 0 : 1
        }
        (times, columns) = (kept.map { times[$0] }, columns.map { column in kept.map { column[$0] } })
    }

    /// Rows of one time are ordered by their other columns, so that the order in the file is no input.
    private mutating func sortAndLeaveOutDuplicates() {
        guard !zip(times, times.dropFirst()).allSatisfy(<) else { return }
        let (times, columns) = (times, columns)
        func precedes(_ a: Int, _ b: Int) -> Bool {
            if times[a] != times[b] { return times[a] < times[b] }
            for column in columns where column[a] != column[b] { return column[a] < column[b] }
            return false
        }
        var order = times.indices.sorted(by: precedes)
        let rowCount = order.count
        order = order.enumerated().filter { at, row in at == 0 || precedes(order[at - 1], row) }.map(\.element)
        duplicateCount = rowCount - order.count
        self.times = order.map { times[$0] }
        otherAtSameTimeCount = zip(self.times, self.times.dropFirst()).count { $0 == $1 }
        self.columns = columns.map { column in order.map { column[$0] } }
    }

    /// Leaves the earliest row out.
    mutating func dropFirst() {
        times.removeFirst()
        for column in columns.indices { columns[column].removeFirst() }
    }

    /// Leaves out the rows whose first value is above a heart rate that is believed.
    private mutating func leaveOut(above largest: Double) {
        let kept = times.indices.filter { columns[0][$0] <= largest }
        guard kept.count < times.count else { return }
        tooLargeCount += times.count - kept.count
        (times, columns) = (kept.map { times[$0] }, columns.map { column in kept.map { column[$0] } })
    }

    /// A column as a signal; the first after the times is 0.
    func series(_ column: Int) -> UnevenSeries { UnevenSeries(times: times, values: columns[column]) }

    /// What was left out, as items of a report; `outside` says why rows were left out because of their time.
    func skipped(of path: String, outside: String) -> [SkippedItem] {
        SkippedItem.items(
            of: path, .row,
            [
                (outsideCount, outside), (unmeasuredCount, "not above 0, so that nothing was measured"),
                (tooLargeCount, HeartRateRows.tooLarge), (duplicateCount, "the same as another row"),
                (conflictCount, "of the time of an earlier row, but other"),
            ])
    }
}
