import Coordination

extension RunPart {
    var section: PageSection { section(isFollowed: false) }

    /// The section; on a page that follows the run, how it goes on stands elsewhere.
    func section(isFollowed: Bool) -> PageSection {
        var blocks: [Block] = isFollowed && state == .unfinished ? [] : [.text(summary)]
        if metrics.isEmpty {
            blocks.append(.note("No figures of steps are there yet: metrics.jsonl is missing or empty."))
        } else {
            blocks += [.tiles(tiles), .figure(drawing)]
        }
        if !machines.isEmpty { blocks += shares }
        blocks.append(.details("What happened, and the job", [.table(eventTable), .table(jobTable)]))
        return PageSection(id: "run", heading: "Pre-training", blocks: blocks)
    }

    private var summary: Prose {
        let whole: Prose = steps.map { " of \($0)" } ?? ""
        let how: Prose =
            switch state {
            case .finished: "All steps are done."
            case .stopped: "It was stopped after step \(step)\(whole) and can go on with --resume."
            case .failed:
                "It ended by a fault after step \(step)\(whole); its folder's events.jsonl ends with what that was."
            case .unfinished:
                "It is at step \(step)\(whole): it still goes on, or it was ended without being asked, when this was written."
            }
        let times: Prose = parts > 1 ? " It was started \(parts) times." : ""
        let when: Prose =
            switch (began, ended) {
            case (let began?, let ended?): " From \(name: began.dayAndTime) to \(name: ended.dayAndTime) (UTC)."
            case (let began?, nil):
                " It began at \(name: began.dayAndTime); its last event is of \(name: (lastEvent ?? began).dayAndTime) (UTC)."
            default: ""
            }
        let bad: Prose =
            unreadableLines > 0
            ? " Of its files \(unreadableLines) \(unreadableLines == 1 ? "line" : "lines") can't be read." : ""
        return "The run \(name: name): \(how)\(times)\(when)\(bad)"
    }

    private var tiles: [Tile] {
        var tiles = figures.prefix(3).compactMap { figure -> Tile? in
            guard let first = figure.first, let last = figure.last else { return nil }
            return Tile(
                name: figure.name.replacing("_", with: " "), value: "\(last, 4)",
                beside: lineCount > 1 ? "at first \(first, 4)" : "the mean of all steps until then")
        }
        if let rowsPerSecond {
            tiles.append(Tile(name: "Rows a second", value: "\(rowsPerSecond, 0)", beside: "median over the run"))
        }
        if let last = lines.last {
            let when: Prose = state == .unfinished ? "at step \(last.step)" : "at the end"
            let beside = mostWorkers > last.workers ? "\(when); up to \(mostWorkers)" : when
            tiles.append(Tile(name: "Workers", value: "\(last.workers)", beside: beside))
        }
        return tiles
    }

    // MARK: - Over steps

    private var drawing: Figure {
        let last = Double(max(steps ?? 0, step, 1))
        let across = Scale(0, last)
        var panels = figures.enumerated().map { place, figure in
            line(
                figure.name.replacing("_", with: " "), style: "k\(place % 8)", height: place == 0 ? 170 : 90,
                across: across
            ) {
                $0.figures[figure.name]
            }
        }
        panels.append(
            line("rows a second", style: "k2", height: 90, across: across, isCount: true) { $0.rowsPerSecond })
        if metrics.contains(where: { !$0.time.isEmpty }) { panels.append(costs(across)) }
        panels.append(
            line("workers", style: "k6", height: 70, across: across, isCount: true, isStepped: true) {
                Double($0.workers)
            })
        if let marks = marks(across) { panels.append(marks) }
        // Long numbers have room for fewer of them on a phone.
        panels[panels.count - 1].below = across.ticks(last < 100_000 ? 4 : 2)
        let names = figures.map(\.name)
        let table = Table(
            caption: "\(lines.count) of \(Prose.counted(lineCount, "line", "lines")) of the metrics",
            head: ["step", "seconds", "workers", "rows a second"] + names.map { "\(name: $0)" },
            rows: lines.map { line in
                [
                    .number("\(line.step)"), .number("\(line.seconds, 1)"), .number("\(line.workers)"),
                    line.rowsPerSecond.map { .number("\($0, 0)") } ?? .none,
                ] + names.map { name in line.figures[name].map { .number("\($0, 4)") } ?? .none }
            })
        return Figure(caption: "Over the steps", panels: panels, axis: "step", table: table)
    }

