import Datasets

/// Texts of a file, known or not, each with how often it stands there.
struct CountedTexts {
    /// How many different texts are named; the others are counted together.
    private static let mostNamed = 8

    private var counts: [String: Int] = [:]

    /// Whether there is none.
    var isEmpty: Bool { counts.isEmpty }

    /// How often any of them stands there.
    var total: Int { counts.values.reduce(0, +) }

    /// Each of them.
    var all: some Collection<String> { counts.keys }

    mutating func add(_ text: String, count: Int = 1) { counts[text, default: 0] += count }

    mutating func add(_ others: CountedTexts) { counts.merge(others.counts, uniquingKeysWith: +) }

    /// The most frequent ones first.
    private var sorted: [(text: String, count: Int)] {
        counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { (text: $0.key, count: $0.value) }
    }

    /// Each text with its count, as items of a report.
    func skipped(of path: String, reason: String) -> [SkippedItem] {
        let sorted = sorted
        var items = sorted.prefix(Self.mostNamed).map { text, count in
            SkippedItem(path: path, kind: .annotation, count: count, reason: "\(reason): \(quoted(text))")
        }
        let others = sorted.dropFirst(Self.mostNamed)
        if !others.isEmpty {
            items.append(
                SkippedItem(
                    path: path, kind: .annotation, count: others.reduce(0) { $0 + $1.count },
                    reason: "\(reason): \(others.count) other texts"))
        }
        return items
    }

    /// The most frequent texts in words, like `"WAKE" (26), "x" (2)`.
    var description: String {
        let sorted = sorted
        let named = sorted.prefix(Self.mostNamed).map { "\(quoted($0.text)) (\($0.count))" }.joined(separator: ", ")
        return named + (sorted.count > Self.mostNamed ? " …" : "")
    }

    /// How to say what they mean.
    var remedy: String {
        guard let first = sorted.first?.text else { return "" }
        if StageTexts.isNumber(first) {
            return "numbers stand for different stages in different programs: say which with --stage-map, like "
                + "0=W,1=N1,2=N2,3=N3,4=REM"
        }
        if StageTexts.isAnyNREM(first) {
            return
                "say what they are with --stage-map, like \(quoted("\(first)=N2", upTo: 256)) where NREM sleep of any depth is "
                + "to be N2, which is right for the schemes wake and three alone"
        }
        return
            "say what they are with --stage-map, like \(quoted("\(first)=STAGE", upTo: 256)) (W, N1, N2, N3 or REM; nothing "
            + "behind = for no stage)"
    }

    /// Refuses a file in which too much of what looks like stages is unknown.
    ///
    /// - Parameters:
    ///   - unknown: sleep epochs with such texts.
    ///   - total: these and the sleep epochs with a text that is known.
    ///   - path: the file.
    ///   - reading: whether the user wants such texts passed over.
    /// - Throws: `DatasetError.unsuitable` that names the texts.
    func requireFew(_ unknown: Double, of total: Double, path: String, _ reading: HypnogramReading) throws(DatasetError)
    {
        guard !reading.ignoresUnknownStages, HypnogramReading.isLargePart(unknown, of: total) else { return }
        throw .unsuitable(
            path: path,
            reason:
                "\(Int(unknown.rounded())) of \(Int(total.rounded())) sleep epochs have a text that is no known stage: "
                + "\(description); \(remedy), or leave them without a label with --ignore-unknown-stages")
    }
}
