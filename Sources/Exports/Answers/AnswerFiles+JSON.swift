package import Foundation

extension AnswerFiles {
    /// The form's name in the file.
    package static let jsonFormat = "ssrm.answers.1"

    private struct Answers: Encodable {
        struct Recording: Encodable {
            let subject, recording: String
            let start: String?
            let positions: [Int]
            let labels: [String]
            let probabilities: [[Float]]
        }
        let format: String
        let model: String
        let classes: [String]
        let positionSeconds: Double?
        let recordings: [Recording]

        private enum CodingKeys: String, CodingKey {
            case format, model, classes, recordings
            case positionSeconds = "position_seconds"
        }
    }

    /// One object with everything.
    ///
    /// - Parameter positionSeconds: how far positions stand apart; nil where nobody knows.
    /// - Returns: the file.
    /// - Throws: where a probability is no number.
    package func json(positionSeconds: Double?) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let answers = Answers(
            format: Self.jsonFormat, model: model, classes: classes, positionSeconds: positionSeconds,
            recordings: recordings.map { recording in
                Answers.Recording(
                    subject: recording.subject, recording: recording.recording, start: recording.start?.text,
                    positions: recording.rows.map(\.position), labels: recording.rows.map(\.label),
                    probabilities: recording.rows.map(\.probabilities))
            })
        return try encoder.encode(answers) + [UInt8(ascii: "\n")]
    }
}