    private func line(
        _ name: String, style: String, height: Int, across: Scale, isCount: Bool = false,
        isStepped: Bool = false, value: (RunMetrics) -> Double?
    ) -> Panel {
        let points = Thinned.points(metrics.compactMap { line in value(line).map { (Double(line.step), $0) } })
        let heights = points.map(\.y)
        let up = isCount ? Scale(fromZeroOver: heights, isUpwards: true) : Scale(over: heights, isUpwards: true)
        let places = points.map { (x: across.at($0.x), y: up.at($0.y)) }
        // A line through one point alone shows nothing.
        let mark =
            places.count == 1
            ? Panel.Mark(style: "d \(style)", path: Path.dots(places))
            : Panel.Mark(style: "l \(style)", path: Path.line(places, isStepped: isStepped))
        return Panel(
            title: "\(name: name)", description: "\(name) over the steps; the table below has numbers", height: height,
            left: up.ticks(height > 100 ? 4 : 2),
            marks: [mark])
    }

    /// Parts of a round that workers computed and exchanged, stacked.
    private func costs(_ across: Scale) -> Panel {
        func mean(_ line: RunMetrics, _ part: (RunMetrics.Worker) -> Double) -> Double? {
            let whole = line.time.reduce(0) { $0 + $1.computing + $1.exchanging + $1.waiting }
            return whole > 0 ? line.time.reduce(0) { $0 + part($1) } / whole : nil
        }
        let columns = 200
        let timed = metrics.filter { !$0.time.isEmpty }
        let stride = max(1, timed.count / columns)
        var (computing, both) = ([(x: Int, y: Int)](), [(x: Int, y: Int)]())
        for start in Swift.stride(from: 0, to: timed.count, by: stride) {
            let own = timed[start..<min(start + stride, timed.count)]
            let parts = own.compactMap { line in mean(line, \.computing).map { ($0, mean(line, \.exchanging) ?? 0) } }
            guard !parts.isEmpty else { continue }
            let first = parts.reduce(0) { $0 + $1.0 } / Double(parts.count)
            let second = parts.reduce(0) { $0 + $1.1 } / Double(parts.count)
            let x = across.at(Double(own[own.startIndex].step))
            computing.append((x, 1000 - Int((1000 * first).rounded())))
            both.append((x, 1000 - Int((1000 * (first + second)).rounded())))
        }
        return Panel(
            title: "of the workers' time: computing (blue), exchanging (orange), waiting (empty)",
            description: "parts of the workers' time over the steps, stacked", height: 70,
            left: [.init(place: 0, text: "100 %"), .init(place: 1, text: "0 %")],
            marks: both.count == 1
                ? [
                    .init(style: "d k1", path: Path.dots(both), title: "computing and exchanging"),
                    .init(style: "d k0", path: Path.dots(computing), title: "computing"),
                ]
                : [
                    .init(style: "f k1", path: Path.area(both), title: "exchanging"),
                    .init(style: "f k0", path: Path.area(computing), title: "computing"),
                ])
    }

    /// The rows of what happened, from the top.
    private enum Row: Int, CaseIterable {
        case started, joined, gone, late, again, problems, saved

        /// The row of a kind of event; nil of what is not drawn.
        init?(_ kind: RunEvent.Kind) {
            switch kind {
            case .started: self = .started
            case .joined: self = .joined
            case .left, .failed, .silent, .cutOff, .ended, .lostWork, .refuted, .lied, .givenUp, .deserted: self = .gone
            case .overdue: self = .late
            case .wentBack, .stepRepeated: self = .again
            case .checkpointWritten: self = .saved
            case .slowProducts, .checkpointSkipped, .listening, .cameAgain, .comingsMuted, .notStarted,
                .otherArithmetic, .refused,
                .refusalsMuted, .peerDropped, .peersMuted, .peersDropped, .keysChanged, .keysUnreadable, .notFinite,
                .overdueMuted, .crewChanged, .stepDone, .roundTimed, .samplesTouched, .samplesConfirmed,
                .checkpointCopied,
                .folderRestored, .checkpointFailed, .checkpointMadeRoom, .checkpointNotRemoved, .recordFailed, .stopped,
                .brokenOff, .finished:
                guard kind.isProblem else { return nil }
                self = .problems
            }
        }

        var name: String {
            switch self {
            case .started: "started"
            case .joined: "joined"
            case .gone: "left, died"
            case .late: "late"
            case .again: "again"
            case .problems: "problems"
            case .saved: "saved"
            }
        }

