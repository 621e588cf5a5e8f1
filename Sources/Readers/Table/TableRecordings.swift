public import Datasets
public import Signals

/// A user's own recordings in delimited text files (CSV): a row a sample, with named columns.
///
/// Rows may come in any order and from several files. Without a column for recordings each file is one recording of
/// each subject in it, named after it. Rows are sorted by subject, recording and position; a position that is not there
/// ends a recording, and what follows is another, named `<recording>+<position>`. A label or value
/// that is empty, `?`, `NA` or `NaN` is missing: without a label the sample stays, without one of its values the row is
/// left out. A second row of the same recording and position is left out when it says the same, and refused when not.
/// Of sleep stages, runs of fewer than ten sleep epochs are left out.
///
/// A row of k values becomes a matrix `[k, window]` of the rows around it (at the ends the first or last is repeated),
/// or with `rows` a map of so many rows. A recording keeps its name, with its subject's in front where two subjects
/// share one, and an apostrophe behind where the name is taken all the same.
///
/// The files are read twice: first everything but the values is kept, some forty bytes a row, then the values of one
/// recording at a time. UTF-8 is read in place; a UTF-16 file is held in memory as UTF-8. Parquet is not read: no
/// well-kept library for Swift or C++ is light enough; `pandas.read_parquet("x").to_csv("x.csv", index=False)` makes a
/// CSV of it.
public struct TableRecordings: RecordingSource {
    /// What a row's values become.
    public enum Shape: Sendable, Equatable {
        /// A matrix of the row's values and those of the rows around it; how many rows it spans, odd.
        case window(Int)
        /// A map of so many rows, and how it lies.
        case map(rows: Int, frame: MapFrame)
    }

    /// How the files are written.
    public struct Format: Sendable, Equatable {
        /// What stands between two columns; nil for a comma, or what a first line like `sep=;` says.
        public var delimiter: Delimiter?
        /// How many lines stand before the header.
        public var skippedLines: Int
        /// How far apart the positions of two rows that follow each other stand: 30 for seconds of sleep epochs.
        public var positionStep: Int
        /// The names of all columns, where the files have no header; nil: it has them.
        public var columnNames: [String]?

        /// Files written like this.
        ///
        /// - Precondition: `skippedLines` is 0 or more, `positionStep` 1 or more.
        public init(delimiter: Delimiter? = nil, skippedLines: Int = 0, positionStep: Int = 1) {
            precondition(skippedLines >= 0 && positionStep > 0, "\(skippedLines) lines, steps of \(positionStep)")
            (self.delimiter, self.skippedLines, self.positionStep) = (delimiter, skippedLines, positionStep)
        }
    }

    /// What stands between two columns.
    public enum Delimiter: String, Sendable, CaseIterable {
        /// A comma.
        case comma
        /// A semicolon, as spreadsheets write where the comma is the decimal point; numbers need a point all the same.
        case semicolon
        /// A tab.
        case tab

        var byte: UInt8 {
            switch self {
            case .comma: return UInt8(ascii: ",")
            case .semicolon: return UInt8(ascii: ";")
            case .tab: return UInt8(ascii: "\t")
            }
        }
    }

    private let files: [TableFile]
    private let shape: Shape
    /// The rows of each recording of the outline.
    private let rows: [ArraySlice<TableReader.Row>]

    /// The recordings that were found.
    public let outline: DatasetOutline
    /// Rows that were left out.
    public let skipped: [SkippedItem]
    /// What is odd about names and positions.
    public let notes: [String]

