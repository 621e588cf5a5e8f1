import ArgumentParser
import Datasets
import Foundation
import Readers

/// How the rows of a table say when they are, and how long their labels last.
struct TimeOptions: ParsableArguments {
    @Option(
        name: .long,
        help:
            "Instead of --position: the column with the time of a measurement, or its date's and its time's: Date,Time."
    )
    var timeColumn: String?

    @Option(
        name: .long,
        help: """
            The zone of times that say none, like Europe/Berlin. Times in the hour that comes twice in autumn are told \
            apart by the order of the rows.
            """)
    var timeZone: String?

    @Flag(
        name: .long,
        help: """
            With --time-zone: times that say their own zone, or count since 1970, are read as they say. (default: refused, since \
            they need no --time-zone)
            """)
    var ownTimeZones = false

    @Flag(
        name: .long,
        help: """
            The numbers in --time-column are seconds from the start of the recording: of one that --recording names, or of \
            each file.
            """)
    var secondsFromStart = false

    @Option(name: .long, help: "The order of year, month and day in dates of --time-column: ymd, mdy or dmy.")
    var dateOrder: DateOrder?

    @Option(
        name: .long, help: "How many seconds without a row end a recording, without --recording; 3600 by default.")
    var maxGap: Double?

    @Option(
        name: .long,
        help: """
            With --time-column and --label: the column with the time at which a label ends, where a row has the stage of more \
            than its own moment; or its date's and its time's.
            """)
    var labelEnd: String?

    @Option(name: .long, help: "Instead of --label-end: the column that says how many seconds a label lasts.")
    var labelSeconds: String?

    @Option(
        name: .long, parsing: .upToNextOption,
        help: """
            With --time-column and --label: files that have the labels, where those of --file have none. They name subjects and \
            recordings in the same columns, and write times alike.
            """,
        completion: .file())
    var labelFile: [String] = []

    @Option(
        name: .long,
        help: "With --label-file: the column with the time at which a label begins; that of --time-column by default.")
    var labelTime: String?

    /// What is asked of them: the times as they are read.
    var times: TimeColumn {
        if secondsFromStart { return .fromStart }
        return TimeColumn(
            zone: timeZone.flatMap(TimeZone.init(identifier:)), refusesOwnZones: !ownTimeZones,
            order: dateOrder ?? .yearFirst)
    }

    /// How a label's end is said; nil where it is of its row's own time.
    var end: TableColumns.LabelEnd? { labelEnd.map { .time($0) } ?? labelSeconds.map { .seconds($0) } }

    /// The files with the labels; nil where they are in the files with the values.
    var labelFiles: LabelFiles? { labelFile.isEmpty ? nil : LabelFiles(paths: labelFile, time: labelTime) }

    /// Refuses what needs a column of times where there is none.
    func requireUntimed() throws {
        guard timeZone == nil, !ownTimeZones, dateOrder == nil, maxGap == nil, !secondsFromStart else {
            throw ValidationError(
                "--time-zone, --own-time-zones, --date-order, --max-gap and --seconds-from-start go with --time-column")
        }
        guard end == nil, labelFile.isEmpty, labelTime == nil else {
            throw ValidationError("--label-end, --label-seconds, --label-file and --label-time go with --time-column")
        }
    }

    /// Refuses what does not go together with a column of times.
    func requireTimed(isLabelled: Bool, hasRecordings: Bool) throws {
        if let maxGap, !(maxGap >= SleepEpochWindow.epochSeconds) || hasRecordings {
            throw ValidationError("--max-gap must be at least 30 s, and does not go with --recording")
        }
        guard !secondsFromStart || (timeZone == nil && dateOrder == nil && maxGap == nil) else {
            throw ValidationError(
                "--seconds-from-start says what times are, and each recording its own: leave --time-zone, --date-order and "
                    + "--max-gap out")
        }
        guard timeZone != nil || !ownTimeZones else { throw ValidationError("--own-time-zones goes with --time-zone") }
        if let timeZone, TimeZone(identifier: timeZone) == nil {
            throw ValidationError("there is no time zone \(timeZone): use a name like Europe/Berlin")
        }
        // BST is Bangladesh's, too, and EST has no summer.
        if let timeZone, timeZone.allSatisfy(\.isUppercase), timeZone != "UTC", timeZone != "GMT" {
            throw ValidationError(
                "\(timeZone) stands for several zones, or leaves the summer out: use a name like Europe/Berlin")
        }
        guard isLabelled || (end == nil && labelFile.isEmpty) else {
            throw ValidationError("--label-end, --label-seconds and --label-file go with --label")
        }
        guard labelEnd == nil || labelSeconds == nil else {
            throw ValidationError("say until when a label lasts with either --label-end or --label-seconds")
        }
        guard labelTime == nil || !labelFile.isEmpty else {
            throw ValidationError("--label-time goes with --label-file")
        }
    }
}
