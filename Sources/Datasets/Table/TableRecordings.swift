import Signals

/// A user's own recordings in delimited text files (CSV): a row a sample, with named columns.
///
/// Rows may come in any order and from several files. They are sorted by subject, recording and position; a position
/// that is not there ends a recording, and what follows is another, named `<recording>+<position>`. A label or value
/// that is empty, `?` or `NA` is missing: without a label the sample stays, without one of its values the row is left
/// out. A second row of the same recording and position is left out when it says the same, and refused when not. Of
/// sleep stages, runs of fewer than ten sleep epochs are left out.
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
        /// A map of so many rows.
        case map(rows: Int)
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

    private let files: [TableReader.File]
    private let delimiter: Delimiter
    private let shape: Shape
    /// The rows of each recording of the outline.
    private let rows: [ArraySlice<TableReader.Row>]

    /// The recordings that were found.
    public let outline: DatasetOutline
    /// Rows that were left out.
    public let skipped: [SkippedItem]

    /// Reads the tables but keeps no values.
    ///
    /// - Parameters:
    ///   - paths: the files, each with a header.
    ///   - columns: which columns are what.
    ///   - labels: what the labels mean.
    ///   - shape: what a row's values become.
    ///   - delimiter: what stands between two columns.
    /// - Throws: `DatasetError` that names the file, the line and the column.
    public init(
        files paths: [String], columns: TableColumns, labels: TableLabels, shape: Shape = .window(1),
        delimiter: Delimiter = .comma
    ) throws(DatasetError) {
        precondition(!paths.isEmpty, "no files")
        for (index, path) in paths.enumerated() where paths[..<index].contains(path) {
            throw .unsuitable(path: path, reason: "given twice as a file of the table")
        }
        (self.shape, self.delimiter) = (shape, delimiter)
        var reader = TableReader(columns: columns, labels: labels, delimiter: delimiter)
        for path in paths { try reader.read(path) }
        files = reader.files
        let valueCount = files[0].places.values.count
        if case .map(let rowCount) = shape, rowCount < 1 || valueCount % rowCount != 0 {
            throw .unsuitable(path: paths[0], reason: "\(valueCount) columns of values are no map of \(rowCount) rows")
        }
        let isSleep = labels.vocabulary == .stage
        let fewestRows = isSleep ? SleepEpochWindow.fewestEpochs : 1
        rows = try reader.recordings(fewestRows: fewestRows)
        try Self.requirePeople(reader.names, path: paths[0])
        skipped = reader.skippedItems(unit: isSleep ? .sleepEpoch : .row, fewestRows: fewestRows)
        guard !rows.isEmpty else {
            throw .unsuitable(path: paths[0], reason: "no row is left" + (skipped.first.map { "; \($0.reason)" } ?? ""))
        }
        let places = files[0].places
        let valueNames = places.values.map { places.names[$0] }
        outline = Self.outline(of: rows, reader.names, labels.vocabulary, shape, valueNames)
    }

    /// Makes sure that the column of subjects tells people apart.
    private static func requirePeople(_ names: [TableReader.Name], path: String) throws(DatasetError) {
        let remedy = "name each person in one way in the column of subjects"
        try SubjectNames.requireDistinct(names.map(\.subject), path: path, remedy: remedy)
        var recordings: [String: String] = [:]
        for name in names where SubjectNames.isPlaceholder(name.subject) {
            if let other = recordings[name.subject] {
                throw .unsuitable(
                    path: path,
                    reason: "recordings \(other) and \(name.recording) are of subject \"\(name.subject)\", which says "
                        + "nothing of who it is: \(remedy)")
            }
            recordings[name.subject] = name.recording
        }
    }

    private static func outline(
        of rows: [ArraySlice<TableReader.Row>], _ names: [TableReader.Name], _ vocabulary: LabelVocabulary,
        _ shape: Shape, _ valueNames: [String]
    ) -> DatasetOutline {
        let first = rows.compactMap { $0.first }
        let areShared = Set(names.map(\.recording)).count < names.count
        let valueCount = valueNames.count
        let matrix: (rows: Int, columns: Int)
        switch shape {
        case .window(let width): matrix = (valueCount, SleepEpochWindow(width: width).width)
        case .map(let rowCount): matrix = (rowCount, valueCount / rowCount)
        }
        var last = -1
        var taken: Set<String> = []
        return DatasetOutline(
            kind: "table", vocabulary: vocabulary, rows: matrix.rows, columns: matrix.columns, content: valueNames,
            of: zip(first, rows).map { row, rows in
                let name = names[row.recording]
                let whole = areShared ? "\(name.subject)/\(name.recording)" : name.recording
                defer { last = row.recording }
                var unique = row.recording == last ? "\(whole)+\(row.position)" : whole
                while !taken.insert(unique).inserted { unique += "'" }
                return FoundRecording(
                    name: unique, subject: name.subject, firstPosition: row.position, labels: rows.map(\.label))
            })
    }

    /// Reads the files again and appends the values in the order of the outline.
    ///
    /// - Returns: nothing; all that is left out is in `skipped`.
    /// - Throws: `DatasetError` that names the file, line and column; `TensorFileError` from the writer.
    public func appendSamples(to writer: inout DatasetWriter) throws -> [SkippedItem] {
        for recording in rows {
            let values = try TableReader.values(of: recording, files, delimiter)
            let samples: [Float]
            switch shape {
            case .map: samples = Array(values.joined())
            case .window(let width):
                let columns = values[0].indices.map { column in values.map { $0[column] } }
                samples = SleepEpochWindow(width: width).samples(of: columns)
            }
            try samples.withUnsafeBufferPointer { try writer.append($0) }
        }
        return []
    }
}
