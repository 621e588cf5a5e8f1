package import Datasets

/// When recordings begin, as a person wrote it down, for those of which the dataset does not know it.
package struct RecordingStarts: Sendable {
    private let starts: [String: RecordingStart]
    private let path: String

    /// The times in CSV of the columns `recording,start`, like `night1,22:47` or `night2,2024-03-31T22:47:30`.
    ///
    /// - Parameters:
    ///   - csv: a file's content.
    ///   - path: what errors call it.
    /// - Throws: `DatasetError.badLine` for a line that is no time.
    package init(csv: UnsafeRawBufferPointer, path: String) throws {
        var starts: [String: RecordingStart] = [:]
        try CSVText.rows(in: csv, path: path) { line, fields in
            func refusal(_ reason: String) -> DatasetError { .badLine(path: path, line: line, reason: reason) }
            guard fields.count == 2 else { throw refusal("\(fields.count) fields where recording,start are due") }
            if starts.isEmpty, fields == ["recording", "start"] { return }
            guard let start = RecordingStart(fields[1]) else {
                throw refusal(
                    "\(String(fields[1].prefix(40)).debugDescription) is no time of day: write it like 22:47, with the "
                        + "day like 2024-03-31T22:47")
            }
            guard starts.updateValue(start, forKey: fields[0]) == nil else {
                throw refusal("recording \(fields[0]) is there twice")
            }
        }
        (self.starts, self.path) = (starts, path)
    }

    /// When position 0 of a recording is.
    ///
    /// What follows a gap, which readers call `<recording>+<position>`, counts its positions from the recording's
    /// begin, so the recording's own line is also its.
    ///
    /// - Parameters:
    ///   - recording: its name.
    ///   - first: its first position.
    /// - Returns: the time of day, with the day where the file has it.
    /// - Throws: `ReportError.otherSamples` where the file names neither.
    package func start(of recording: String, from first: Int) throws -> RecordingStart {
        if let start = starts[recording] { return start }
        let whole = Self.whole(of: recording, from: first)
        if let start = starts[whole] { return start }
        throw ReportError.otherSamples(
            "\(path) does not say when recording \(whole) begins: add a line for it, like \(CSVText.field(whole)),22:47"
        )
    }

    /// The recording that one is a stretch of, behind a gap; itself where it is none.
    private static func whole(of recording: String, from first: Int) -> String {
        guard let plus = recording.lastIndex(of: "+"), plus > recording.startIndex,
            let position = Int(recording[recording.index(after: plus)...]), (1...max(first, 1)).contains(position)
        else { return recording }
        return String(recording[..<plus])
    }
}

extension RecordingStart {
    /// The time of day at a sleep epoch, in hours since the midnight before the recording.
    package func clock(position: Int) -> Double { seconds / 3600 + Double(position) / 120 }
}
