import Checkpoints
import Datasets
import Foundation
import Recognition
import Reports
import SleepRecognition
import Upstream

/// What `ssrm report` is given, told apart by what it is.
enum ReportThing {
    case evaluation(EvaluationFigures)
    case labelCurve(LabelCurveFigures)
    case baselines(BaselineFigures)
    case run(RunFolder)
    case model(RecogniserModel, digest: String)
    case dataset(Dataset)
    case answers(HeldOutAnswers)

    /// What it is called in messages.
    var kind: String {
        switch self {
        case .evaluation: "an evaluation"
        case .labelCurve: "a label curve"
        case .baselines: "plain tools' figures"
        case .run: "a run directory"
        case .model: "a model"
        case .dataset: "a dataset"
        case .answers: "answers"
        }
    }

    /// The dataset that its part of the page is of; nil where it does not say.
    var partDataset: Report.PartDataset? {
        switch self {
        case .evaluation(let figures):
            Report.PartDataset(part: "the evaluation is of", name: figures.data, digest: figures.datasetDigest)
        case .labelCurve(let figures):
            Report.PartDataset(part: "the label curve is of", name: figures.data, digest: figures.datasetDigest)
        case .dataset(let dataset):
            Report.PartDataset(part: "the samples are of", name: dataset.path, digest: dataset.digest)
        case .baselines, .run, .model, .answers: nil
        }
    }

    /// The thing at `path`.
    ///
    /// - Throws: `ProgramError` for what is none of these, `ReportError` for one of another version, and what reading
    ///   it throws.
    init(opening path: String) throws {
        var status = stat()
        guard stat(path, &status) == 0 else { throw ProgramError("\(path): no such file or folder") }
        if status.st_mode & S_IFMT == S_IFDIR {
            self = .run(RunFolder(path))
            return
        }
        guard status.st_mode & S_IFMT == S_IFREG else { throw Self.unknown(path) }
        if let format = try? TensorFile.metadata(at: path)["format"] {
            self = try Self.tensors(path, format: format)
            return
        }
        let file = try MappedFile(path: path)
        let text = file.bytes.dropFirst(ByteOrderMark.byteCount(in: file.bytes))
        let first = text.first { !" \t\r\n".utf8.contains($0) }
        if first == UInt8(ascii: "{") {
            switch try ReportedFigures(json: Data(text), path: path) {
            case .evaluation(let figures): self = .evaluation(figures)
            case .labelCurve(let figures): self = .labelCurve(figures)
            case .baselines(let figures): self = .baselines(figures)
            case nil: throw Self.unknown(path)
            }
        } else if text.starts(with: "subject,recording,position,label,".utf8) {
            self = .answers(try HeldOutAnswers(csv: file.bytes, path: path))
        } else if text.starts(with: "subject;recording;position;".utf8) {
            throw ProgramError(
                "\(path): these answers have semicolons between their fields: take the file as `ssrm` wrote it, with commas"
            )
        } else {
            throw Self.unknown(path)
        }
        try file.requireWhole()
    }

    private static func unknown(_ path: String) -> ProgramError {
        ProgramError(
            "\(path) is nothing to report: give JSON of `ssrm evaluate` or Scripts/compare-baselines, a run directory, a model, "
                + "or a dataset with a model or with a CSV file of `ssrm predict` or `ssrm evaluate --predictions-out`")
    }

    private static func tensors(_ path: String, format: String) throws -> ReportThing {
        if format.hasPrefix("ssrm.model.") {
            return .model(try RecogniserModel(opening: path), digest: try TensorFile(opening: path).digest)
        }
        if format.hasPrefix("ssrm.dataset.") { return .dataset(try Dataset(opening: path)) }
        if format.hasPrefix("ssrm.checkpoint.") {
            throw ProgramError("\(path) is a checkpoint, which does not tell of its run: give the run directory")
        }
        throw unknown(path)
    }
}