        var style: String {
            switch self {
            case .started: "ink"
            case .joined: "k2"
            case .gone, .problems: "bad"
            case .late: "k1"
            case .again: "k3"
            case .saved: "k0"
            }
        }
    }

    /// What happened, a row a kind; events at one place are one mark.
    private func marks(_ across: Scale) -> Panel? {
        let drawn = happened.map { $0.kind.flatMap { Row($0) } }
        let rows = Row.allCases.filter(drawn.contains)
        guard !rows.isEmpty else { return nil }
        var places = [[Int: (count: Int, text: String)]](repeating: [:], count: rows.count)
        let begins = happened.indices.filter { happened[$0].kind == .started }
        for (part, begin) in ([0] + begins.dropFirst()).enumerated() {
            let next = part + 1 < begins.count ? begins[part + 1] : happened.count
            let first = happened[begin].step ?? 0
            let last = part + 1 < begins.count ? happened[begins[part + 1]].step ?? step : step
            for place in begin..<next {
                guard let row = drawn[place].flatMap(rows.firstIndex) else { continue }
                let x = across.at(step(ofEvent: place, part: (first, max(first, last))))
                let text = happened[place].text("text") ?? happened[place].name
                places[row][x] = ((places[row][x]?.count ?? 0) + 1, places[row][x]?.text ?? text)
            }
        }
        var marks: [Panel.Mark] = []
        for (row, found) in places.enumerated() {
            let y = (2 * row + 1) * 500 / rows.count
            let isMany = found.count > 60
            if isMany {
                let dots = found.keys.sorted().map { (x: $0, y: y) }
                marks.append(.init(style: "p \(rows[row].style)", path: Path.dots(dots), title: rows[row].name))
                continue
            }
            for (x, event) in found.sorted(by: { $0.key < $1.key }) {
                let more = event.count > 1 ? " (and \(event.count - 1) more)" : ""
                let words: Prose = "\(name: String(event.text.prefix(300)))\(more)"
                marks.append(.init(style: "d \(rows[row].style)", path: Path.dots([(x, y)]), title: words.plain))
            }
        }
        let left = rows.enumerated().map { place, row in
            Panel.Tick(place: (Double(place) + 0.5) / Double(rows.count), text: row.name)
        }
        return Panel(
            title:
                "what happened: workers that joined, left or died, work that was late or done again, problems, checkpoints",
            description: "what happened over the steps; the table of events has the numbers",
            height: 17 * rows.count + 8,
            left: left, marks: marks)
    }

    // MARK: - Tables

    private var shares: [Block] {
        func table(_ shares: [Share], _ what: String, _ caption: Prose) -> Table {
            Table(
                caption: caption, head: [Prose(what), "workers", "share", "computed", "exchanged", "waited", ""],
                rows: shares.map { share in
                    [
                        .text("\(name: share.name)"), .number("\(share.workers)"),
                        .number("\(percent: share.computingShare)"),
                        .number("\(percent: share.computing)"), .number("\(percent: share.exchanging)"),
                        .number("\(percent: share.waiting)"),
                        .bar([(style: "k0", part: share.computing), (style: "k1", part: share.exchanging)]),
                    ]
                })
        }
        let words: Prose = "share: of all the time that workers computed; the rest: of its own time"
        return [.heading("Who did it"), .table(table(machines, "machine", words))]
            + (workers.count > machines.count
                ? [.details("Each of \(workers.count) workers", [.table(table(workers, "worker", ""))])] : [])
    }

    private var eventTable: Table {
        Table(
            caption: "Events, by name", head: ["event", "times"],
            rows: events.sorted { $0.key < $1.key }.map { [.text("\(name: $0.key)"), .number("\($0.value)")] })
    }

    private var jobTable: Table {
        var rows: [[Table.Cell]] = []
        func add(_ name: String, _ text: String?) {
            if let text { rows.append([.text(Prose(name)), .text("\(name: text)")]) }
        }
        add("settings", preset)
        add("dataset", data)
        add("the job's digest", jobDigest)
        add("seed", seed.map { String($0) })
        if !checkpoints.isEmpty {
            let some = checkpoints.suffix(10).map { "\($0)" as Prose }
            let many = checkpoints.count > 10
            rows.append([
                .text(many ? "last checkpoints, at steps" : "checkpoints, at steps"), .text(Prose.joined(some)),
            ])
        }
        return Table(caption: "The job", head: ["", ""], rows: rows)
    }
}
