package import Datasets
package import SleepRecognition

/// What was recognised of one recording, in the order of its positions.
package struct RecognisedRecording: Sendable, Equatable {
    /// The subject's name.
    package let subject: String
    /// The recording's name.
    package let recording: String
    /// When position 0 is; nil where nobody knows.
    package let start: RecordingStart?
    /// The answers, by position; no position is there twice.
    package let rows: [Predictions.Row]

    /// So many sleep epochs a recording may last: three years, which no file of stages is for.
    private static let longest = 1 << 22

    /// The recordings of answers, in the order in which they come.
    ///
    /// - Parameters:
    ///   - rows: answers for all samples.
    ///   - start: when position 0 of a recording is, whose first position it is told, too; nil where nobody knows.
    /// - Returns: the recordings.
    /// - Throws: what `start` throws, `ExportError` where positions are there twice or beyond all measure.
    package static func recordings(
        of rows: [Predictions.Row], start: (_ recording: String, _ first: Int) throws -> RecordingStart?
    ) throws -> [RecognisedRecording] {
        struct Key: Hashable { let subject, recording: String }
        var order: [Key] = []
        var rowsOfKey: [Key: [Predictions.Row]] = [:]
        for row in rows {
            let key = Key(subject: row.subject, recording: row.recording)
            if rowsOfKey[key] == nil { order.append(key) }
            rowsOfKey[key, default: []].append(row)
        }
        return try order.map { key in
            let own = (rowsOfKey[key] ?? []).sorted { $0.position < $1.position }
            for (row, next) in zip(own, own.dropFirst()) where row.position == next.position {
                throw ExportError("recording \(key.recording) has position \(row.position) twice")
            }
            guard let first = own.first, let last = own.last, first.position >= 0, last.position < longest else {
                throw ExportError("recording \(key.recording) has positions beyond 0 to \(longest)")
            }
            return RecognisedRecording(
                subject: key.subject, recording: key.recording, start: try start(key.recording, first.position),
                rows: own)
        }
    }

    /// Whether an EDF+ file can say on which day it began; one that can't begins on 1 January 1985.
    package var hasDayOfEDF: Bool { start?.date.map { EDFPlusHeader.years.contains($0.year) } ?? false }

    /// The class at each position from 0 to the last; nil where none was recognised.
    var labels: [String?] {
        guard let last = rows.last else { return [] }
        var labels = [String?](repeating: nil, count: last.position + 1)
        for row in rows { labels[row.position] = row.label }
        return labels
    }
}
