import Encoders
import Foundation
import Recognition
import Upstream

extension PretrainedEncoder {
    /// What it takes.
    var sampleKind: SampleKind {
        SampleKind(rows: encoder.rows, columns: encoder.columns, content: encoder.record.content)
    }
}

extension RecogniserModel {
    /// What it takes.
    var sampleKind: SampleKind { SampleKind(rows: rows, columns: columns, content: content) }

    /// Its encoder.
    ///
    /// - Parameter name: what errors call the model.
    /// - Returns: the encoder, which makes what the recogniser reads.
    /// - Throws: `SleepRecognitionError.recognition` when its parts don't belong together.
    func encoder(name: String) throws(SleepRecognitionError) -> Encoder {
        func refusal(_ reason: String) -> SleepRecognitionError {
            .recognition(.notAModel(path: name, reason: reason))
        }
        guard let record = try? JSONDecoder().decode(Encoder.Record.self, from: Data(encoderRecord.utf8)) else {
            throw refusal("its encoder's record can't be read")
        }
        guard record.rows == rows, record.columns == columns else {
            throw refusal("its encoder takes samples of another shape")
        }
        let encoder: Encoder
        do { encoder = try Encoder(record: record, parameters: encoderParameters) } catch { throw refusal("\(error)") }
        let width = inputs.width(featureCount: encoder.featureCount, valuesPerSample: rows * columns)
        guard width == recogniser.network.features else {
            throw refusal(
                "its encoder and inputs make \(width) values a sample, its recogniser reads "
                    + "\(recogniser.network.features)")
        }
        return encoder
    }
}
