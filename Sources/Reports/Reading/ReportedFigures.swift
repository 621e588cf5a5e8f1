import Coordination
package import Foundation
package import SleepRecognition

/// Figures in a JSON file that `ssrm report` draws, told apart by what they have.
package enum ReportedFigures: Sendable {
    /// Of `ssrm evaluate`.
    case evaluation(EvaluationFigures)
    /// Of `ssrm evaluate --labelled-subjects`.
    case labelCurve(LabelCurveFigures)
    /// Of `Scripts/compare-baselines`.
    case baselines(BaselineFigures)

    /// The figures in a file's JSON; nil where it is no such JSON.
    ///
    /// - Parameters:
    ///   - json: a file's content.
    ///   - path: what errors call it.
    /// - Throws: `ReportError.otherForm` for what is no whole JSON, or of another version; `ReportError.empty` for
    ///   folds that nothing was scored on.
    package init?(json: Data, path: String) throws(ReportError) {
        let decoder = JSONDecoder()
        guard let keys = try? decoder.decode(Keys.self, from: json) else {
            throw .otherForm(file: path, reason: "it begins like JSON and is not: is it whole?")
        }
        guard let kind = try Kind(keys, path: path) else { return nil }
        func decoded<Value: Decodable>(_ type: Value.Type) throws(ReportError) -> Value {
            do { return try decoder.decode(type, from: json) } catch {
                throw .otherForm(
                    file: path,
                    reason: "it looks like \(kind.words), but of another version than this program reads: make it anew")
            }
        }
        switch kind {
        case .evaluation: self = .evaluation(try decoded(EvaluationFigures.self))
        case .labelCurve: self = .labelCurve(try decoded(LabelCurveFigures.self))
        case .baselines: self = .baselines(try decoded(BaselineFigures.self))
        case .folds:
            throw .empty(
                file: path,
                reason: "it says which samples each fold trains on and holds out, and has no scores: give the JSON of "
                    + "the same `ssrm evaluate` without --folds-only")
        }
    }

    /// What a file's JSON is of, whatever its version.
    private enum Kind: CaseIterable {
        case evaluation, labelCurve, baselines, folds

        /// The form that this program reads.
        var format: String {
            switch self {
            case .evaluation: EvaluationFigures.format
            case .labelCurve: LabelCurveFigures.format
            case .baselines: BaselineFigures.format
            case .folds: FoldDivision.format
            }
        }

        var words: String {
            switch self {
            case .evaluation: "an evaluation"
            case .labelCurve: "a label curve"
            case .baselines: "plain tools' figures"
            case .folds: "folds"
            }
        }

        /// What tells it in files of versions that wrote no format.
        private var names: Set<String> {
            switch self {
            case .evaluation: ["confusion", "folds"]
            case .labelCurve: ["points", "verdict"]
            case .baselines: ["tools", "packages", "every"]
            case .folds: ["labels", "folds"]
            }
        }

        /// The kind that a file's format names, or its keys where it has none; nil where these are of no kind.
        init?(_ keys: Keys, path: String) throws(ReportError) {
            guard let format = keys.format else {
                guard let kind = Self.allCases.first(where: { keys.names.isSuperset(of: $0.names) }) else { return nil }
                self = kind
                return
            }
            if format == Report.format {
                throw .otherForm(file: path, reason: "it is what a report says: give what the report was made of")
            }
            func family(_ format: String) -> Substring {
                format.prefix(upTo: format.lastIndex(of: ".") ?? format.endIndex)
            }
            if family(format) == "ssrm.answers" {  // as `AnswerFiles.jsonFormat`
                throw .otherForm(
                    file: path,
                    reason: "it is JSON of `ssrm predict`: give the CSV that `ssrm predict` writes, with its dataset")
            }
            let kind = Self.allCases.first { family($0.format) == family(format) }
            // Of folds none has scores, whatever the version.
            guard let kind, kind.format == format || kind == .folds else {
                let known = kind.map { [$0.format] } ?? Self.allCases.filter { $0 != .folds }.map(\.format)
                throw .otherForm(
                    file: path,
                    reason: "its format is \(format), and this program reads \(known.joined(separator: ", ")): make it "
                        + "with this version")
            }
            self = kind
        }
    }

    private struct Keys: Decodable {
        let format: String?
        let names: Set<String>

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: AnyKey.self)
            names = Set(container.allKeys.map(\.stringValue))
            format = try? container.decode(String.self, forKey: AnyKey(stringValue: "format"))
        }
    }
}