    /// Reads the tables but keeps no values.
    ///
    /// - Parameters:
    ///   - paths: the files, each with a header.
    ///   - columns: which columns are what.
    ///   - labels: what the labels mean.
    ///   - shape: what a row's values become.
    ///   - format: how the files are written.
    ///   - units: the unit of each column of values, or one of all that are not named one by one; none where they
    ///     are not known.
    /// - Throws: `DatasetError` that names the file, the line and the column.
    public init(
        files paths: [String], columns: TableColumns, labels: TableLabels, shape: Shape = .window(1),
        format: Format = Format(), units: [String] = []
    ) throws(DatasetError) {
        try Self.requireDistinct(paths)
        self.shape = shape
        var reader = try TableReader(of: paths, columns: columns, labels: labels, format: format)
        for path in paths { try reader.read(path) }
        files = reader.files
        let valueNames = files[0].valueNames
        if case .map(let rowCount, _) = shape, rowCount < 1 || valueNames.count % rowCount != 0 {
            throw .unsuitable(
                path: paths[0], reason: "\(valueNames.count) columns of values are no map of \(rowCount) rows")
        }
        let units = try columns.units(units, ofValues: valueNames.count, path: paths[0])
        let isSleep = labels.vocabulary == .stage
        let fewestRows = isSleep ? SleepEpochWindow.fewestEpochs : 1
        let nameNotes = try reader.names.notes()
        rows = try reader.recordings(fewestRows: fewestRows)
        skipped = reader.skippedItems(unit: isSleep ? .sleepEpoch : .row, fewestRows: fewestRows)
        let step = reader.commonStep.map {
            "positions stand \($0) apart, so that each is a recording of its own; where they count seconds, say, and not "
                + "rows, use --position-step \($0)" + (isSleep ? Self.remarkOnLength(ofStep: $0) ?? "" : "")
        }
        guard !rows.isEmpty else {
            let reasons = ["no row is left", step, Reasons.text(of: skipped)].compactMap(\.self)
            throw .unsuitable(path: paths[0], reason: reasons.joined(separator: "; "))
        }
        let begins = reader.commonStart.map {
            "the first position of every recording is \($0) where they count from 0: times told of them are late by that "
                + "many sleep epochs unless these are missing"
        }
        notes =
            nameNotes + reader.labelTexts.notes + [step, isSleep ? begins : nil].compactMap(\.self)
            + (isSleep ? Self.notesOnLengths(reader, rows, step: format.positionStep) : [])
        let names = reader.names.names
        let runs = rows.compactMap { rows in
            rows.first.map { TableRun(name: $0.recording, firstPosition: $0.position, labels: rows.map(\.label)) }
        }
        let size: (rows: Int, columns: Int)
        switch shape {
        case .window(let width): size = (valueNames.count, SleepEpochWindow(width: width).width)
        case .map(let rowCount, _): size = (rowCount, valueNames.count / rowCount)
        }
        var outline = DatasetOutline(
            kind: "table", vocabulary: labels.vocabulary, rows: size.rows, columns: size.columns, content: valueNames,
            units: units, of: TableRun.recordings(runs, names))
        if case .map(_, let frame) = shape { outline.frame = frame }
        self.outline = outline
    }

    /// What is said of sleep epochs whose positions, as seconds, make them last other than 30 s; nil of others.
    ///
    /// A step of a few is none of seconds, and one beyond a minute counts milliseconds, or samples.
    private static func remarkOnLength(ofStep step: Int) -> String? {
        guard step > 5, step <= 60, step != Int(SleepEpochWindow.epochSeconds) else { return nil }
        return "; sleep epochs of \(step) s would be taken as ones of 30 s, as every program here takes them: score or "
            + "export them in sleep epochs of 30 s"
    }

    /// What makes doubtful that rows are sleep epochs of 30 s, and recordings nights.
    private static func notesOnLengths(
        _ reader: TableReader, _ rows: [ArraySlice<TableReader.Row>], step: Int
    ) -> [String] {
        let length = remarkOnLength(ofStep: step).map { "positions stand \(step) apart, as --position-step says\($0)" }
        let day = SleepEpochWindow.epochsPerDay
        let long = reader.columns.recording == nil ? rows.filter { $0.count > day } : []
        let nights = long.first.flatMap { rows in
            rows.first.map { first in
                "\(reader.files[first.file].path): \(rows.count) sleep epochs one after another are more than a day"
                    + (long.count > 1 ? ", and so are those of \(long.count - 1) more" : "")
                    + ": where a file is several nights, name the column that tells them apart with --recording"
            }
        }
        return [length, nights].compactMap(\.self)
    }

    /// Makes sure that no file is given twice.
    static func requireDistinct(_ paths: [String]) throws(DatasetError) {
        precondition(!paths.isEmpty, "no files")
        for (index, path) in paths.enumerated() where paths[..<index].contains(path) {
            throw .unsuitable(path: path, reason: "given twice as a file of the table")
        }
    }

    /// Reads the files again and appends the values in the order of the outline.
    ///
    /// - Throws: `DatasetError` that names the file, line and column; `TensorFileError` from the writer.
    public func appendSamples(to writer: inout DatasetWriter) throws {
        var findings = ColumnFindings(outline.content, units: outline.units)
        for (index, recording) in rows.enumerated() {
            let values = try TableReader.values(of: recording, files)
            let samples: [Float]
            switch shape {
            case .map: samples = Array(values.joined())
            case .window(let width):
                let columns = values[0].indices.map { column in values.map { $0[column] } }
                findings.add(outline.recordings[index].name) { columns[$0].map(Double.init) }
                samples = SleepEpochWindow(width: width).samples(of: columns)
            }
            try writer.append(samples)
        }
        writer.notes += findings.notes
    }
}
