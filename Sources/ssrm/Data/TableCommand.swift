public import ArgumentParser
import Datasets
import Foundation
public import Readers
public import Signals

extension LabelVocabulary: ExpressibleByArgument {}
extension TableRecordings.Delimiter: ExpressibleByArgument {
    /// The delimiter of this name, or the character itself.
    public init?(argument: String) {
        let names = [",": "comma", ";": "semicolon", "\t": "tab", "\\t": "tab"]
        self.init(rawValue: names[argument] ?? argument)
    }
}
extension DateOrder: ExpressibleByArgument {}

/// `ssrm data table`: a user's own recordings as CSV.
struct TableCommand: ReaderCommand {
    static let configuration = CommandConfiguration(
        commandName: "table",
        abstract: "Your own recordings as CSV: a row a sample or a timed value, with named columns.",
        discussion: """
            With --position a row is a sample. Rows may come in any order and from several files; they are sorted by \
            subject, recording and position (a whole number from 0: the number of the sleep epoch or frame). A position \
            that is not there ends a recording. A label or value that is empty, ?, NA or NaN is missing: the sample stays \
            without its label; without one of its values the row is left out.

            With --time-column a row is a measurement at any time, as wearables export them (2024-03-31T01:30:00+01:00, \
            2024-03-31 01:30:00 with --time-zone, Unix seconds or milliseconds, with --seconds-from-start seconds from a \
            recording's start). Each sleep epoch of 30 s from a \
            recording's first row with a label on (its first row, where there is none) gets the mean of its rows; those without a value are left out and counted, and end a \
            part of the recording.

            With --heart-rate and --activity, one or both, they become the inputs of whole nights that data sleep-accel \
            --features night has, with the same names, order and units: a model trained on one takes the other. Each \
            recording is a night of its own, from its first to its last label.

            A label is of its row's own time, so that each sleep epoch needs one; with --label-end or --label-seconds it lasts, \
            and each sleep epoch has the one that lasts for more than half of it. --label-file names files with the labels where \
            those with the values have none. --hypnogram names hypnograms of a polysomnograph that recorded at the same time.

            Labels are codes of the vocabulary (stage: W, N1, N2, N3, REM and other usual names of \
            stages, numbers excepted; posture: supine, right, left) or what \
            --label-map makes of them. UTF-8 or UTF-16; a field in double quotes may hold anything. Names of subjects that \
            differ only in case, spaces, underscores, in what is not seen or in a number's zeros are refused.

            Example:
              ssrm data table --file nights.csv --subject id --recording night \\
                --position epoch --label stage --label-map 0=W,1=N1,2=N2,3=N3,4=REM \\
                --values hr,movement --units 1/min,g --vocabulary stage --window 11 \\
                --out own.safetensors
              ssrm data table --file heart.csv --subject-name ada --time-column start \\
                --time-zone Europe/Berlin --values bpm --units 1/min --vocabulary stage \\
                --window 11 --out ada.safetensors
              ssrm data table --file watch.csv --subject id --time-column time \\
                --label stage --heart-rate bpm --activity count --vocabulary stage \\
                --out nights.safetensors
              ssrm data table --file pulse.csv --label-file sleep.csv --subject-name ada \\
                --time-column Time --label-time dateTime --time-zone Europe/Berlin \\
                --label level --label-seconds seconds --label-map light=N2,deep=N3 \\
                --heart-rate Value --bridge 90 --vocabulary stage --out nights.safetensors
              ssrm data table --file watch.csv --subject id --time-column time \\
                --time-zone Europe/Berlin --own-time-zones --hypnogram psg/*.edf \\
                --heart-rate bpm --activity count --vocabulary stage --out nights.safetensors
            """)

    @Option(
        name: .long, parsing: .upToNextOption, help: "Files with a header line; may be given several times.",
        completion: .file())
    var file: [String]

    @Option(name: .long, help: "The column that names the subject.")
    var subject: String?

    @Option(name: .long, help: "Instead of --subject: the name of the one person of whom all files are.")
    var subjectName: String?

    @Option(
        name: .long,
        help: """
            The column that names the recording of that subject, a night for example; that of --subject once more where each \
            has one. Left out, each file is one recording of each subject in it, called as the file without its ending; with \
            --time-column recordings then end where a gap is longer than --max-gap.
            """)
    var recording: String?

    @Option(name: .long, help: "The column with the position in the recording.")
    var position: String?

