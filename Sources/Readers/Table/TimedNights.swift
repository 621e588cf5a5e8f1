public import Datasets
import Signals

/// Whole nights of timed heart rates, activity counts or both in delimited text files (CSV), with the inputs of
/// ``SleepAccelNights``: those that can be had of the columns that there are, in the same order and units.
///
/// Times, rows and recordings are read as by ``TimedTable``. Each recording is a night of its own, whose medians,
/// percentiles and ranks are its own; a gap longer than `longestGap` divides two. Sleep epochs of 30 s count from a
/// recording's first row with a label, or its first row where none has one. The night lasts from the first to the last
/// sleep epoch with a label and a row of each column. In between every sleep epoch stays: without a row of each column
/// it has no label, and values on straight lines. With `bridge`, a sleep epoch between two heart rates that are no
/// further apart counts as having one.
///
/// Heart rates are in beats a minute, several of one time their mean, on straight lines each 5 s. Activity counts are
/// those of `ActivityCounts`, one a sleep epoch; of several rows in one the mean, or with `activitySeconds`, which says
/// how long each counted, what they count in it.
public struct TimedNights: RecordingSource {
    private let inputs: [[[Float]]]
    private let window: SleepEpochWindow

    /// The recordings that were found.
    public let outline: DatasetOutline
    /// Rows, sleep epochs and recordings that were left out.
    public let skipped: [SkippedItem]
    /// What was made of the rows and their times.
    public let notes: [String]

    /// Reads the tables.
    ///
    /// - Parameters:
    ///   - paths: the files, each with a header.
    ///   - columns: which columns are what; `position` is the column of times, and `values` are not looked at.
    ///   - heartRate: the column of heart rates, or nil for none.
    ///   - activity: the column of activity counts, or nil for none.
    ///   - labels: what the labels mean, stages of sleep.
    ///   - labelFiles: files that have the labels, and the files with the values then have none; nil for none.
    ///   - hypnograms: hypnograms that have the labels, of which each makes a recording; nil for none. `columns` then
    ///     have no label and no recording.
    ///   - times: how times are written.
    ///   - window: how many sleep epochs a sample spans; odd.
    ///   - longestGap: a longer gap, in seconds, divides two recordings where no column names them.
    ///   - bridge: between heart rates up to so many seconds apart sleep epochs count as having one.
    ///   - activitySeconds: how many seconds each activity count is of, from its time on; nil: of its sleep epoch.
    ///   - format: how the files are written; `positionStep` is not looked at.
    /// - Throws: `DatasetError` that names the file and the line or subject; also when no night can be used.
    /// - Precondition: there is a column of heart rates or of activity counts.
    public init(
        files paths: [String], columns: TableColumns, heartRate: String?, activity: String?, labels: TableLabels,
        labelFiles: LabelFiles? = nil, hypnograms: TableHypnograms? = nil, times: TimeColumn = TimeColumn(),
        window: Int = 1, longestGap: Double = 3600,
        bridge: Double = 0, activitySeconds: Double? = nil, format: TableRecordings.Format = TableRecordings.Format()
    ) throws(DatasetError) {
        precondition(labels.vocabulary == .stage, "sleep epochs have stages, not \(labels.vocabulary.rawValue)")
        precondition(heartRate != nil || activity != nil, "no column of values")
        self.window = SleepEpochWindow(width: window)
        let wanted = NightInputs(heartRate: heartRate != nil, activity: activity != nil)
        var columns = columns
        columns.values = .named([heartRate, activity].compactMap(\.self))
        let limits: [TimedTableReader.Limit] =
            (wanted.heartRate ? [.heartRate] : []) + (wanted.activity ? [.count] : [])
        let reader = try TimedTableReader(
            paths, columns, labelFiles: labelFiles, labels: labels, times: times, format: format, limits: limits,
            hypnograms: hypnograms, lead: TimedNight.leadSeconds)
        let nameNotes = try reader.names.notes()
        let isDivided = columns.recording == nil && !reader.areOfHypnograms && !times.countFromStart
        let stretches = TimedStretches(
            reader, longestGap: isDivided ? longestGap : .infinity)
        var unusable: [TimedNight.Unusable] = []
        var nights: [TimedNight] = []
        var findings = ColumnFindings(reader.valueNames, units: [])
        for rows in stretches.rows {
            do throws(TimedNight.Unusable) {
                let night = try TimedNight(
                    rows, reader, wanted, bridge: bridge, activitySeconds: activitySeconds)
                nights.append(night)
                findings.add(night.name.recording) { column in
                    rows.map { reader.values[$0 * reader.valueNames.count + column] }.filter { !$0.isNaN }
                }
            } catch {
                unusable.append(error)
            }
        }
        guard !nights.isEmpty else {
            throw .unsuitable(
                path: unusable.first?.path ?? paths[0],
                reason: "no night is left: \(Reasons.text(of: unusable.map(\.ofRecording)) ?? "no row has a value")")
        }
        inputs = nights.map(\.inputs)
        skipped = reader.skippedItems + stretches.skipped + nights.flatMap(\.skipped) + unusable.map(\.item)
        let disputed = nights.reduce(0) { $0 + $1.disputedCount }
        let disputes = TimedStretches.note(onDisputed: disputed)
        let counts = nights.compactMap(\.countsPerEpoch).max() ?? 1
        let means =
            "\(activity ?? "") has up to \(counts) rows in most sleep epochs of a night, and the mean of them is taken: where "
            + "they count shorter times, --activity-seconds says how long, and their sum is"
        notes =
            nameNotes + reader.notes + stretches.notes + nights.flatMap(\.notes) + (disputed > 0 ? [disputes] : [])
            + (counts > 1 ? [means] : []) + findings.notes
        let runs = nights.enumerated().map {
            TableRun(name: $0, firstPosition: $1.run.firstPosition, labels: $1.run.labels, start: $1.start)
        }
        try reader.requireLabels(in: runs)
        outline = DatasetOutline(
            kind: "table-night", vocabulary: .stage, rows: wanted.content.count, columns: window,
            content: wanted.content, units: wanted.units, of: TableRun.recordings(runs, nights.map(\.name)))
    }

    /// Appends the values in the order of the outline.
    ///
    /// - Throws: `TensorFileError` from the writer.
    public func appendSamples(to writer: inout DatasetWriter) throws {
        for night in inputs {
            try writer.append(window.samples(of: night))
        }
    }
}
