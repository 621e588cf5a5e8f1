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
        let first = file.bytes.first { !" \t\r\n".utf8.contains($0) }
        if first == UInt8(ascii: "{") {
            self = try Self.json(path, Data(file.bytes))
        } else if file.bytes.starts(with: "subject,recording,position,label,".utf8) {
            self = .answers(try HeldOutAnswers(reading: file))
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

    private struct Keys: Decodable {
        let format: String?
        let names: Set<String>

        private struct Key: CodingKey {
            let stringValue: String
            var intValue: Int? { nil }
            init(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Key.self)
            names = Set(container.allKeys.map(\.stringValue))
            format = try? container.decode(String.self, forKey: Key(stringValue: "format"))
        }

        func has(_ wanted: String...) -> Bool { names.isSuperset(of: wanted) }
    }

    private static func json(_ path: String, _ content: Data) throws -> ReportThing {
        let decoder = JSONDecoder()
        guard let keys = try? decoder.decode(Keys.self, from: content) else {
            throw ProgramError("\(path) begins like JSON and is not: is it whole?")
        }
        func decoded<Value: Decodable>(_ type: Value.Type, _ what: String) throws -> Value {
            do { return try decoder.decode(type, from: content) } catch {
                throw ReportError.otherForm(
                    file: path,
                    reason: "it looks like \(what), but of another version than this program reads: make it anew")
            }
        }
        if let format = keys.format, format != EvaluationFigures.format {
            throw ReportError.otherForm(
                file: path,
                reason: format == Report.format
                    ? "it is what a report says: give what the report was made of"
                    : "its format is \(format), and this program reads \(EvaluationFigures.format): make it with this version"
            )
        }
        if keys.has("tools", "packages", "every") {
            return .baselines(try decoded(BaselineFigures.self, "plain tools' figures"))
        }
        if keys.has("points", "verdict") { return .labelCurve(try decoded(LabelCurveFigures.self, "a label curve")) }
        if keys.has("confusion", "folds") { return .evaluation(try decoded(EvaluationFigures.self, "an evaluation")) }
        throw unknown(path)
    }
}

extension HeldOutAnswers {
    /// The answers in a file that `ssrm predict` or `ssrm evaluate --predictions-out` wrote.
    ///
    /// - Throws: `DatasetError.badLine` for a line that can't be read.
    init(reading file: MappedFile) throws {
        var classes: [String] = []
        var rows: [Predictions.Row] = []
        try CSVText.rows(in: file.bytes, path: file.path) { line, fields in
            func refusal(_ reason: String) -> DatasetError { .badLine(path: file.path, line: line, reason: reason) }
            if rows.isEmpty, classes.isEmpty {
                guard fields.dropFirst(4).allSatisfy({ $0.hasPrefix("p_") }), fields.count > 4 else {
                    throw refusal("the columns after label are not probabilities p_…")
                }
                classes = fields.dropFirst(4).map { String($0.dropFirst(2)) }
                return
            }
            guard fields.count == classes.count + 4 else {
                throw refusal("\(fields.count) fields where \(classes.count + 4) are due")
            }
            guard let position = Int(fields[2]), abs(position) < 1 << 31 else {
                throw refusal("\(fields[2].prefix(40).debugDescription) is no position")
            }
            guard classes.contains(fields[3]) else {
                throw refusal(
                    "\(fields[3].prefix(40).debugDescription) is none of the classes \(classes.joined(separator: ", "))"
                )
            }
            let probabilities = fields.dropFirst(4).compactMap { Float($0) }.filter { (0...1).contains($0) }
            guard probabilities.count == classes.count else { throw refusal("a probability is not between 0 and 1") }
            rows.append(
                Predictions.Row(
                    subject: fields[0], recording: fields[1], position: position, label: fields[3],
                    probabilities: probabilities))
        }
        guard !rows.isEmpty else { throw ReportError.empty(file: file.path, reason: "it has no answer") }
        self.init(classes: classes, rows: rows)
    }
}
