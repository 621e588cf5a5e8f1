import Recognition

extension NightsPart {
    private func prose(of interval: Interval?, isPart: Bool) -> Prose {
        guard let interval else { return "" }
        if !isPart { return "\(interval, 1)" }
        return "\(beside: "[\(points: interval.low), \(points: interval.high)]")"
    }

    var agreementTable: Table {
        let hasLimits = agreement.contains { $0.difference.lowerLimit != nil }
        let hasIntervals = agreement.contains { $0.difference.biasInterval != nil }
        return Table(
            caption: """
                Recognised less scored: bias\(hasLimits ? " and limits of agreement" : "")\
                \(hasIntervals ? ", with 95 % intervals over people" : "")
                """,
            head: ["", "bias", "lower limit", "upper limit", "slope", "scored", "recognised", "nights"],
            rows: agreement.map { own in
                let (isPart, found) = (own.unit == "1", own.difference)
                func cell(_ value: Double?, _ interval: Interval?) -> Table.Cell {
                    guard let value else { return .number("–") }
                    return .number((isPart ? "\(points: value)" : "\(value, 1)") + prose(of: interval, isPart: isPart))
                }
                return [
                    .text("\(name: own.statistic), \(isPart ? "%" : "min")"), cell(found.bias, found.biasInterval),
                    cell(found.lowerLimit, found.lowerInterval), cell(found.upperLimit, found.upperInterval),
                    .number("\(found.slope, 2)\(found.slopeInterval, 2)"), cell(own.scoredMean, nil),
                    cell(own.recognisedMean, nil), .number("\(found.nights)"),
                ]
            })
    }

    var agreementWords: Prose {
        let limits: Prose =
            agreement.contains { $0.difference.lowerLimit != nil }
            ? """
             Between the limits (bias ± 1.96 standard deviations) lie about 95 of 100 nights\
            \(nights.count < 20 ? ", as far as so few tell" : ""); those of the table are the same for every night.
            """
            : ""
        let few: Prose =
            agreement.contains { $0.difference.nights < BlandAltman.fewestNights }
            ? " What fewer than three nights have, has no limits of agreement and no slope (–), and no plot: they would be chance."
            : ""
        let slope: Prose =
            agreement.contains { $0.difference.slope != nil }
            ? """
             Slope: how much the difference changes where the scored value is larger by one; where its interval leaves out \
            0, the bias depends on the night: its plot has the line of that slope, with limits of 1.96 standard deviations \
            around it, and its caption that line.
            """ : ""
        let intervals: Prose =
            agreement.contains { $0.difference.biasInterval != nil }
            ? """
             People are drawn with all their nights, 2,000 times, of those who have the value; what fewer than five people \
            have, has no interval.
            """ : " What fewer than five people have, has no interval."
        let lacking = nights.count { $0.scored != nil && $0.partWithoutStage > 0.05 }
        let holes: Prose =
            lacking > 0
            ? """
             Of \(Prose.counted(lacking, "night", "nights")) more than 5 % of the time in bed has no stage: what is a time or a \
            part of it is too small there, and both are nearer to each other than whole nights would be.
            """ : ""
        return """
            Bias: the mean difference; differences of percentages are in percentage points.\(limits)\(slope)\(few)\(holes)\(intervals) (Bland and Altman 1986; Menghini and others, Sleep \
            44, 2021.)
            """
    }

    /// Differences over the scored value, a dot a night.
    var plots: [Figure] {
        statistics.compactMap { statistic -> Figure? in
            guard let own = agreement.first(where: { $0.statistic == statistic.name }) else { return nil }
            let pairs = nights.compactMap { night -> (night: Night, x: Double, y: Double)? in
                guard let scored = night.scored.flatMap(statistic.value), let other = statistic.value(night.recognised)
                else { return nil }
                return (night, scored, other - scored)
            }
            let found = own.difference
            // Time in bed is the same in both, by the way it is counted.
            guard found.nights >= BlandAltman.fewestNights, pairs.contains(where: { $0.y != 0 }) else { return nil }
            let factor = statistic.isPart ? 100.0 : 1
            let across = Scale(over: pairs.map { factor * $0.x })
            let lines = lines(found, from: across.low / factor, to: across.high / factor)
            let ends = found.isProportional ? [] : [found.lowerInterval, found.upperInterval]
            let up = Scale(
                over: pairs.map { factor * $0.y }, isUpwards: true,
                with: ([0] + lines.flatMap(\.heights) + ends.flatMap { $0.map { [$0.low, $0.high] } ?? [] })
                    .map { factor * $0 })
            var marks: [Panel.Mark] = []
            func band(_ interval: Interval?, _ style: String) {
                guard let interval, !found.isProportional else { return }
                let (top, bottom) = (up.at(factor * interval.high), up.at(factor * interval.low))
                marks.append(.init(style: "f faint \(style)", path: Path.box(0, top, 1000, bottom - top)))
            }
            band(found.lowerInterval, "dim")
            band(found.upperInterval, "dim")
            band(found.biasInterval, "accent")
            marks.append(.init(style: "t dim", path: Path.across(up.at(0)), title: "no difference"))
            marks += lines.map { line in
                let heights = line.heights.map { up.at(factor * $0) }
                return .init(style: line.style, path: "M0 \(heights[0])L1000 \(heights[1])", title: line.name)
            }
            let isMany = pairs.count > 200
            if isMany {
                let dots = pairs.map { (x: across.at(factor * $0.x), y: up.at(factor * $0.y)) }
                marks.append(.init(style: "p ink", path: Path.dots(dots)))
            } else {
                marks += pairs.map { pair in
                    let words: Prose = """
                        \(name: pair.night.recording): scored \(prose(statistic, pair.x)), difference \
                        \(prose(statistic, pair.y))
                        """
                    return .init(
                        style: "d ink", path: Path.dots([(across.at(factor * pair.x), up.at(factor * pair.y))]),
                        title: words.plain)
                }
            }
            let unit = statistic.isPart ? "percentage points" : "min"
            return Figure(
                caption: "\(name: statistic.name): recognised less scored, \(unit)\(words(found, of: statistic))",
                panels: [
                    Panel(
                        description: """
                            Bland-Altman plot of \(statistic.name), a dot a night; bias and limits are in the \
                            \(found.isProportional ? "caption" : "table above")
                            """, height: 190, left: up.ticks(), below: across.ticks(4), marks: marks)
                ], axis: "scored, \(statistic.isPart ? "per cent" : "min")",
                legend: legend(of: found))
        }
    }

