import Recognition
import SleepRecognition

extension EvaluationPart {
    var section: PageSection {
        PageSection(
            id: "evaluation", heading: "How well it recognises people whom it has not seen".firstWordsFor(figures),
            blocks: [
                .text(summary), .tiles(tiles),
            ] + intervalNotes + (figures.classes.count > 8 ? tables : [.grid(tables)]) + people + calibration + tools
                + [
                    .details("How it was done", [.table(setting), .table(foldTable)])
                ])
    }

    private var unit: String { isSleep ? "sleep epochs of 30 s" : "pressure maps" }

    private var tables: [Block] { [.table(matrix), .table(classTable)] }

    /// What was done and on whom, for a clinician.
    private var summary: Prose {
        let people = figures.subjects.count
        let names = order.map { "\(name: figures.classes[$0].name)" as Prose }
        let listed = names.count > 8 ? "\(names.count) classes" : Prose.joined(names)
        let recordings: Prose = figures.recordings.map { " in \(Prose.counted($0, "recording", "recordings"))" } ?? ""
        let repeats: Prose =
            figures.protocolName == "random70" ? " (counted as often as one of three divisions held them out)" : ""
        return """
            \(figures.samples) \(unit)\(repeats)\(recordings) of \(people) \(people == 1 ? "person" : "people") were recognised as \
            \(listed), and compared with what people had scored. \(protocolWords) \
            \(percent: figures.accuracy) of the \(unit) were given the class that people had given them. Cohen's kappa, \
            which leaves out what would be right by chance, is \(kappaWords). \(worst)
            """
    }

    private var kappaWords: Prose {
        guard figures.kappa != nil else {
            return "not defined (–), as all that was scored and all that was recognised is one class"
        }
        return "\(figures.kappa, 3) (0: no better than guessing, 1: always the class that people gave)"
    }

    /// What is to be said of intervals.
    private var intervalNotes: [Block] {
        guard let count = figures.undefinedKappaResamples, count > 0 else { return [.note("\(figures.intervals).")] }
        return [
            .note(
                """
                \(figures.intervals). Kappa is not defined in \(Prose.counted(count, "draw, which is", "draws, which are")) \
                left out of its interval.
                """)
        ]
    }

    private var protocolWords: Prose {
        switch figures.protocolName {
        case "loso":
            """
            One person at a time was left out: a recogniser was trained on the others alone and then given this person's \
            recordings. So every answer counted here is about somebody whom the recogniser had never seen.
            """
        case "kfold":
            """
            The people were divided into \(figures.folds.count) groups. One group at a time was left out: a recogniser was \
            trained on the others alone and then given this group's recordings. So every answer counted here is about \
            somebody whom the recogniser had never seen.
            """
        default:
            """
            Samples were divided at random, so that the recogniser was trained on other samples of the same people: this \
            says how well it remembers them, and nothing about new people.
            """
        }
    }

    private var worst: Prose {
        let sorted = figures.subjects.sorted { $0.accuracy < $1.accuracy }
        guard let least = sorted.first, let most = sorted.last, sorted.count > 1 else { return "" }
        let range = Prose.range(percent: least.accuracy, most.accuracy)
        func whose(_ person: EvaluationFigures.Subject) -> Prose {
            let others = sorted.count { $0.accuracy == person.accuracy } - 1
            return others == 0
                ? "\(name: person.subject)" : "\(name: person.subject) and \(Prose.counted(others, "other", "others"))"
        }
        if range == "\(percent: least.accuracy)" { return "People hardly differ: \(range) of each person's samples." }
        return """
            People differ: from \(percent: least.accuracy) (\(whose(least))) to \(percent: most.accuracy) (\(whose(most))).
            """
    }

    private var tiles: [Tile] {
        func tile(_ name: String, _ value: Double?, _ interval: Interval?, _ note: String) -> Tile {
            let beside: Prose = interval.map { "95 %: \($0.low, 3) to \($0.high, 3)" } ?? ""
            return Tile(name: name, value: "\(value, 3)", beside: beside.spans.isEmpty ? Prose(note) : beside)
        }
        return [
            tile("Accuracy", figures.accuracy, figures.accuracyInterval, "part that is right"),
            tile("Cohen's kappa", figures.kappa, figures.kappaInterval, "0: chance, 1: all right"),
            tile("Macro F1", figures.macroF1, figures.macroF1Interval, "mean over classes"),
            Tile(
                name: "A person's accuracy", value: "\(figures.meanSubjectAccuracy, 3)",
                beside: "mean of \(Prose.counted(figures.subjects.count, "person", "people"))"),
        ]
    }

    /// Classes as hypnograms and the nights' tables have them.
    private var order: [Int] { ClassStyle.order(of: figures.classes.map(\.name)) }

