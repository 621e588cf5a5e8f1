import Foundation

/// The drawing of one night: hypnograms, where they differ, probabilities, signals.
struct NightDrawing {
    /// How finely nights are drawn: the more of them, the less.
    struct Detail {
        /// Columns of a hypnogram, at most.
        let hypnogram: Int
        /// Columns of probabilities and signals, at most; 0 draws none.
        let others: Int
        /// Whether stages have colours and names.
        var isFull: Bool { others > 0 }

        init(nights: Int) {
            (hypnogram, others) = nights <= 60 ? (1500, 300) : nights <= 250 ? (360, 90) : (200, 0)
        }
    }

    let night: RecordedNight
    let classes: [String]
    let detail: Detail
    private let order: [Int]
    private let span: Int

    init(_ night: RecordedNight, classes: [String], detail: Detail) {
        (self.night, self.classes, self.detail) = (night, classes, detail)
        order = ClassStyle.order(of: classes)
        span = night.span
    }

    var figure: Figure {
        let (scored, recognised) = (night.scoredEpochs, night.recognisedEpochs)
        let isScored = scored.contains { $0 != nil }
        var panels: [Panel] = []
        if isScored { panels.append(hypnogram(scored, title: "scored by people")) }
        if isScored { panels.append(differences(scored, recognised)) }
        panels.append(hypnogram(recognised, title: "recognised"))
        if detail.isFull {
            panels.append(density)
            panels += night.signals.map(signal)
        }
        panels[panels.count - 1].below = ticks
        let legend = detail.isFull ? order.map { (ClassStyle.style(of: classes[$0], place: $0), classes[$0]) } : []
        return Figure(
            caption: "\(name: night.subject)\(night.recording == night.subject ? "" : ", \(name: night.recording)")",
            panels: panels,
            axis: detail.isFull ? axis : "",
            legend: legend)
    }

    /// Where each of so many columns begins among the sleep epochs; the last is the end.
    private func edges(_ columns: Int) -> [Int] {
        let count = min(columns, span)
        return (0...count).map { $0 * span / count }
    }

    private func place(_ epoch: Int) -> Int { (1000 * epoch + span / 2) / span }

    /// The class that a column has most of, the first of equals; nil where most is unknown.
    private func most(_ epochs: ArraySlice<Int?>) -> Int? {
        var counts = [Int](repeating: 0, count: classes.count + 1)
        for epoch in epochs { counts[epoch ?? classes.count] += 1 }
        let best = counts.indices.reduce(0) { counts[$1] > counts[$0] ? $1 : $0 }
        return best == classes.count ? nil : best
    }

    private func hypnogram(_ epochs: [Int?], title: String) -> Panel {
        let edges = edges(detail.hypnogram)
        let columns = edges.indices.dropLast().map { most(epochs[edges[$0]..<edges[$0 + 1]]) }
        let rows = order.count
        var row = [Int](repeating: 0, count: classes.count)
        for (place, class_) in order.enumerated() { row[class_] = (2 * place + 1) * 500 / rows }
        let places = edges.map(place)
        let line = Path.steps(columns.map { $0.map { row[$0] } }, edges: places)
        var marks: [Panel.Mark] = [.init(style: detail.isFull ? "t dim" : "t ink", path: line)]
        for class_ in order where detail.isFull {
            let own = Path.steps(columns.map { $0 == class_ ? row[class_] : nil }, edges: places)
            if own.isEmpty { continue }
            marks.append(
                .init(
                    style: "h \(ClassStyle.style(of: classes[class_], place: class_))", path: own,
                    title: classes[class_]))
        }
        let left = order.enumerated().map { place, class_ in
            Panel.Tick(
                place: (Double(place) + 0.5) / Double(rows), text: classes[class_] == "wake" ? "W" : classes[class_])
        }
        return Panel(
            title: Prose(title), description: "hypnogram, \(title); its statistics are in the table",
            height: 18 * rows + 12,
            left: detail.isFull ? left : [], marks: grid + marks)
    }

    private func differences(_ scored: [Int?], _ recognised: [Int?]) -> Panel {
        let edges = edges(detail.hypnogram)
        let places = edges.map(place)
        let isOther = edges.indices.dropLast().map { column -> Bool in
            let range = edges[column]..<edges[column + 1]
            let compared = range.filter { scored[$0] != nil && recognised[$0] != nil }
            return 2 * compared.count { scored[$0] != recognised[$0] } > compared.count
        }
        var path = ""
        var start: Int?
        for (column, other) in (isOther + [false]).enumerated() {
            if other, start == nil { start = column }
            guard !other, let first = start else { continue }
            path += "M\(places[first]) 0H\(places[column])V1000H\(places[first])z"
            start = nil
        }
        return Panel(
            title: "where they differ", description: "where scored and recognised stages differ", height: 9,
            marks: [.init(style: "f bad", path: path)])
    }

