import Datasets
import SleepRecognition

extension Predictions {
    /// A line a sample, after one of names: subject, recording, position, label, and the probability of each class.
    var csv: String { HeldOutAnswers(classes: classes, rows: rows).csv }
}

extension HeldOutAnswers {
    /// A line a sample held out, as `Predictions.csv` has them.
    var csv: String {
        let head = ["subject", "recording", "position", "label"] + classes.map { "p_\($0)" }
        var lines = [head.map(CSVText.field).joined(separator: ",")]
        for row in rows {
            let fields = [
                CSVText.field(row.subject), CSVText.field(row.recording), "\(row.position)", CSVText.field(row.label),
            ]
            lines.append((fields + row.probabilities.map { fixed(Double($0), 6) }).joined(separator: ","))
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
