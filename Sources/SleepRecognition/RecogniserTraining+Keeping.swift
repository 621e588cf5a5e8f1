import Checkpoints
import Datasets
import Encoders
public import Recognition
import Signals

extension RecogniserTraining {
    /// What decides the bits of what is trained.
    private struct Origin: Codable, Equatable {
        let format, version, datasetDigest, scheme: String
        let encoder: Known?
        let seed: UInt64
        /// The samples that take part, as the first and the one behind the last of each run of them.
        let samples: [[Int]]
        let settings: PresetSettings

        /// What an encoder is known by: the same parameters may be read otherwise.
        struct Known: Codable, Equatable {
            let identity: String
            let record: Encoder.Record
        }

        private enum CodingKeys: String, CodingKey {
            case format, version, scheme, encoder, seed, samples, settings
            case datasetDigest = "dataset_digest"
        }

        /// The first thing in which another is otherwise, in words.
        func difference(from other: Origin) -> String {
            if version != other.version { return KeptFolder.difference("program's version", version, other.version) }
            if datasetDigest != other.datasetDigest { return "its dataset has another content" }
            if scheme != other.scheme { return KeptFolder.difference("scheme", scheme, other.scheme) }
            if encoder != other.encoder { return "its encoder is another" }
            if seed != other.seed { return KeptFolder.difference("seed", seed, other.seed) }
            if samples != other.samples { return "others take part in it" }
            return other.settings.differences(from: settings).first.map { "it has \($0)" } ?? "it is of another form"
        }
    }

    /// Has a folder keep how far the training is, so that one that was interrupted goes on, to the same bits.
    ///
    /// - Parameters:
    ///   - folder: the folder; it is made where there is none.
    ///   - version: the program's; another may train to other bits.
    ///   - tell: is told of a state that can't be written or read, which ends nothing. Called on any thread.
    /// - Returns: what `run` is to be given.
    /// - Throws: `SleepRecognitionError.kept` where the folder is another's or can't be written.
    public func kept(
        in folder: String, version: String, tell: @escaping @Sendable (String) -> Void
    ) throws(SleepRecognitionError) -> KeptTraining {
        var runs: [[Int]] = []
        for sample in training {
            if runs.last?[1] == sample { runs[runs.count - 1][1] += 1 } else { runs.append([sample, sample + 1]) }
        }
        var values = settings.values
        values.recogniser.seed = PresetSettings.unread.recogniser.seed  // files of settings have none
        let origin = Origin(
            format: "ssrm.kept-training.1", version: version, datasetDigest: dataset.digest, scheme: scheme.rawValue,
            encoder: encoder.map { Origin.Known(identity: $0.encoder.identity, record: $0.encoder.record) },
            seed: settings.values.recogniser.seed, samples: runs,
            settings: values)
        try KeptFolder.claim(folder, for: origin, named: "training.json", keeping: "another training") {
            origin.difference(from: $0)
        }
        let whole = try about(folder) { try KeptFolder.encoded(origin) }
        let dataset = dataset
        return KeptTraining(
            in: folder, of: whole.withUnsafeBytes { SHA256Digest.hex(of: $0) },
            // Where the file was only touched, a look at it all shows that.
            isSound: { dataset.isUntouched || (try? dataset.requireWhole()) != nil }, tell: tell)
    }
}
