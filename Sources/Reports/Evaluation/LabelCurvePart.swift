import Foundation
package import SleepRecognition

/// The part of a report about what labelled people are worth.
package struct LabelCurvePart: Encodable, Sendable {
    /// What `ssrm evaluate --labelled-subjects` found.
    package let figures: LabelCurveFigures

    /// A part.
    ///
    /// - Parameters:
    ///   - figures: what `ssrm evaluate --labelled-subjects` found.
    ///   - file: where that was written, for errors; nil where it is in no file.
    /// - Throws: `ReportError.otherForm` for figures that no curve comes to.
    package init(_ figures: LabelCurveFigures, file: String? = nil) throws(ReportError) {
        if let fault = figures.fault {
            throw .otherForm(
                file: file ?? "the curve of \(figures.data)",
                reason: "it has \(fault), which none comes to: make it anew")
        }
        self.figures = figures
    }

    /// The figures themselves.
    package func encode(to encoder: any Encoder) throws { try figures.encode(to: encoder) }

    var section: PageSection {
        PageSection(
            id: "label-curve", heading: "How many labelled people it takes",
            blocks: [
                .text(
                    """
                    \(figures.samples) samples of \(Prose.counted(figures.subjects.count, "person", "people")) held out \
                    (\(name: figures.protocolName)) were recognised as \
                    \(Prose.joined(figures.classes.map { "\(name: $0)" })), with \(pretraining). Of the people trained on, \
                    only so many kept their labels; drawn \(Prose.counted(figures.draws, "time", "times")) in each of \
                    \(figures.folds.count) folds. \(figures.comparison)
                    """),
                .figure(figure), .table(gains), .text("\(name: figures.verdict)"),
            ] + figures.notes.map { .note("\(name: $0)") } + [
                .note("\(figures.intervals)\(figures.undefinedKappas)."),
                .details("How it was done", [.table(setting)]),
            ])
    }

    private var pretraining: Prose {
        let steps = Set(figures.folds.map(\.pretrainingSteps)).sorted()
        guard let least = steps.first, let most = steps.last else { return "no pre-training" }
        let number: Prose = least == most ? "\(most)" : "\(least) to \(most)"
        return "\(number) \(most == 1 ? "step" : "steps") of pre-training"
    }

    private var setting: Table {
        Table(
            head: ["", ""],
            rows: Table.origin(
                data: figures.data, digest: figures.datasetDigest, scheme: figures.scheme,
                protocolName: figures.protocolName, preset: figures.preset, changes: figures.changes)
                + [Table.row("seed", "\(name: String(figures.seed))")])
    }

    /// By how much the pre-trained arm is above each other.
    private var gains: Table {
        Table(
            caption: "Gain of pre-training over each other way, paired person by person",
            head: ["labelled people; gain over", "kappa", "accuracy", "macro F1"],
            rows: figures.points.flatMap { point in
                point.differences.map {
                    [.text("\(point.labelledSubjects), \($0.arm.words)")] + Table.cells($0.figures)
                }
            })
    }

    private var figure: Figure {
        let arms = LabelCurve.Arm.allCases.filter { arm in
            figures.points.contains { $0.arms.contains { $0.arm == arm } }
        }
        let found = figures.points.flatMap(\.arms)
        let up = Scale(
            over: found.compactMap(\.figures.kappa), isUpwards: true,
            with: found.flatMap { $0.figures.kappaInterval.map { [$0.low, $0.high] } ?? [] })
        let counts = figures.points.map { log2(Double(max($0.labelledSubjects, 1))) }
        let across = Scale((counts.min() ?? 0) - 0.4, (counts.max() ?? 1) + 0.4)
        var marks: [Panel.Mark] = []
        for (place, arm) in arms.enumerated() {
            var points: [(x: Int, y: Int)] = []
            for (point, count) in zip(figures.points, counts) {
                guard let own = point.arms.first(where: { $0.arm == arm }), let kappa = own.figures.kappa else {
                    continue
                }
                // Side by side, so that intervals do not lie on each other.
                let x = across.at(count) + 9 * place - 9 * (arms.count - 1) / 2
                points.append((x, up.at(kappa)))
                if let interval = own.figures.kappaInterval {
                    marks.append(
                        .init(style: "t k\(place)", path: "M\(x) \(up.at(interval.low))V\(up.at(interval.high))"))
                }
            }
            marks.append(.init(style: "l \(Self.style(ofArm: place))", path: Path.line(points)))
            marks.append(.init(style: "d k\(place)", path: Path.dots(points), title: arm.words))
        }
        let table = Table(
            head: ["labelled people; how trained", "kappa", "accuracy", "macro F1"],
            rows: figures.points.flatMap { point in
                point.arms.map { arm in
                    [.text("\(point.labelledSubjects), \(arm.arm.words)")] + Table.cells(arm.figures)
                }
            })
        return Figure(
            caption: "Cohen's kappa on people held out, with 95 % intervals over people",
            panels: [
                Panel(
                    description: "kappa by labelled people for each way of training; the table below has the numbers",
                    height: 260, left: up.ticks(5),
                    below: zip(figures.points, counts).map {
                        .init(place: across.part($1), text: String($0.labelledSubjects))
                    }, marks: marks)
            ], axis: "labelled people", legend: arms.enumerated().map { (Self.style(ofArm: $0), $1.words) },
            table: table)
    }

    /// Every second line is dashed: whoever sees two colours as one tells them apart all the same.
    private static func style(ofArm place: Int) -> String { "k\(place)\(place.isMultiple(of: 2) ? "" : " dash")" }
}
