import Recognition

extension NightsPart {
    var section: PageSection {
        var blocks: [Block] = [.text(summary)]
        if let warning { blocks.append(.note(warning)) }
        if let missing { blocks.append(.note(missing)) }
        if !agreement.isEmpty {
            blocks += [.heading("How far recognised nights are from scored ones"), .table(agreementTable)]
            blocks.append(.note(agreementWords))
            blocks.append(.grid(plots.map { .figure($0) }))
        }
        blocks.append(.heading("Night by night"))
        let detail = NightDrawing.Detail(nights: nights.count)
        if !detail.isFull || nights.count > 60 {
            blocks.append(
                .note(
                    """
                    There are \(nights.count) nights, so each is drawn in \(detail.hypnogram) steps at most\
                    \(detail.isFull ? "" : ", from top to bottom \(stageOrder)"); all numbers are of every sleep epoch.
                    """))
        }
        let isWide = nights.count > 100
        if isWide { blocks.append(.details("The statistics of all nights", [.table(wideTable)])) }
        let drawings = zip(nights, recorded).flatMap { night, recorded -> [Block] in
            [.figure(NightDrawing(recorded, classes: classes, detail: detail).figure)]
                + (isWide ? [] : [.table(table(of: night))])
        }
        if detail.isFull {
            blocks += drawings
        } else {
            blocks.append(.grid(drawings))
        }
        return PageSection(id: "nights", heading: nights.count == 1 ? "The night" : "The nights", blocks: blocks)
    }

    private var stageOrder: String { ClassStyle.order(of: classes).map { classes[$0] }.joined(separator: ", ") }

    private var statistics: [NightStatistic] { NightStatistic.all(classes) }

    private var people: Int { Set(nights.map(\.subject)).count }

    private var summary: Prose {
        let agreements = nights.compactMap(\.agreement).sorted()
        let compared: Prose =
            agreements.isEmpty
            ? "No sleep epoch is both scored and recognised here, so that nothing can be compared."
            : """
            Scored and recognised stages are the same in \
            \(Prose.range(percent: agreements[0], agreements[agreements.count - 1])) of a night's sleep epochs.
            """
        let unscored = nights.count { $0.scored == nil }
        let over =
            switch unscored {
            case 0: "both are taken over the sleep epochs that were scored"
            case nights.count: "they are taken over all that was recognised"
            default: "both are taken over the sleep epochs that were scored, of nights without such over all"
            }
        let joined: Prose =
            stretches > nights.count
            ? " Gaps divided them into \(stretches) recordings: in a gap time is time in bed, and no stage." : ""
        return """
            \(nights.count) \(nights.count == 1 ? "night" : "nights") of \(people) \(people == 1 ? "person" : "people"), \
            in sleep epochs of 30 s. \(compared) Statistics follow the definitions of the American Academy of Sleep Medicine; \
            \(over), and where the datasets do not say when the lights went out, the time recorded is the time in bed.\(joined)
            """
    }

    private var warning: Prose? {
        switch areHeldOut {
        case true?: "The recognisers had not seen these people: each was recognised by one trained on others alone."
        case false?:
            """
            The model was trained on some of these people: what is shown of them says nothing about others. Use \
            `ssrm evaluate --predictions-out` for answers about people held out.
            """
        case nil: "Whether the recogniser had seen these people, these files do not say."
        }
    }

    /// What of the dataset has no answer.
    private var missing: Prose? {
        let (recordings, parts) = (unansweredRecordings ?? 0, partlyAnsweredNights)
        if recordings == 0, parts == 0 { return nil }
        let whole: Prose =
            recordings == 0
            ? ""
            : "\(recordings) \(recordings == 1 ? "recording" : "recordings") of the dataset have no answer at all. "
        let some: Prose =
            parts == 0
            ? ""
            : """
            \(parts) of the nights \(parts == 1 ? "is" : "are") answered in part only, which stands at each: its statistics \
            are those of that part. 
            """
        return "Answers are missing. \(whole)\(some)What is said here is said of the sleep epochs with answers alone."
    }

    /// How much of a night was recognised, where that is not all.
    private func answeredWords(_ night: Night) -> Prose {
        guard let part = night.answeredPart, part < 1 else { return "" }
        return "only \(percent: part) of this recording has answers; "
    }

    private func prose(_ statistic: NightStatistic, _ value: Double) -> Prose {
        statistic.isPart ? "\(percent: value)" : "\(value, 1) min"
    }

    private func prose(_ isPart: Bool, _ interval: Interval?) -> Prose {
        guard let interval else { return "" }
        if !isPart { return "\(interval, 1)" }
        return "\(beside: "[\(percent: interval.low), \(percent: interval.high)]")"
    }

    private var agreementTable: Table {
        let hasLimits = agreement.contains { $0.difference.lowerLimit != nil }
        let hasIntervals = agreement.contains { $0.difference.biasInterval != nil }
        return Table(
            caption: """
                Recognised less scored: bias\(hasLimits ? " and limits of agreement" : "")\
                \(hasIntervals ? ", with 95 % intervals over people" : "")
                """,
            head: ["", "nights", "scored", "recognised", "bias", "lower limit", "upper limit", "slope"],
            rows: agreement.map { own in
                let (isPart, found) = (own.unit == "1", own.difference)
                func cell(_ value: Double?, _ interval: Interval?) -> Table.Cell {
                    guard let value else { return .number("–") }
                    return .number((isPart ? "\(percent: value)" : "\(value, 1)") + prose(isPart, interval))
                }
                return [
                    .text("\(name: own.statistic)\(isPart ? "" : ", min")"), .number("\(found.nights)"),
                    cell(own.scoredMean, nil), cell(own.recognisedMean, nil), cell(found.bias, found.biasInterval),
                    cell(found.lowerLimit, found.lowerInterval), cell(found.upperLimit, found.upperInterval),
                    .number("\(found.slope, 2)\(found.slopeInterval, 2)"),
                ]
            })
    }

