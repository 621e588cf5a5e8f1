package import Foundation

/// What a run tells the process that serves its page, some times a second, beside what it writes to files.
package struct RunBeat: Codable, Equatable, Sendable {
    /// A figure of the last step.
    package struct NamedFigure: Codable, Equatable, Sendable {
        /// Its name.
        package let name: String
        /// Its value.
        package let value: Double
    }
    /// Steps done; nil before this part of the run has begun.
    package var step: Int?
    /// The last step's figures, the loss first.
    package var figures: [NamedFigure] = []
    /// How many workers had a part in it.
    package var workers = 0
    /// Rows through the network each second of late; 0 before the second step that was seen done.
    package var rowsPerSecond = 0.0
    /// Bytes of messages that the coordinator has sent and received, but for what lies in memory that is shared.
    package var (sentBytes, receivedBytes) = (0, 0)

    /// Before the first step.
    package init() {}

    /// A beat as it is sent.
    ///
    /// - Throws: when it is none.
    package init(message: Data) throws {
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        self = try decoder.decode(RunBeat.self, from: message)
    }

    /// As it is sent.
    var message: Data {
        get throws {
            let encoder = JSONEncoder()
            encoder.nonConformingFloatEncodingStrategy = .convertToString(
                positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
            return try encoder.encode(self)
        }
    }
}
