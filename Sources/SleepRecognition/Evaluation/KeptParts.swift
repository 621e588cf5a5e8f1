import Checkpoints
import Foundation

/// What came of an evaluation's parts, kept in a folder, so that one that was interrupted goes on.
///
/// A part is a fold, a draw of a label curve, or a fold in which settings are chosen. Each is a file, which is there
/// whole or not at all; what decides all of them is in `evaluation.json`, and a folder of another evaluation is
/// refused.
/// As a part has the same bits wherever it is computed, processes may share a folder; each computes what was not there
/// when it began.
public struct KeptParts: Sendable {
    /// What decides what comes of a part.
    private struct Origin: Codable, Equatable {
        let format: String
        let version: String
        let datasetDigest: String
        let scheme: String
        let protocolName: String
        let seed: UInt64
        /// Whom each fold holds out, by name; nobody where it holds out samples.
        let heldOut: [[String]]
        let settings: PresetSettings
        let candidates: [Candidate]
        /// Into how many groups people are divided to choose; nil where nothing is chosen.
        let choiceGroups: Int?

        struct Candidate: Codable, Equatable {
            let name: String
            let settings: PresetSettings
        }

        private enum CodingKeys: String, CodingKey {
            case format, version, scheme, seed, settings, candidates
            case datasetDigest = "dataset_digest"
            case protocolName = "protocol"
            case heldOut = "held_out"
            case choiceGroups = "choice_groups"
        }

        init(_ evaluation: Evaluation, version: String) {
            (format, self.version) = (KeptParts.format, version)
            datasetDigest = evaluation.dataset.digest
            (scheme, protocolName, seed) = (evaluation.scheme.rawValue, evaluation.division.name, evaluation.seed)
            heldOut = evaluation.folds.map(\.heldOut)
            settings = evaluation.settings.values
            candidates = evaluation.candidates.map { Candidate(name: $0.name, settings: $0.settings.values) }
            choiceGroups = candidates.isEmpty ? nil : evaluation.choiceGroups
        }

        /// The first thing in which another is otherwise, in words.
        func difference(from other: Origin) -> String {
            if version != other.version { return KeptFolder.difference("program's version", version, other.version) }
            if datasetDigest != other.datasetDigest { return "its dataset has another content" }
            if scheme != other.scheme { return KeptFolder.difference("scheme", scheme, other.scheme) }
            if protocolName != other.protocolName {
                return KeptFolder.difference("protocol", protocolName, other.protocolName)
            }
            if seed != other.seed { return KeptFolder.difference("seed", seed, other.seed) }
            if heldOut.count != other.heldOut.count {
                return KeptFolder.difference("number of folds", heldOut.count, other.heldOut.count)
            }
            if heldOut != other.heldOut { return "its folds hold out others" }
            if let setting = other.settings.differences(from: settings).first { return "it has \(setting)" }
            return "settings are chosen otherwise in it"
        }
    }

    private static let format = "ssrm.kept.1"
    private static let originName = "evaluation.json"

    /// Where they are.
    public let folder: String
    private let tell: @Sendable (String) -> Void

    /// The parts that a folder has of an evaluation, and will have; the folder is made where there is none.
    ///
    /// - Parameters:
    ///   - folder: where they are kept.
    ///   - evaluation: whose they are; a label curve's are its evaluation's.
    ///   - version: the program's; parts that another computed may have other bits.
    ///   - tell: is told of a part that can't be kept or read, which ends nothing: it is computed again. Called on any
    ///     thread.
    /// - Throws: `SleepRecognitionError.kept` where the folder is another's or can't be written.
    public init(
        in folder: String, of evaluation: Evaluation, version: String, tell: @escaping @Sendable (String) -> Void
    ) throws(SleepRecognitionError) {
        (self.folder, self.tell) = (folder, tell)
        let origin = Origin(evaluation, version: version)
        try KeptFolder.claim(folder, for: origin, named: Self.originName, keeping: "parts of another evaluation") {
            origin.difference(from: $0)
        }
    }

    /// The part of this name that is kept; nil where there is none, or none of this evaluation.
    func part<Part: Decodable>(_ name: String, _ fits: (Part) -> Bool) -> Part? {
        let path = path(name)
        guard access(path, F_OK) == 0 else { return nil }
        do {
            let part: Part = try KeptFolder.read(path)
            if fits(part) { return part }
            tell("\(path) is no part of this evaluation; it is computed again")
        } catch {
            tell("\(path) can't be read (\(error)); it is computed again")
        }
        return nil
    }

    /// Keeps a part.
    func keep(_ part: some Encodable, _ name: String) {
        do { try WholeFile.write(KeptFolder.encoded(part), to: path(name)) } catch {
            tell("note: \(error); what came of \(name) is lost where this is interrupted")
        }
    }

    private func path(_ name: String) -> String { "\(folder)/\(name).json" }
}
