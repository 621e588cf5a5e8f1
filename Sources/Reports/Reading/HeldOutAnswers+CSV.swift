import Datasets
import Foundation
package import SleepRecognition

extension HeldOutAnswers {
    /// The answers in CSV that `ssrm predict` or `ssrm evaluate --predictions-out` wrote.
    ///
    /// - Parameters:
    ///   - csv: a file's content.
    ///   - path: what errors call it.
    /// - Throws: `DatasetError.badLine` for a line that can't be read, `ReportError.empty` where there is none.
    package init(csv: UnsafeRawBufferPointer, path: String) throws {
        var classes: [String] = []
        var rows: [Predictions.Row] = []
        try CSVText.rows(in: csv, path: path) { line, fields in
            func refusal(_ reason: String) -> DatasetError { .badLine(path: path, line: line, reason: reason) }
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
            guard let position = Int(fields[2]), (-1 << 31..<1 << 31).contains(position) else {
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
        guard !rows.isEmpty else { throw ReportError.empty(file: path, reason: "it has no answer") }
        self.init(classes: classes, rows: rows)
    }
}
