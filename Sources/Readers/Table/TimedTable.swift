public import Datasets
public import Foundation
import Signals

/// Timed values in delimited text files (CSV), as wearables' programs export them: a row a measurement, at any time.
///
/// Time is divided into sleep epochs of 30 s from a recording's first row on. A sleep epoch's value is the mean of the
/// rows in it, of each column by itself; a sleep epoch without a value of every column is left out and ends a part of
/// the recording, as a position that is not there does in ``TableRecordings``. Its label is that of its rows; where
/// they differ it has none. Of labels with an end (``TableColumns/LabelEnd``) it has the one that lasts for more
/// than half of it. Without a column for recordings, a gap longer than `longestGap` ends one, and they are
/// called `<subject>/<start in UTC>`.
///
/// When a recording began is known on the clock of its first row: that of the zone that was named, or of the row's own
/// offset from UTC. Of times in UTC and of numbers since 1970 nobody knows the clock of the place.
///
/// Times are what ``TimeColumn`` says. Rows may come in any order. Rows that say the same are counted once.
///
/// All rows are held in memory, some thirty bytes each and eight a value.
public struct TimedTable: RecordingSource {
    private let values: [[[Float]]]
    private let window: SleepEpochWindow

    /// The recordings that were found.
    public let outline: DatasetOutline
    /// Rows and sleep epochs that were left out.
    public let skipped: [SkippedItem]
    /// What was made of the rows and their times.
    public let notes: [String]

    /// Reads the tables.
    ///
    /// - Parameters:
    ///   - paths: the files, each with a header.
    ///   - columns: which columns are what; `position` is the column of times.
    ///   - labels: what the labels mean, stages of sleep.
    ///   - labelFiles: files that have the labels, and the files with the values then have none; nil for none.
    ///   - hypnograms: hypnograms that have the labels, of which each makes a recording; nil for none. `columns` then
    ///     have no label and no recording.
    ///   - times: how times are written.
    ///   - window: how many sleep epochs a sample spans; odd.
    ///   - longestGap: a longer gap, in seconds, divides two recordings where no column names them.
    ///   - format: how the files are written; `positionStep` is not looked at.
    ///   - units: the unit of each column of values; none where they are not known.
    /// - Throws: `DatasetError` that names the file, the line and the column.
    public init(
        files paths: [String], columns: TableColumns, labels: TableLabels, labelFiles: LabelFiles? = nil,
        hypnograms: TableHypnograms? = nil,
        times: TimeColumn = TimeColumn(), window: Int = 1, longestGap: Double = 3600,
        format: TableRecordings.Format = TableRecordings.Format(), units: [String] = []
    ) throws(DatasetError) {
        precondition(labels.vocabulary == .stage, "sleep epochs have stages, not \(labels.vocabulary.rawValue)")
        self.window = SleepEpochWindow(width: window)
        let reader = try TimedTableReader(
            paths, columns, labelFiles: labelFiles, labels: labels, times: times, format: format, hypnograms: hypnograms
        )
        let valueNames = reader.valueNames
        let units = try columns.units(units, ofValues: valueNames.count, path: paths[0])
        let nameNotes = try reader.names.notes()
        let isDivided = columns.recording == nil && !reader.areOfHypnograms && !times.countFromStart
        let stretches = TimedStretches(
            reader, longestGap: isDivided ? longestGap : .infinity)
        let grid = TimedGrid(reader, stretches)
        skipped = reader.skippedItems + grid.skipped
        guard !grid.runs.isEmpty else {
            let distance = stretches.medianDistance.map { "rows stand \($0) s apart, where each 30 s need one" }
            let leftOut = Reasons.text(of: reader.skippedItems + stretches.skipped + grid.leftOut)
            let doubts = stretches.notes.map { String($0.trimmingPrefix("\(paths[0]): ")) }
            let reasons = ["no sleep epoch is left", distance, leftOut].compactMap(\.self) + doubts
            throw .unsuitable(path: paths[0], reason: reasons.joined(separator: "; "))
        }
        try reader.requireLabels(in: grid.runs)
        values = grid.values
        notes = nameNotes + reader.notes + grid.notes
        outline = DatasetOutline(
            kind: "table", vocabulary: .stage, rows: valueNames.count, columns: window, content: valueNames,
            units: units, of: TableRun.recordings(grid.runs, grid.names))
    }

    /// Appends the values in the order of the outline.
    ///
    /// - Throws: `TensorFileError` from the writer.
    public func appendSamples(to writer: inout DatasetWriter) throws {
        var findings = ColumnFindings(outline.content, units: outline.units)
        for (index, recording) in values.enumerated() {
            findings.add(outline.recordings[index].name) { recording[$0].map(Double.init) }
            try writer.append(window.samples(of: recording))
        }
        writer.notes += findings.notes
    }
}

/// How the times of a table are written.
///
/// A time is a date and a time of day, with or without a zone (`2024-03-31T01:30:00+01:00`, `2024-03-31 01:30:00`,
/// `3/31/2024 1:30:00 AM`), or a number since 1970, whose digits say whether it counts seconds, milliseconds,
/// microseconds or nanoseconds.
public struct TimeColumn: Sendable, Equatable {
    /// The zone of times that say none; nil refuses them.
    ///
    /// Those in the hour that comes twice in autumn are told apart by the order of the rows.
    public var zone: TimeZone?
    /// Whether times that say their own zone, or count since 1970, are refused where `zone` is given: whoever names a
    /// zone for them has another idea of them.
    public var refusesOwnZones: Bool
    /// In which order the numbers of a date stand.
    public var order: DateOrder
    /// Whether they are none of these, but seconds from the start of their recording.
    ///
    /// Where no column names recordings, each file is one.
    public var countFromStart = false

    /// Times written like this.
    public init(zone: TimeZone? = nil, refusesOwnZones: Bool = true, order: DateOrder = .yearFirst) {
        (self.zone, self.refusesOwnZones, self.order) = (zone, refusesOwnZones, order)
    }

    /// Seconds from the start of a recording.
    public static var fromStart: TimeColumn {
        var times = TimeColumn()
        times.countFromStart = true
        return times
    }
}
