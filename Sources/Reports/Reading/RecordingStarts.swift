package import Datasets

/// When recordings begin, as a person wrote it down: it goes before what the dataset knows.
package struct RecordingStarts: Sendable {
    /// A recording that may have a line.
    package struct Recording: Sendable {
        let name: String
        let first: Int
        /// When its position 0 is, as the dataset has it; nil where that does not know it.
        package let known: RecordingStart?

        /// A recording.
        ///
        /// - Parameters:
        ///   - name: its name.
        ///   - first: its first position.
        ///   - known: when its position 0 is, as the dataset has it; nil where that does not know it.
        package init(name: String, first: Int, known: RecordingStart?) {
            (self.name, self.first, self.known) = (name, first, known)
        }
    }

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
            guard fields.count > 1 || !fields[0].contains(";") else {
                throw refusal("a semicolon stands where a comma is due: write recording,start")
            }
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

    /// When position 0 of a recording is: the file's time, or the dataset's where the file has none.
    ///
    /// What follows a gap, which readers call `<recording>+<position>`, counts its positions from the recording's
    /// begin, so the recording's own line is also its; a line of its own has the time of its first position. A time
    /// without a day that is the dataset's own keeps that one's day.
    ///
    /// - Returns: the time of day, with the day where it is known.
    /// - Throws: `ReportError.otherSamples` where neither the file nor the dataset knows it.
    package func start(of recording: Recording) throws -> RecordingStart {
        if let (_, start) = line(of: recording) {
            guard let known = recording.known, !Self.contradicts(start, known) else { return start }
            return start.day == nil ? known : start
        }
        if let known = recording.known { return known }
        let whole = Self.whole(of: recording)
        throw ReportError.otherSamples(
            "\(path) does not say when recording \(whole) begins: add a line for it, like \(CSVText.field(whole)),22:47"
        )
    }

    /// What somebody should know who gave the file: where it contradicts the dataset, and lines of no recording.
    ///
    /// - Parameter recordings: all that the file may be about.
    /// - Returns: a sentence each, none where there is nothing to tell.
    package func notes(on recordings: [Recording]) -> [String] {
        var (notes, contradicted, used) = ([String](), [String](), Set<String>())
        for recording in recordings {
            guard let (line, start) = line(of: recording) else { continue }
            let isNew = used.insert(line).inserted
            if isNew, let known = recording.known, Self.contradicts(start, known) {
                contradicted.append("\(line) at \(start.text), and not at \(known.text)")
            }
        }
        if !contradicted.isEmpty {
            notes.append("\(path) goes before the dataset: \(Self.some(contradicted))")
        }
        let unused = starts.keys.filter { !used.contains($0) }.sorted()
        if !unused.isEmpty {
            let lines = unused.count == 1 ? "1 line is" : "\(unused.count) lines are"
            notes.append("\(path): \(lines) of no recording that is there: \(Self.some(unused))")
        }
        return notes
    }

    private static func some(_ texts: [String]) -> String {
        texts.prefix(3).joined(separator: "; ") + (texts.count > 3 ? "; and \(texts.count - 3) more" : "")
    }

    /// Whether times are not the same; a day that only one has is no contradiction.
    private static func contradicts(_ start: RecordingStart, _ known: RecordingStart) -> Bool {
        if let own = start.day, let other = known.day, own != other { return true }
        return Int(start.seconds) != Int(known.seconds)
    }

    /// Whose line says when a recording begins, and when its position 0 is by that; nil where there is none.
    private func line(of recording: Recording) -> (name: String, start: RecordingStart)? {
        let whole = Self.whole(of: recording)
        if let start = starts[recording.name] {
            let position = Double(recording.name.dropFirst(whole.count + 1)) ?? 0
            return start.adding(-position * SleepEpochWindow.epochSeconds).map { (recording.name, $0) }
        }
        return starts[whole].map { (whole, $0) }
    }

    /// The recording that one is a stretch of, behind a gap; itself where it is none.
    private static func whole(of recording: Recording) -> String {
        let name = recording.name
        guard let plus = name.lastIndex(of: "+"), plus > name.startIndex,
            let position = Int(name[name.index(after: plus)...]), (1...max(recording.first, 1)).contains(position)
        else { return name }
        return String(name[..<plus])
    }
}

extension RecordingStart {
    /// The time of day at a sleep epoch, in hours since the midnight before the recording.
    package func clock(position: Int) -> Double { seconds / 3600 + Double(position) / 120 }
}
