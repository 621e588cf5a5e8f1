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
                name: "\(name: tool.tool)\(Self.inputs(of: tool))",
                accuracy: (tool.figures.accuracy, tool.figures.accuracyInterval),
                macroF1: (tool.figures.macroF1, tool.figures.macroF1Interval),
                kappa: (tool.figures.kappa, tool.figures.kappaInterval))
        }
        let rows = ([own] + others).sorted { $0.kappa.0 ?? -.infinity > $1.kappa.0 ?? -.infinity }
        let ends = rows.flatMap { [$0.kappa.0].compactMap(\.self) + ($0.kappa.1.map { [$0.low, $0.high] } ?? []) }
        let scale = Scale(over: ends)
        let every: Prose = baselines.every > 1 ? " They were trained on every \(baselines.every)th sample." : ""
        return [
            .heading("Beside plain tools"),
            .table(
                Table(
                    caption: "\(likeness); 95 % intervals over people; by kappa",
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
        ] + differences(baselines) + [
            .note(
                """
                raw: the tool read the samples as they are; prepared: what ssrm prepares of them.\(every) Made with \
                \(name: baselines.packages.joined(separator: ", ")).
                """)
        ]
    }

    /// What the tools are known to have in common with the evaluation; files of versions before say less of it.
    private var likeness: Prose {
        let isKnown = baselines?.folds != nil && (baselines?.seed != nil || figures.isDividedByPeopleAlone)
        return isKnown ? "The same folds, labels and samples" : "The same data, labels and protocol"
    }

    private static func inputs(of row: BaselineFigures.Row) -> Prose { row.inputs.map { ", \(name: $0)" } ?? "" }

    /// How far evaluations are above the tools: of the same people, so that it is surer than its parts.
    private func differences(_ baselines: BaselineFigures) -> [Block] {
        guard let rows = baselines.differences, !rows.isEmpty else { return [] }
        return [
            .table(
                Table(
                    caption: "How far above each, paired person by person; 95 % intervals over people",
                    head: ["", "kappa", "accuracy", "macro F1"],
                    rows: rows.map { row in
                        [.text("\(name: row.tool) above \(name: row.minus ?? "")\(Self.inputs(of: row))")]
                            + Table.cells(row.figures)
                    }))
        ]
    }
}