    private var matrix: Table {
        let names = figures.classes.map { "\(name: $0.name)" as Prose }
        let (shares, isSmall) = (confusionShares, names.count < 9)
        let rows = order.map { place in
            [Table.Cell.text(names[place])]
                + order.map { column in
                    let share = shares[place][column]
                    // Many classes leave no room.
                    let part: Prose = share.map { "\(percent: $0, 0)" } ?? "–"
                    let beside: Prose = isSmall ? "\(beside: part)" : ""
                    return .heat("\(figures.confusion[place][column])\(beside)", shade: share ?? 0)
                }
        }
        return Table(
            caption:
                "Scored (rows) and recognised (columns), in \(unit)\(isSmall ? " and per cent of what was scored so" : "")",
            head: ["scored"] + order.map { names[$0] }, rows: rows, isMatrix: true)
    }

    private var classTable: Table {
        Table(
            caption:
                "Each class: how much of what is called so is so (precision), and how much of it is found (recall)",
            head: ["class", "scored", "precision", "recall", "F1", "recall"],
            rows: order.map { place in
                let class_ = figures.classes[place]
                return [
                    .text("\(name: class_.name)"), .number("\(class_.samples)"), .number("\(class_.precision, 3)"),
                    .number("\(class_.samples > 0 ? class_.recall : nil, 3)"), .number("\(class_.f1, 3)"),
                    .bar([(style: style(place), part: class_.recall)]),
                ]
            })
    }

    private var people: [Block] {
        // Whose kappa is not defined stands last, and has no dot.
        let sorted = figures.subjects.sorted {
            ($0.kappa ?? .infinity, $0.subject) < ($1.kappa ?? .infinity, $1.subject)
        }
        guard sorted.count > 1 else { return [] }
        let across = Scale(-0.5, Double(sorted.count) - 0.5)
        func panel(
            _ name: String, _ value: (EvaluationFigures.Subject) -> Double?, whole: Double?, _ interval: Interval?
        ) -> Panel {
            let values = sorted.map(value)
            let up = Scale(
                over: (values + [whole]).compactMap(\.self), isUpwards: true,
                with: interval.map { [$0.low, $0.high] } ?? [], upTo: 1)
            var marks: [Panel.Mark] = []
            if let interval {
                let (top, bottom) = (up.at(interval.high), up.at(interval.low))
                marks.append(.init(style: "f dim faint", path: Path.box(0, top, 1000, bottom - top)))
            }
            if let whole {
                marks.append(.init(style: "t ink", path: Path.across(up.at(whole)), title: "all people together"))
            }
            marks += zip(sorted, values).enumerated().compactMap { place, person -> Panel.Mark? in
                guard let value = person.1 else { return nil }
                let prose: Prose = "\(name: person.0.subject): \(name) \(value, 3), \(person.0.samples) \(unit)"
                return .init(
                    style: sorted.count > 150 ? "p k0" : "d k0",
                    path: Path.dots([(across.at(Double(place)), up.at(value))]), title: prose.plain)
            }
            return Panel(
                title: Prose(name),
                description:
                    "\(name) of each of \(sorted.count) people, lowest kappa left; the table below has the numbers",
                height: 150, left: up.ticks(), marks: marks)
        }
        let table = Table(
            head: ["person", Prose(unit), "accuracy", "kappa"],
            rows: sorted.map {
                [
                    .text("\(name: $0.subject)"), .number("\($0.samples)"), .number("\($0.accuracy, 3)"),
                    .number("\($0.kappa, 3)"),
                ]
            })
        return [
            .heading("Each person"),
            .figure(
                Figure(
                    caption: """
                        A dot is a person; the line is all people together\
                        \(figures.accuracyInterval == nil ? "" : ", with its 95 % interval")
                        """,
                    panels: [
                        panel("Cohen's kappa", { $0.kappa }, whole: figures.kappa, figures.kappaInterval),
                        panel("Accuracy", { $0.accuracy }, whole: figures.accuracy, figures.accuracyInterval),
                    ], axis: "people, in the order of their kappa", table: table)),
        ]
    }