    @Option(name: .long, help: "How far apart positions stand, 30 for example where they are seconds; 1 by default.")
    var positionStep: Int?

    @OptionGroup var time: TimeOptions

    @OptionGroup var hypnograms: TableHypnogramOptions

    @Option(name: .long, help: "The column with the label; without it no sample has one.")
    var label: String?

    @Option(
        name: .customLong("values"), help: "The columns with the values, separated by commas.",
        transform: names(inList:))
    private var givenValues: [[String]] = []
    private var values: [String] { givenValues.flatMap(\.self) }

    @OptionGroup var night: NightOptions

    @Option(
        name: .long,
        help: "Instead of --values: every column whose name starts so, or '*' for every column that is nothing else.")
    var valuesFrom: String?

    @Option(name: .long, help: "What the labels mean: stage, posture, pmd-i or pmd-ii.")
    var vocabulary: LabelVocabulary

    @Option(
        name: .customLong("label-map"),
        help: "What the table's labels stand for, like 0=W,1=N1,9= (nothing behind = for no label).",
        transform: { try mapEntries($0, of: "--label-map", like: "0=W,1=N1", naming: "label") })
    private var labelMaps: [[(text: String, code: String)]] = []
    private var labelMap: [(text: String, code: String)] { labelMaps.flatMap(\.self) }

    @Option(name: .long, help: "How many rows of the table a sample spans; an odd number.")
    var window = 1

    @Option(name: .long, help: "Instead of --window: the values of a row are a map of so many rows, row by row.")
    var rows: Int?

    @Option(name: .long, help: "With --rows: what a sensor of the mat reads that carries nothing; 0 by default.")
    var baseline: Float?

    @Flag(name: .long, help: "With --rows: the map's first row is at the feet, not at the head.")
    var feetFirst = false

    @Option(
        name: .long,
        help: """
            The units of --values in their order, separated by commas: 1/min, g, mm, …, or 1 for a number without a unit. \
            Columns of --values-from may have one together.
            """,
        transform: { text in
            text.split(separator: ",", omittingEmptySubsequences: false).map {
                $0.trimmingCharacters(in: .whitespaces)
            }
        })
    var units: [String] = []

    @Option(
        name: .long,
        help:
            "What stands between two columns: comma, semicolon or tab; comma by default, or what a first line sep= says."
    )
    var delimiter: TableRecordings.Delimiter?

    @Option(name: .long, help: "How many lines stand before the header.")
    var skipLines = 0

