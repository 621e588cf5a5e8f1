import Datasets
import Signals

/// Lines of a clock's time and a stage, like `22:00:30,000; N2`: what Somnomedics' Domino writes as a sleep profile,
/// behind lines like `Rate: 30 s`, and lists like `22:00:30 W`.
struct ClockRows {
    private static let mostLinesBefore = 64
    private static let longestLine = 1_024
    /// What Domino's texts mean that mean nothing, or something else, elsewhere.
    private static let domino: [String: StageMeaning] = [
        "wach": .stage(.wake), "n4": .stage(.n3), "a": .unscored, "artefakt": .unscored, "bewegung": .unscored,
    ]

    let intervals: [Scoring.Interval]
    let clock: ScoringClock
    /// What texts mean that depend on the program; nil where none is named.
    let meanings: [String: StageMeaning]?

    /// Reads a text; nil for one in which no line begins with a clock's time.
    ///
    /// - Throws: `DatasetError` that names the line.
    init?(_ text: UnsafeRawBufferPointer, path: String) throws(DatasetError) {
        let lines = String(decoding: text, as: UTF8.self).split(
            omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        guard let first = lines.prefix(Self.mostLinesBefore).firstIndex(where: { Self.parts(of: $0) != nil }) else {
            return nil
        }
        let before = lines[..<first].filter { !$0.allSatisfy(\.isWhitespace) }
        // Anything else before them may be a stage, but for a header.
        guard
            before.allSatisfy({ line in
                line.hasPrefix("#") || line.contains(":")
                    || (line == before.last && StageTexts.stage(named: String(line)) == nil)
            })
        else { return nil }
        // Nor is what begins as they do, and is no such line.
        for (number, line) in zip(1..., lines[..<first]) where Self.beginsWithATime(line) {
            throw Self.fault(line, number, path)
        }
        let isOfDomino = before.contains { $0.lowercased().contains("schlafprofil") || $0.hasPrefix("Signal") }
        meanings = isOfDomino ? Self.domino : nil
        let seconds = before.lazy.compactMap(Self.rate).first
        var (times, texts) = (ClockTimes(), [String]())
        for (number, line) in zip((first + 1)..., lines[first...]) where !line.allSatisfy(\.isWhitespace) {
            guard line.utf8.count <= Self.longestLine, let (time, stage) = Self.parts(of: line), times.add(time) else {
                throw Self.fault(line, number, path)
            }
            texts.append(stage)
        }
        var clock = ScoringClock(before, isCertain: isOfDomino)
        clock.take(times)
        self.clock = clock
        intervals = try Scoring.intervals(
            at: times, lasting: Array(repeating: seconds, count: texts.count), texts,
            kind: isOfDomino ? .stage : .any, path: path)
    }

    /// Whether a line has something like a clock's time, behind a date perhaps, and a text behind it.
    private static func beginsWithATime(_ line: Substring) -> Bool {
        var words = line.split(whereSeparator: \.isWhitespace)
        if let first = words.first, ClockDate(first) != nil { words.removeFirst() }
        guard words.count > 1, let colon = words[0].firstIndex(of: ":") else { return false }
        let (hour, behind) = (words[0][..<colon], words[0][colon...].dropFirst())
        return (1...2).contains(hour.count) && hour.allSatisfy(\.isNumber) && behind.prefix(2).count == 2
            && behind.prefix(2).allSatisfy(\.isNumber)
    }

    private static func fault(_ line: Substring, _ number: Int, _ path: String) -> DatasetError {
        .badLine(
            path: path, line: number,
            reason: "\(quoted(String(line.prefix(80)))) is not a clock's time and a stage, like 22:00:30 N2")
    }

    /// A line's time of day, with a date before it perhaps, and what is behind it; nil for another line.
    private static func parts(of line: Substring) -> (time: Substring, text: String)? {
        let line = line.drop(while: \.isWhitespace)
        guard line.first?.isASCII == true, line.first?.isNumber == true,
            line.prefix(16).contains(where: { $0 == ":" || $0 == "." })
        else { return nil }
        func isEnd(_ character: Character) -> Bool { character.isWhitespace || character == ";" }
        var rest = line.drop { !isEnd($0) }
        // 01.01.20 is a date before a time, and a time before anything else.
        let second = rest.drop(while: \.isWhitespace)
        if ClockDate(line[..<rest.startIndex]) != nil, let colon = second.firstIndex(of: ":"),
            !second[..<colon].isEmpty, second[..<colon].allSatisfy(\.isNumber)
        {
            rest = second.drop { !isEnd($0) }
        }
        var word = line[..<rest.startIndex]
        if TimeText.timeOfDay(word) == nil, let comma = word.lastIndex(of: ",") {
            (word, rest) = (word[..<comma], line[comma...])
        }
        let behind = rest.drop(while: \.isWhitespace)
        let half = behind.prefix { $0.isLetter }
        if ["am", "pm"].contains(half.lowercased()) {
            (word, rest) = (line[..<half.endIndex], behind[half.endIndex...])
        }
        guard TimeText.timeOfDay(word) != nil else { return nil }
        let text = rest.drop { isEnd($0) || $0 == "," }
        guard let last = text.lastIndex(where: { !isEnd($0) && $0 != "," }) else { return nil }
        return (word, String(text[...last]))
    }

    /// How many seconds each line stands for: `Rate: 30 s`, or in milliseconds.
    private static func rate(_ line: Substring) -> Double? {
        let words = line.split { $0.isWhitespace || $0 == ":" }
        guard words.first?.lowercased() == "rate", words.count == 3, let number = Double(words[1]), number > 0 else {
            return nil
        }
        return ["s": number, "ms": number / 1_000][words[2].lowercased()]
    }
}

extension Scoring {
    /// A list of a clock's times and stages.
    init(_ rows: ClockRows, path: String) {
        self.init(path: path, intervals: rows.intervals, clock: rows.clock, numbers: rows.meanings)
    }
}