    private var calibration: [Block] {
        guard let found = figures.calibration else {
            return [.note("These figures were made by a version that did not look at the probabilities.")]
        }
        let (across, up) = (Scale(0, 1), Scale(0, 1, isUpwards: true))
        var curves: [(style: String, name: String, bins: [Calibration.Bin])] = [
            (isSleep ? "k2" : "ink", "most probable class", found.answers)  // stages have dark and light blues
        ]
        // Where classes are many, each has too few samples for a curve of its own.
        if figures.classes.count <= 5 {
            curves += order.map { (style($0), figures.classes[$0].name, found.classes[$0]) }
        }
        var marks: [Panel.Mark] = [.init(style: "t dim dash", path: "M0 1000L1000 0", title: "as it should be")]
        for (place, curve) in curves.enumerated().reversed() {
            // Of a few samples a frequency says nothing.
            let bins = curve.bins.filter { $0.samples >= 10 }
            let points = bins.map { (x: across.at($0.probability), y: up.at($0.frequency)) }
            // The one of all classes is told from theirs by whoever sees two colours as one.
            marks.append(.init(style: "l \(curve.style)\(place == 0 ? " dash" : "")", path: Path.line(points)))
            marks.append(.init(style: "d \(curve.style)", path: Path.dots(points), title: curve.name))
        }
        let most = Double(found.answers.map(\.samples).max() ?? 1)
        let counts = Scale(0, most, isUpwards: true)
        let width = 1000 / Calibration.binCount
        let bars = found.answers.enumerated().map { place, bin in
            let top = counts.at(Double(bin.samples))
            return Panel.Mark(style: "f dim", path: Path.box(width * place + 6, top, width - 12, 1000 - top))
        }
        let table = Table(
            head: ["of", "from", "samples", "probability", "frequency"],
            rows: curves.flatMap { curve in
                curve.bins.filter { $0.samples > 0 }.map { bin in
                    [
                        .text("\(name: curve.name)"), .number("\(bin.low, 1)"), .number("\(bin.samples)"),
                        .number("\(bin.probability, 3)"), .number("\(bin.frequency, 3)"),
                    ]
                }
            })
        let figure = Figure(
            caption: "How often it was so, by how probable it was said to be",
            panels: [
                Panel(
                    title: "frequency", description: "calibration curves; the table below has the numbers", height: 260,
                    left: up.ticks(5), marks: marks),
                Panel(
                    title: "samples", description: "how many samples' most probable class had which probability",
                    height: 60,
                    left: counts.ticks(1), below: across.ticks(5), marks: bars),
            ], axis: "probability", legend: curves.map { ($0.style, $0.name) }, table: table)
        return [
            .heading("Do its probabilities mean what they say?"),
            .grid([
                .figure(figure),
                .text(
                    """
                    On the diagonal, what is said to be so with 0.8 is so in 8 of 10 cases. Below it the recogniser is \
                    surer than it may be, above it less sure than it could be. On average the probability of the most probable class is \(found.expectedError, 3) away from how \
                    often that class is right (expected calibration error); the Brier score is \(found.brier, 3) (0: always \
                    right and sure, 2: always wrong and sure).
                    """),
            ]),
        ]
    }

    private var setting: Table {
        let row = Table.row
        let trainedSteps = figures.settings.recogniser.steps
        var rows =
            Table.origin(
                data: figures.data, digest: figures.datasetDigest, scheme: figures.scheme,
                protocolName: figures.protocolName, preset: figures.preset, changes: figures.changes) + [
                row("recurrent cell", "\(name: figures.cell)"),
                row("steps of pre-training in each fold", figures.steps == 0 ? "none" : "\(figures.steps)"),
                trainedSteps > 0
                    ? row("training steps", "\(trainedSteps)") : row("training epochs", "\(figures.epochs)"),
                row("seed", "\(name: String(figures.seed))"),
            ]
        let (taught, asked) = (figures.selfTrainingSteps, figures.settings.recogniser.selfTrainingSteps ?? 0)
        if max(taught, asked) > 0 {
            let words: Prose = taught > 0 ? "\(taught)" : "none, as every recording trained on has labels"
            rows.insert(row("steps of self-training", words), at: rows.count - 1)
        }
        if let kind = figures.kind { rows.insert(row("kind of data", "\(name: kind)"), at: 1) }
        return Table(head: ["", ""], rows: rows)
    }

    private var foldTable: Table {
        let hasChoice = figures.folds.contains { $0.chosen != nil }
        return Table(
            caption: "Folds",
            head: ["fold", "held out", "accuracy", "kappa", "macro F1"] + (hasChoice ? ["chosen"] : []),
            rows: figures.folds.map { fold in
                [
                    .text("\(name: fold.name)"), .number("\(fold.samples)"), .number("\(fold.accuracy, 3)"),
                    .number("\(fold.kappa, 3)"), .number("\(fold.macroF1, 3)"),
                ] + (hasChoice ? [.text("\(name: fold.chosen ?? "")")] : [])
            })
    }
}

extension String {
    /// The heading, unless people were on both sides.
    fileprivate func firstWordsFor(_ figures: EvaluationFigures) -> String {
        figures.protocolName == "random70" ? "How well it recognises people whom it has seen" : self
    }
}