    private var agreementWords: Prose {
        let limits: Prose =
            agreement.contains { $0.difference.lowerLimit != nil }
            ? " Between the limits (bias ± 1.96 standard deviations) lie about 95 of 100 nights."
            : " One night has no limits of agreement."
        let slope: Prose =
            agreement.contains { $0.difference.slope != nil }
            ? """
             Slope: how much the difference changes where the scored value is larger by one; where its interval leaves out \
            0, the bias depends on the night.
            """ : ""
        let intervals: Prose =
            agreement.contains { $0.difference.biasInterval != nil }
            ? """
             People are drawn with all their nights, 2,000 times, of those who have the value; what fewer than five people \
            have, has no interval.
            """ : " What fewer than five people have, has no interval."
        return """
            Bias: the mean difference.\(limits)\(slope)\(intervals) (Bland and Altman 1986; Menghini and others, Sleep \
            44, 2021.)
            """
    }

    /// Differences over the scored value, a dot a night.
    private var plots: [Figure] {
        statistics.compactMap { statistic -> Figure? in
            guard let own = agreement.first(where: { $0.statistic == statistic.name }) else { return nil }
            let pairs = nights.compactMap { night -> (night: Night, x: Double, y: Double)? in
                guard let scored = night.scored.flatMap(statistic.value), let other = statistic.value(night.recognised)
                else { return nil }
                return (night, scored, other - scored)
            }
            let found = own.difference
            // Time in bed is the same in both, by the way it is counted.
            guard pairs.count > 1, pairs.contains(where: { $0.y != 0 }) else { return nil }
            let factor = statistic.isPart ? 100.0 : 1
            let across = Scale(over: pairs.map { factor * $0.x })
            let ends = [found.lowerLimit, found.upperLimit, found.lowerInterval?.low, found.upperInterval?.high, 0]
            let up = Scale(
                over: pairs.map { factor * $0.y }, isUpwards: true, with: ends.compactMap { $0.map { factor * $0 } })
            var marks: [Panel.Mark] = []
            func band(_ interval: Interval?, _ style: String) {
                guard let interval else { return }
                let (top, bottom) = (up.at(factor * interval.high), up.at(factor * interval.low))
                marks.append(.init(style: "f faint \(style)", path: Path.box(0, top, 1000, bottom - top)))
            }
            band(found.lowerInterval, "dim")
            band(found.upperInterval, "dim")
            band(found.biasInterval, "accent")
            marks.append(.init(style: "t dim", path: Path.across(up.at(0)), title: "no difference"))
            for (name, value) in [("lower limit", found.lowerLimit), ("upper limit", found.upperLimit)] {
                guard let value else { continue }
                marks.append(.init(style: "t dim dash", path: Path.across(up.at(factor * value)), title: name))
            }
            marks.append(.init(style: "l accent", path: Path.across(up.at(factor * found.bias)), title: "bias"))
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
                caption: Prose("\(statistic.name): recognised less scored, \(unit)"),
                panels: [
                    Panel(
                        description: """
                            Bland-Altman plot of \(statistic.name), a dot a night; bias and limits are in the table above
                            """, height: 190, left: up.ticks(), below: across.ticks(4), marks: marks)
                ], axis: "scored, \(statistic.isPart ? "per cent" : "min")")
        }
    }

    /// The columns of a table of nights: a stage's part of sleep stands below its minutes.
    private var columns: [(name: String, main: NightStatistic, beside: NightStatistic?)] {
        let all = statistics
        return all.enumerated().filter { !$0.element.name.hasSuffix(NightStatistic.partOfSleep) }.map { place, main in
            let next = place + 1 < all.count ? all[place + 1] : nil
            return (main.shortName, main, next.flatMap { $0.name == main.name + NightStatistic.partOfSleep ? $0 : nil })
        }
    }

    private func cells(_ night: SleepStatistics?) -> [Table.Cell] {
        columns.map { _, main, beside in
            guard let night, let value = main.value(night) else { return .number("–") }
            guard let part = beside?.value(night) else { return .number(main.prose(value)) }
            return .number("\(main.prose(value))\(beside: "\(percent: part)")")
        }
    }

    private func table(of night: Night) -> Table {
        let rows =
            (night.scored == nil ? [] : [[.text("scored")] + cells(night.scored)])
            + [[Table.Cell.text("recognised")] + cells(night.recognised)]
        let same: Prose =
            night.agreement.map { "the same in \(percent: $0) of \(night.comparedEpochs) sleep epochs; kappa " } ?? ""
        let kappa: Prose = night.agreement == nil ? "" : "\(night.kappa, 3)"
        return Table(
            caption: answeredWords(night) + same + kappa, head: [""] + columns.map { Prose($0.name) }, rows: rows)
    }

    private var wideTable: Table {
        Table(
            head: ["", "recording", "kappa"] + columns.map { Prose($0.name) },
            rows: nights.flatMap { night -> [[Table.Cell]] in
                let kappa: Table.Cell = night.agreement == nil ? .none : .number("\(night.kappa, 3)")
                let own: [Table.Cell] = [
                    .text("recognised"), .text("\(name: night.recording)\(beside: answeredWords(night))"), kappa,
                ]
                guard let scored = night.scored else { return [own + cells(night.recognised)] }
                return [
                    [.text("scored"), .text("\(name: night.recording)"), .none] + cells(scored),
                    own + cells(night.recognised),
                ]
            })
    }
}