    /// Bias and limits from one scored value to another: level, but where the bias depends on the scored value.
    private func lines(
        _ found: BlandAltman, from low: Double, to high: Double
    ) -> [(name: String, style: String, heights: [Double])] {
        if found.isProportional, let slope = found.slope, let intercept = found.intercept,
            let deviation = found.residualDeviation
        {
            return [
                ("lower limit", "t dim dash", -1.96), ("upper limit", "t dim dash", 1.96),
                ("bias by the scored value", "l accent", 0),
            ].map { name, style, times in
                (name, style, [low, high].map { intercept + slope * $0 + times * deviation })
            }
        }
        let limits = [("lower limit", found.lowerLimit), ("upper limit", found.upperLimit)]
        return limits.compactMap { name, value in value.map { (name, "t dim dash", [$0, $0]) } }
            + [("bias", "l accent", [found.bias, found.bias])]
    }

    /// The line that a bias follows, where it follows one.
    private func words(_ found: BlandAltman, of statistic: NightStatistic) -> Prose {
        guard found.isProportional, let slope = found.slope, let intercept = found.intercept,
            let deviation = found.residualDeviation
        else { return "" }
        func height(_ value: Double) -> Prose { statistic.isPart ? "\(points: value)" : "\(value, 1)" }
        return " (\(height(intercept)) + \(slope, 2) × scored ± 1.96 × \(height(deviation)))"
    }

    /// What is drawn besides dots.
    private func legend(of found: BlandAltman) -> [(style: String, name: String)] {
        if found.isProportional {
            return [("accent", "bias by the scored value (regression line)"), ("dim", "limits of agreement (dashed)")]
        }
        let hasBands = found.biasInterval != nil
        let limits = found.lowerLimit == nil ? [] : [("dim", "limits of agreement (dashed)")]
        return [("accent", "bias (line)")] + limits
            + (hasBands ? [("dim faint", "bands: 95 % intervals over people of bias and limits")] : [])
    }

    /// Single sleep epochs, scored against recognised.
    func blocksOf(_ found: SleepEpochAgreement) -> [Block] {
        let order = ClassStyle.order(of: classes)
        let names = order.map { "\(name: classes[$0])" as Prose }
        let matrix = Table(
            caption: """
                Scored (rows) and recognised (columns): per cent of a person's sleep epochs that were scored so, mean of the \
                people who have them; below, how many sleep epochs these are in all
                """,
            head: ["scored"] + names,
            rows: zip(order, names).map { row, name in
                [.text(name)]
                    + order.map { column in
                        guard let share = found.shares[row]?[column] else { return .number("–") }
                        let count = found.confusion[row][column]
                        return .heat("\(percent: share)\(beside: "\(count)")", shade: share)
                    }
            }, isMatrix: true)
        func cell(_ rate: SleepEpochAgreement.Rate) -> Table.Cell {
            guard let mean = rate.mean else { return .number("–") }
            return .number("\(percent: mean)\(prose(of: rate.interval, isPart: true))")
        }
        let stages = order.map { found.stages[$0] } + found.stages.dropFirst(classes.count)
        let rates = Table(
            caption: """
                Each stage against all others, mean of people\
                \(found.people < BlandAltman.fewestPeople ? "" : ", with 95 % intervals over people")
                """,
            head: ["", "sensitivity", "specificity", "people who have it"],
            rows: stages.map { stage in
                [
                    .text("\(name: stage.name)"), cell(stage.sensitivity), cell(stage.specificity),
                    .number("\(stage.sensitivity.people)"),
                ]
            })
        return [
            .heading("Sleep epoch by sleep epoch"), .grid([.table(matrix), .table(rates)]),
            .note(
                """
                Each of \(found.people) \(found.people == 1 ? "person" : "people") counts alike, however many sleep epochs \
                there are. Sensitivity: how much of what was scored as the stage was recognised as it; specificity: how much \
                of what was scored as another was recognised as another. Whoever has no sleep epoch of a stage is left out \
                of its mean; what fewer than five people have, has no interval.
                """),
        ]
    }
}
