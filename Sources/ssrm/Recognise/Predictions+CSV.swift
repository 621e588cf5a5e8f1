import Foundation
import SleepRecognition

extension Predictions {
    /// A line a sample, after one of names: subject, recording, position, label, and the probability of each class.
    var csv: String {
        let head = ["subject", "recording", "position", "label"] + classes.map { "p_\($0)" }
        var lines = [head.map(csvField).joined(separator: ",")]
        for row in rows {
            let fields = [csvField(row.subject), csvField(row.recording), "\(row.position)", csvField(row.label)]
            lines.append((fields + row.probabilities.map { fixed(Double($0), 6) }).joined(separator: ","))
        }
        return lines.joined(separator: "\n") + "\n"
    }
}

/// A CSV field, quoted where RFC 4180 asks for it.
private func csvField(_ text: String) -> String {
    guard text.contains(where: { ",\"\r\n".contains($0) }) else { return text }
    return "\"" + text.replacingOccurrences(of: "\"", with: "\"\"") + "\""
}
