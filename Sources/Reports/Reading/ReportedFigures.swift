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

    /// The figures in a file's JSON; nil where it is no such JSON.
    ///
    /// - Parameters:
    ///   - json: a file's content.
    ///   - path: what errors call it.
    /// - Throws: `ReportError.otherForm` for what is no whole JSON, or of another version.
    package init?(json: Data, path: String) throws(ReportError) {
        let decoder = JSONDecoder()
        guard let keys = try? decoder.decode(Keys.self, from: json) else {
            throw .otherForm(file: path, reason: "it begins like JSON and is not: is it whole?")
        }
        func decoded<Value: Decodable>(_ type: Value.Type, _ what: String) throws(ReportError) -> Value {
            do { return try decoder.decode(type, from: json) } catch {
                throw .otherForm(
                    file: path,
                    reason: "it looks like \(what), but of another version than this program reads: make it anew")
            }
        }
        if let format = keys.format, format != EvaluationFigures.format {
            throw .otherForm(
                file: path,
                reason: format == Report.format
                    ? "it is what a report says: give what the report was made of"
                    : "its format is \(format), and this program reads \(EvaluationFigures.format): make it with this "
                        + "version")
        }
        if keys.has("tools", "packages", "every") {
            self = .baselines(try decoded(BaselineFigures.self, "plain tools' figures"))
        } else if keys.has("points", "verdict") {
            self = .labelCurve(try decoded(LabelCurveFigures.self, "a label curve"))
        } else if keys.has("confusion", "folds") {
            self = .evaluation(try decoded(EvaluationFigures.self, "an evaluation"))
        } else {
            return nil
        }
    }
}