    @Option(
        name: .long,
        help: "The names of all columns of --file in their order, like time,bpm, where the files have no header line.",
        transform: { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) })
    var columnNames: [String]?

    @OptionGroup var output: DatasetOutput

    func validate() throws {
        try requireWindow(window)
        if let rows, rows < 1 || window != 1 {
            throw ValidationError("--rows must be at least 1, and does not go with --window")
        }
        guard rows != nil || (baseline == nil && !feetFirst) else {
            throw ValidationError("--baseline and --feet-first go with --rows")
        }
        if let baseline, !baseline.isFinite { throw ValidationError("--baseline must be a number") }
        guard !night.isAsked || (time.timeColumn != nil && values.isEmpty && valuesFrom == nil && units.isEmpty) else {
            throw ValidationError(
                "--heart-rate and --activity go with --time-column, without --values, --values-from or --units")
        }
        try night.requireCompanions()
        guard night.isAsked || values.isEmpty != (valuesFrom == nil), valuesFrom?.isEmpty != true else {
            throw ValidationError("name the columns of values with either --values or --values-from")
        }
        if let text = firstRepeated(labelMap.map(\.text)) {
            throw ValidationError("--label-map names \"\(text)\" twice: leave one of them out")
        }
        do { _ = try labels() } catch .ambiguousMap(let option, let reason) {
            throw ValidationError("\(option): \(reason)")
        } catch {
            throw ValidationError("--label-map: \(error)")
        }
        guard !units.contains("") else { throw ValidationError("--units must name a unit for each column of values") }
        guard (0...1_000_000).contains(skipLines) else {
            throw ValidationError("--skip-lines must be from 0 to 1000000")
        }
        guard (subject == nil) != (subjectName == nil), subjectName?.isEmpty != true else {
            throw ValidationError("say who was recorded with either --subject COLUMN or --subject-name NAME")
        }
        guard (position == nil) != (time.timeColumn == nil) else {
            throw ValidationError("say when with either --position COLUMN or --time-column COLUMN")
        }
        try hypnograms.require(time, label: label, hasLabelMap: !labelMap.isEmpty, recording: recording)
        try time.timeColumn == nil ? validatePositions() : validateTimes()
    }

    private func validatePositions() throws {
        try time.requireUntimed()
        if let positionStep, !(1...86_400).contains(positionStep) {
            throw ValidationError("--position-step must be from 1 to 86400")
        }
    }

    private func validateTimes() throws {
        guard vocabulary == .stage, rows == nil, positionStep == nil else {
            throw ValidationError(
                "--time-column makes sleep epochs: it goes with --vocabulary stage, without --rows or --position-step")
        }
        try time.requireTimed(isLabelled: label != nil, hasRecordings: recording != nil)
    }

    var inputs: [String] { file + time.labelFile + hypnograms.hypnogram }

    private var record: ReaderRecord {
        var settings = ["vocabulary": vocabulary.rawValue]
        if !values.isEmpty { settings["values"] = values.joined(separator: ",") }
        settings["values-from"] = valuesFrom
        if !units.isEmpty { settings["units"] = units.joined(separator: ",") }
        if let rows { settings["rows"] = "\(rows)" } else { settings["window"] = "\(window)" }
        settings["baseline"] = baseline.map { "\($0)" }
        if feetFirst { settings["feet-first"] = "" }
        // Neither who was recorded nor a label is taken over from other people's files.
        var layout: [String: String] = [:]
        layout["subject"] = subject
        (layout["recording"], layout["position"], layout["time-column"]) = (recording, position, time.timeColumn)
        layout["position-step"] = positionStep.map { "\($0)" }
        (layout["time-zone"], layout["date-order"]) = (time.timeZone, time.dateOrder?.rawValue)
        if time.secondsFromStart { layout["seconds-from-start"] = "" }
        layout["max-gap"] = time.maxGap.map { "\($0)" }
        (layout["heart-rate"], layout["activity"]) = (night.heartRate, night.activity)
        layout["bridge"] = night.bridge.map { "\($0)" }
        layout["activity-seconds"] = night.activitySeconds.map { "\($0)" }
        layout["delimiter"] = delimiter?.rawValue
        layout["column-names"] = columnNames?.joined(separator: ",")
        if skipLines > 0 { layout["skip-lines"] = "\(skipLines)" }
        return ReaderRecord(reader: "table", settings: settings, layout: layout)
    }

    func recordings() throws -> ReadRecordings { ReadRecordings(try source(), record) }

    private func labels() throws(DatasetError) -> TableLabels {
        try TableLabels(vocabulary, codeOfText: Dictionary(labelMap.map { ($0.text, $0.code) }) { $1 })
    }

    private func source() throws -> any RecordingSource {
        var columns = TableColumns(
            subject: subject.map { .column($0) } ?? .named(subjectName ?? ""), recording: recording,
            position: position ?? time.timeColumn ?? "", label: label,
            values: valuesFrom.map { $0 == "*" ? .others : .prefixed($0) } ?? .named(values))
        columns.labelEnd = time.end
        let labels = try labels()
        var format = TableRecordings.Format(
            delimiter: delimiter, skippedLines: skipLines, positionStep: positionStep ?? 1)
        format.columnNames = columnNames
        if time.timeColumn == nil {
            return try TableRecordings(
                files: file, columns: columns, labels: labels,
                shape: rows.map { .map(rows: $0, frame: MapFrame(baseline: baseline ?? 0, feetFirst: feetFirst)) }
                    ?? .window(window),
                format: format, units: units)
        }
        if night.isAsked {
            return try TimedNights(
                files: file, columns: columns, heartRate: night.heartRate, activity: night.activity, labels: labels,
                labelFiles: time.labelFiles, hypnograms: hypnograms.hypnograms(time.times), times: time.times,
                window: window, longestGap: time.maxGap ?? 3600,
                bridge: night.bridge ?? 0, activitySeconds: night.activitySeconds, format: format)
        }
        return try TimedTable(
            files: file, columns: columns, labels: labels, labelFiles: time.labelFiles,
            hypnograms: hypnograms.hypnograms(time.times), times: time.times,
            window: window, longestGap: time.maxGap ?? 3600, format: format, units: units)
    }
}
