import Datasets

/// At which time of day recordings begin, as a person wrote it down: datasets do not keep it.
package struct RecordingStarts: Sendable {
    private let hours: [String: Double]
    private let path: String

    /// The times in CSV of the columns `recording,start`, like `night1,22:47`.
    ///
    /// - Parameters:
    ///   - csv: a file's content.
    ///   - path: what errors call it.
    /// - Throws: `DatasetError.badLine` for a line that is no time.
    package init(csv: UnsafeRawBufferPointer, path: String) throws {
        var hours: [String: Double] = [:]
        try CSVText.rows(in: csv, path: path) { line, fields in
            func refusal(_ reason: String) -> DatasetError { .badLine(path: path, line: line, reason: reason) }
            guard fields.count == 2 else { throw refusal("\(fields.count) fields where recording,start are due") }
            if hours.isEmpty, fields == ["recording", "start"] { return }
            guard let time = Self.hours(fields[1]) else {
                throw refusal("\(String(fields[1].prefix(40)).debugDescription) is no time of day: write it like 22:47")
            }
            guard hours.updateValue(time, forKey: fields[0]) == nil else {
                throw refusal("recording \(fields[0]) is there twice")
            }
        }
        (self.hours, self.path) = (hours, path)
    }

    /// Hours since midnight of a text like `22:47` or `22:47:30`; nil of another.
    private static func hours(_ text: String) -> Double? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { part in
            part.count <= 2 && part.allSatisfy { "0123456789".contains($0) } ? Int(part) : nil
        }
        guard (2...3).contains(parts.count), let hour = parts[0], let minute = parts[1], hour < 24, minute < 60 else {
            return nil
        }
        guard parts.count == 3 else { return Double(hour) + Double(minute) / 60 }
        guard let second = parts[2], second < 60 else { return nil }
        return Double(hour) + Double(minute) / 60 + Double(second) / 3600
    }

    /// The time of day at a sleep epoch of a recording, in hours since midnight.
    ///
    /// - Throws: `ReportError.otherSamples` where the file does not name the recording.
    package func clock(_ recording: String, position: Int) throws -> Double {
        guard let start = hours[recording] else {
            throw ReportError.otherSamples("\(path) does not say when recording \(recording) begins: add a line for it")
        }
        return start + Double(position) / 120
    }
}
