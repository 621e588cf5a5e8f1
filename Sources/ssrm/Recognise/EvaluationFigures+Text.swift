import Recognition
import Service
import SleepRecognition

extension EvaluationFigures {
    /// A line for the classes that nobody has, one for each fold that was not trained on all others, and a blank one.
    private var foldsWithoutAClass: String {
        let nobodys = classes.filter { $0.samples == 0 }.map(\.name).filter { name in
            folds.allSatisfy { $0.absentClasses.contains(name) }
        }
        let missing = folds.map { fold in (fold.name, fold.absentClasses.filter { !nobodys.contains($0) }) }
        let lines =
            (nobodys.isEmpty ? [] : ["no sample is \(nobodys.joined(separator: " or "))\n"])
            + missing.filter { !$1.isEmpty }.map { name, classes in
                "fold \(name): no training sample is \(classes.joined(separator: " or "))\n"
            }
        return lines.isEmpty ? "" : lines.joined() + "\n"
    }

    /// The figures as tables, as a terminal is to be told them.
    var text: String {
        let perClass =
            [["class", "samples", "precision", "recall", "F1"]]
            + classes.map { found in
                // What was never scored can't have been missed.
                let recall = found.samples > 0 ? found.recall : nil
                return [
                    found.name, "\(found.samples)", fixed(found.precision, 3), fixed(recall, 3), fixed(found.f1, 3),
                ]
            }
        let matrix = Shading.matrix(confusion, names: classes.map(\.name), corner: "is \\ recognised as")
        let perSubject =
            [["subject", "samples", "accuracy", "kappa"]]
            + subjects.map { [$0.subject, "\($0.samples)", fixed($0.accuracy, 3), fixed($0.kappa, 3)] }
        let head = """
            \(data): \(scheme), \(protocolName) over \(folds.count) folds, preset \(preset), \(samples) samples held out
            \(settings.recogniser.encoder.needsEncoder ? "" : "no pre-training: recogniser.encoder is \(settings.recogniser.encoder.rawValue)\n")\
            \(changes.isEmpty ? "" : "not as in \(preset): \(changes.joined(separator: ", "))\n")
            \(table(perClass))
            """
        let rest = """
            \(table(perSubject))

            \(foldsWithoutAClass)\(choices)\
            accuracy \(fixed(accuracy, 4))\(accuracyInterval.text)   kappa \(fixed(kappa, 4))\(kappaInterval.text)   \
            macro F1 \(fixed(macroF1, 4))\(macroF1Interval.text)
            mean accuracy of subjects \(fixed(meanSubjectAccuracy, 4))\(worstSubject)
            \(intervals)\(undefinedKappas)
            """
        return [TerminalText.plain(head), matrix, TerminalText.plain(rest)].joined(separator: "\n\n")
    }

    /// A line for each fold that chose settings, and a blank one.
    private var choices: String {
        let lines = folds.compactMap { fold in fold.chosen.map { "fold \(fold.name): chose \($0)\n" } }
        return lines.isEmpty ? "" : lines.joined() + "\n"
    }

    /// What is to be said of resamples that kappa's interval is not over.
    private var undefinedKappas: String {
        guard let count = undefinedKappaResamples, count > 0 else { return "" }
        return "; kappa is not defined in \(count) draws, which are left out of its interval"
    }

    private var worstSubject: String {
        subjects.min { $0.accuracy < $1.accuracy }.map { ", worst \(fixed($0.accuracy, 4)) (\($0.subject))" } ?? ""
    }
}

extension Interval? {
    /// Its ends in brackets, after a space.
    var text: String { map { " [\(fixed($0.low, 3)), \(fixed($0.high, 3))]" } ?? "" }
}

/// Rows of cells as columns of text: the first to the left, the others to the right.
func table(_ rows: [[String]]) -> String {
    let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
        row.enumerated().map { column, cell in
            let space = String(repeating: " ", count: widths[column] - cell.count)
            return column == 0 ? cell + space : space + cell
        }.joined(separator: "  ")
    }.joined(separator: "\n")
}
