import Recognition
import SleepRecognition

extension EvaluationPart {
    /// Plain tools beside the evaluation, where there are any.
    var tools: [Block] {
        guard let baselines else { return [] }
        struct Row {
            let name: Prose
            let accuracy, macroF1: (Double, Interval?)
            let kappa: (Double?, Interval?)
        }
        let own = Row(
            name: "\(name: "ssrm, \(figures.preset)")", accuracy: (figures.accuracy, figures.accuracyInterval),
            macroF1: (figures.macroF1, figures.macroF1Interval), kappa: (figures.kappa, figures.kappaInterval))
        let others = baselines.tools.map { tool in
            Row(
                name: "\(name: tool.tool)\(tool.inputs.map { ", \($0)" } ?? "")",
                accuracy: (tool.accuracy, tool.accuracyInterval), macroF1: (tool.macroF1, tool.macroF1Interval),
                kappa: (tool.kappa, tool.kappaInterval))
        }
        let rows = ([own] + others).sorted { $0.kappa.0 ?? -.infinity > $1.kappa.0 ?? -.infinity }
        let ends = rows.flatMap { [$0.kappa.0].compactMap(\.self) + ($0.kappa.1.map { [$0.low, $0.high] } ?? []) }
        let scale = Scale(over: ends)
        let every: Prose = baselines.every > 1 ? " They were trained on every \(baselines.every)th sample." : ""
        return [
            .heading("Beside plain tools"),
            .table(
                Table(
                    caption: "The same folds, labels and samples; 95 % intervals over people; by kappa",
                    head: [
                        "", "kappa", "accuracy", "macro F1",
                        "kappa, \(Prose.fixed(scale.low, 2)) to \(Prose.fixed(scale.high, 2))",
                    ],
                    rows: rows.map { row in
                        let whisker = row.kappa.0.map { kappa in
                            Table.Cell.whisker(
                                low: scale.part(row.kappa.1?.low ?? kappa), value: scale.part(kappa),
                                high: scale.part(row.kappa.1?.high ?? kappa))
                        }
                        return [
                            .text(row.name), .number("\(row.kappa.0, 3)\(row.kappa.1, 3)"),
                            .number("\(row.accuracy.0, 3)\(row.accuracy.1, 3)"),
                            .number("\(row.macroF1.0, 3)\(row.macroF1.1, 3)"),
                            whisker ?? .none,
                        ]
                    })),
            .note(
                """
                raw: the tool read the samples as they are; prepared: what ssrm prepares of them.\(every) Made with \
                \(name: baselines.packages.joined(separator: ", ")).
                """),
        ]
    }
}
