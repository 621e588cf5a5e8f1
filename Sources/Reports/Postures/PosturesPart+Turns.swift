extension PosturesPart {
    /// How often people turn, in all, person by person, and recording by recording.
    var turnBlocks: [Block] {
        let runs = Self.runs(all).filter { $0.count > 20 }.sorted { $0.count > $1.count }.prefix(Self.timelineLimit)
        let rate: Prose =
            hours == nil
            ? ". How many that is an hour, `--sample-seconds` tells: give it the time from one map to the next"
            : " in \(hours, 1) hours: \(turnsPerHour, 1) an hour"
        let count = timelines.count
        let total: Prose = """
            The recognised posture changes \(turns) times in \(count) \(count == 1 ? "recording" : "recordings") of more than \
            20 maps\(rate).
            """
        var blocks: [Block] = [.heading("Turns"), .text(total), .table(personTable)]
        if count > turned.count { blocks.append(.details("Each recording in numbers", [.table(timelineTable)])) }
        return blocks + runs.map { .figure(figure($0)) }
    }

    private var personTable: Table {
        Table(
            caption: "Turns: how often the recognised posture changes",
            head: ["person", "turns"] + rateHead + ["recordings", "maps"],
            rows: turned.map { own in
                [.text("\(name: own.subject)"), .number("\(own.turns)")] + rateCells(own.turnsPerHour)
                    + [.number("\(own.recordings)"), .number("\(own.maps)")]
            })
    }

    private var timelineTable: Table {
        Table(
            head: ["person", "recording", "turns"] + rateHead + ["maps"],
            rows: timelines.map { own in
                [.text("\(name: own.subject)"), .text("\(name: own.recording)"), .number("\(own.turns)")]
                    + rateCells(own.turnsPerHour) + [.number("\(own.maps)")]
            })
    }

    private var rateHead: [Prose] { sampleSeconds == nil ? [] : ["turns an hour"] }

    private func rateCells(_ rate: Double?) -> [Table.Cell] {
        sampleSeconds == nil ? [] : [.number(rate.map { "\($0, 1)" } ?? "–")]
    }

    private func figure(_ run: Range<Int>) -> Figure {
        let (first, span) = (
            all[run.lowerBound].position, max(1, all[run.upperBound - 1].position - all[run.lowerBound].position + 1)
        )
        func x(_ place: Int) -> Int {
            place < run.upperBound ? 1000 * (all[place].position - first) / span : 1000
        }
        let edges = run.map(x) + [1000]
        let used = classes.indices.filter { class_ in run.contains { all[$0].recognised == class_ } }
        let marks = used.enumerated().map { row, class_ in
            let y = (2 * row + 1) * 500 / used.count
            return Panel.Mark(
                style: "h k\(class_ % 8)",
                path: Path.steps(run.map { all[$0].recognised == class_ ? y : nil }, edges: edges),
                title: classes[class_])
        }
        return Figure(
            caption: "\(name: all[run.lowerBound].subject), \(name: all[run.lowerBound].recording)",
            panels: [
                Panel(
                    description: "recognised postures over the recording; the table above has the turns",
                    height: 16 * used.count + 8,
                    left: used.enumerated().map {
                        .init(place: (Double($0) + 0.5) / Double(used.count), text: classes[$1])
                    },
                    below: ticks(from: first, span: span), marks: marks)
            ],
            axis: sampleSeconds.map { Double(span) * $0 < 7200 }
                .map { "\($0 ? "minutes" : "hours") since the first map" } ?? "position in the recording")
    }

    /// Round times since the first map, or round positions where nobody said how long a map is.
    private func ticks(from first: Int, span: Int) -> [Panel.Tick] {
        guard let sampleSeconds else { return Scale(Double(first), Double(first + span)).ticks(5) }
        let seconds = Double(span) * sampleSeconds
        return Scale(0, seconds / (seconds < 7200 ? 60 : 3600)).ticks(5)
    }
}