    /// The probabilities of the classes on top of each other.
    private var density: Panel {
        let edges = edges(detail.others)
        let all = night.spread(night.probabilities)
        var sums: [[Double]] = []
        for column in edges.indices.dropLast() {
            let known = all[edges[column]..<edges[column + 1]].compactMap(\.self)
            // What is not known is empty.
            sums.append(
                classes.indices.map { class_ in
                    known.reduce(0) { $0 + Double($1[class_]) } / Double(max(known.count, 1))
                })
        }
        var marks: [Panel.Mark] = []
        // The first class lies on top; what is below it is drawn over it.
        for (depth, class_) in order.enumerated() {
            let below = order[depth...]
            var points: [(x: Int, y: Int)] = []
            for (column, sums) in sums.enumerated() {
                let top = 1000 - Int((1000 * min(1, below.reduce(0) { $0 + sums[$1] })).rounded())
                points.append((place(edges[column]), top))
                if column == sums.count - 1 || column == edges.count - 2 {
                    points.append((place(edges[column + 1]), top))
                }
            }
            marks.append(
                .init(
                    style: "f \(ClassStyle.style(of: classes[class_], place: class_))", path: Path.area(points),
                    title: classes[class_]))
        }
        return Panel(
            title: "probabilities", description: "the probabilities of the classes over the night, stacked", height: 80,
            left: [.init(place: 0, text: "100 %"), .init(place: 1, text: "0 %")], marks: marks)
    }

    private func signal(_ signal: RecordedNight.Signal) -> Panel {
        let edges = edges(detail.others)
        let all = night.spread(signal.values)
        let means = edges.indices.dropLast().map { column -> Double? in
            let known = all[edges[column]..<edges[column + 1]].compactMap(\.self)
            return known.isEmpty ? nil : known.reduce(0) { $0 + Double($1) } / Double(known.count)
        }
        let up = Scale(over: means.compactMap(\.self), isUpwards: true)
        var (path, run) = ("", [(x: Int, y: Int)]())
        for (column, mean) in means.enumerated() {
            if let mean { run.append((place((edges[column] + edges[column + 1]) / 2), up.at(mean))) }
            if mean == nil || column == means.count - 1 {
                path += Path.line(run)
                run = []
            }
        }
        let hasUnit = !signal.unit.isEmpty && signal.unit != "1"
        return Panel(
            title: "\(name: signal.name), \(hasUnit ? signal.unit : "as it is read (no unit)")",
            description: "\(signal.name) over the night", height: 44, left: up.ticks(2),
            marks: grid + [.init(style: "t k0", path: path)])
    }

    private var axis: String {
        night.clock != nil ? "time of day" : "\(tickMinutes < 60 ? "minutes" : "hours") since the first sample"
    }

    private var minutes: Double { Double(span) / 2 }

    /// How many minutes lie between two ticks: about five ticks on the axis, two or more on one of half an hour.
    private var tickMinutes: Int {
        [1, 5, 10, 15, 30].first { minutes <= Double(5 * $0) } ?? 60 * max(1, Int((minutes / 300).rounded(.up)))
    }

    /// Minutes that a number of them divides, of the clock where there is one: their places in a night, of 0 to 1,
    /// and how many they are.
    private func full(_ divisor: Int) -> [(place: Double, minute: Int)] {
        let begin = 60 * (night.clock ?? 0)
        // A time of day that is a third of an hour is not quite so many minutes.
        let first = Int((begin / Double(divisor) - 1e-6).rounded(.up))
        let last = Int(((begin + minutes) / Double(divisor) + 1e-6).rounded(.down))
        guard first <= last else { return [] }
        return (first...min(last, first + 800)).map { number in
            let minute = number * divisor
            return (min(max((Double(minute) - begin) / minutes, 0), 1), minute)
        }
    }

    private var ticks: [Panel.Tick] {
        full(tickMinutes).map { place, minute in
            if night.clock == nil {
                return Panel.Tick(place: place, text: "\(tickMinutes < 60 ? minute : minute / 60)")
            }
            let ofDay = ((minute % 1440) + 1440) % 1440
            return Panel.Tick(place: place, text: String(format: "%02d:%02d", ofDay / 60, ofDay % 60))
        }
    }

    private var grid: [Panel.Mark] {
        guard detail.isFull else { return [] }
        let places = full(min(tickMinutes, 60)).map(\.place)
        return [.init(style: "g", path: places.map { Path.down(Int(1000 * $0)) }.joined())]
    }
}
