import Recognition

extension NightsPart {
    var section: PageSection {
        var blocks: [Block] = [.text(summary)]
        blocks.append(.note(acquaintance.words(people: people)))
        if let missing { blocks.append(.note(missing)) }
        if !agreement.isEmpty {
            blocks += [.heading("How far recognised nights are from scored ones"), .table(agreementTable)]
            blocks.append(.note(agreementWords))
            blocks.append(.grid(plots.map { .figure($0) }))
        }
        if let sleepEpochs { blocks += blocksOf(sleepEpochs) }
        blocks += [.heading("Night by night"), .note(NightStatistic.shortForms)]
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
        let drawings = zip(nights, recorded).map { night, recorded -> Block in
            let figure = Block.figure(NightDrawing(recorded, classes: classes, detail: detail).figure)
            return isWide ? figure : .together([figure, .table(table(of: night))])
        }
        if detail.isFull {
            blocks += drawings
        } else {
            blocks.append(.grid(drawings))
        }
        return PageSection(id: "nights", heading: nights.count == 1 ? "The night" : "The nights", blocks: blocks)
    }

    private var stageOrder: String { ClassStyle.order(of: classes).map { classes[$0] }.joined(separator: ", ") }

    var statistics: [NightStatistic] { NightStatistic.all(classes) }

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
            case 0: "both are taken from the first to the last sleep epoch that is scored and recognised"
            case nights.count: "they are taken over all that was recognised"
            default:
                "both are taken from the first to the last sleep epoch that is scored and recognised, of nights without such "
                    + "over all"
            }
        let joined: Prose =
            stretches > nights.count
            ? " Gaps divided them into \(stretches) recordings." : ""
        return """
            \(nights.count) \(nights.count == 1 ? "night" : "nights") of \(people) \(people == 1 ? "person" : "people"), \
            in sleep epochs of 30 s. \(compared) Statistics follow the definitions of the American Academy of Sleep Medicine; \
            \(over), and where the datasets do not say when the lights went out, the time recorded is the time in bed.\(joined)\(lacking)
            """
    }

    /// What is said of sleep epochs without a stage within nights.
    private var lacking: Prose {
        let found = nights.filter { $0.epochsWithoutStage > 0 }
        guard let most = found.max(by: { $0.partWithoutStage < $1.partWithoutStage }) else { return "" }
        let whose: Prose = nights.count > 1 ? ", of \(name: most.recording)" : ""
        return """
             In \(Prose.counted(found.count, "night", "nights")) sleep epochs in between have no stage, \
            \(found.count > 1 ? "up to " : "")\(percent: most.partWithoutStage) of the time in bed\(whose): they count as \
            time in bed, and as neither sleep nor wake, so that the time asleep and its part are smaller there than they were.
            """
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

    /// How much of a night was recognised and scored, where that is not all.
    private func answeredWords(_ night: Night) -> Prose {
        let answered: Prose =
            night.answeredPart.map { $0 < 1 ? "only \(percent: $0) of this recording has answers; " : "" } ?? ""
        guard night.epochsWithoutStage > 0 else { return answered }
        return "\(answered)\(night.minutesWithoutStage, 1) min of its time in bed have no stage; "
    }

    func prose(_ statistic: NightStatistic, _ value: Double) -> Prose {
        statistic.isPart ? "\(percent: value)" : "\(value, 1) min"
    }

    /// The columns of a table of nights: a stage's part of sleep stands below its minutes.
    private var columns: [(name: Prose, main: NightStatistic, beside: NightStatistic?)] {
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
            night.agreement.map {
                "the same in \(percent: $0) of \(Prose.counted(night.comparedEpochs, "sleep epoch", "sleep epochs")); kappa "
            } ?? ""
        let kappa: Prose = night.agreement == nil ? "" : "\(night.kappa, 3)"
        return Table(
            caption: answeredWords(night) + same + kappa, head: [""] + columns.map(\.name), rows: rows)
    }

    private var wideTable: Table {
        Table(
            head: ["recording", "", "kappa"] + columns.map(\.name),
            rows: nights.flatMap { night -> [[Table.Cell]] in
                let kappa: Table.Cell = night.agreement == nil ? .none : .number("\(night.kappa, 3)")
                let own: [Table.Cell] = [
                    .text("\(name: night.recording)\(beside: answeredWords(night))"), .text("recognised"), kappa,
                ]
                guard let scored = night.scored else { return [own + cells(night.recognised)] }
                return [
                    [.text("\(name: night.recording)"), .text("scored"), .none] + cells(scored),
                    own + cells(night.recognised),
                ]
            })
    }
}
