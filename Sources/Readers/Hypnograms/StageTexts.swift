import Signals

/// What a text says about a sleep epoch.
enum StageMeaning: Equatable {
    /// The stage that the sleep epoch has.
    case stage(SleepStage)
    /// That the sleep epoch has none: not scored, movement time.
    case unscored
    /// Something that happened and is no stage: lights off, an arousal, an artefact.
    case event
    /// Nothing that is known.
    case unknown

    /// The stage, where it is one.
    var stage: SleepStage? { if case .stage(let stage) = self { stage } else { nil } }
}

/// What texts mean as sleep stages: the one table of all readers whose files hold such texts.
///
/// Upper and lower case, spaces, and `_ - : . , /` between words do not count, nor do the words "sleep" and "stage",
/// what NSRR puts behind a name (`Wake|0`) and what EDF+ does (`@@` and a channel). What is not in the table, and a
/// text by which one scorer means another stage than the next ("light sleep", "stage 5"), is unknown: the user says
/// what it means, nobody guesses.
struct StageTexts {
    private static let stages: [String: SleepStage] = {
        var stages: [String: SleepStage] = ["r": .rem, "rem": .rem, "paradoxical": .rem, "sws": .n3, "slowwave": .n3]
        for name in ["w", "wk", "wake", "awake", "waking", "wakeful", "wakefulness", "s0"] { stages[name] = .wake }
        for prefix in ["n", "s", "nrem", "nonrem"] {
            for (number, stage) in numbers { stages[prefix + number] = stage }
            stages[prefix + bothDeep] = .n3
            // The AASM, whose names are N1 to N3, has no fourth stage: "N4" may be a slip.
            if prefix == "n" { (stages["n4"], stages["n34"]) = (nil, nil) }
        }
        // The concepts of older files of NSRR's, `SDO:WakeState` and `SRO:Stage1Sleep`.
        (stages["sdowakestate"], stages["srowake"]) = (.wake, .wake)
        (stages["sdorapideyemovementsleep"], stages["srorapideyemovement"]) = (.rem, .rem)
        for (number, stage) in numbers { stages["sdononrapideyemovementsleepn" + number] = stage }
        for (number, stage) in numbers { stages["srostage\(number)sleep"] = stage }
        stages["srostage\(bothDeep)sleep"] = .n3
        return stages
    }()
    /// Where a text calls them stages, and in files that write wake and REM sleep as letters.
    private static let numbers: [String: SleepStage] = ["1": .n1, "2": .n2, "3": .n3, "4": .n3]
    private static let bothDeep = "34"
    private static let unscored: Set<String> = [
        "?", "mt", "movementtime", "uns", "unscored", "notscored", "unscorable", "unstaged", "nostage", "notstaged",
    ]
    /// What says so only behind "sleep stage".
    ///
    /// "Sleep stage N" does not: it is NREM sleep of any depth, no known stage.
    private static let unscoredBehindStage = ofStretches.union([
        "m", "mvt", "movement", "artefact", "artifact", "no", "unspecified",
    ])
    /// What is said of a stretch of a night, and not of a moment in it.
    private static let ofStretches: Set<String> = ["none", "unknown", "undefined"]
    private static let events: Set<String> = [
        "art", "lm", "na", "none", "unknown", "undefined", "movement", "mvt", "lighton", "lightoff", "lout", "lon",
        "loff",
    ]
    /// Parts of texts about something else than stages.
    private static let partsOfEvents = [
        "lights", "arousal", "apnea", "apnoea", "hypopn", "desat", "spo2", "snor", "limb", "plm", "position", "supine",
        "artefact", "artifact", "spindle", "kcomplex", "rera", "respirat", "recording", "calibrat", "bradycard",
        "tachycard", "bruxism",
    ]

    private let reading: HypnogramReading
    private let numbers: [String: StageMeaning]

    /// The table for files whose publisher says which stages the numbers are that stand alone.
    init(_ reading: HypnogramReading, numbers: [String: StageMeaning]) {
        (self.reading, self.numbers) = (reading, numbers)
    }

    /// The table for a file with these texts.
    ///
    /// A number alone is a stage only where the file writes the others as letters: 1 to 3 where it writes wake so, 4
    /// too where it writes REM sleep so. In a file of numbers alone 4 may be stage 4 or REM sleep.
    init(_ reading: HypnogramReading, among texts: some Sequence<String>) {
        var numbers: [String: StageMeaning] = [:]
        for text in texts {
            let words = Words(text)
            guard !words.areOfAStage, let stage = Self.stages[words.joined], stage == .rem || stage == .wake else {
                continue
            }
            for (number, stage) in Self.numbers where number != "4" || words.joined.hasPrefix("r") {
                numbers[number] = .stage(stage)
            }
        }
        self.init(reading, numbers: numbers)
    }

    /// `W`, `1` to `4` and `R`, as WFDB annotations write stages by the rules of Rechtschaffen and Kales, `M` for
    /// movement time.
    static func annotations(_ reading: HypnogramReading) -> StageTexts {
        StageTexts(reading, numbers: numbers.mapValues { .stage($0) }.merging(["m": .unscored]) { $1 })
    }

    /// What a text means.
    func meaning(of text: String) -> StageMeaning {
        if let meaning = reading.meaning(of: text) { return meaning }
        let words = Words(text)
        if Self.unscored.contains(words.whole) || Self.unscored.contains(words.joined) { return .unscored }
        if words.areOfAStage {
            if let stage = Self.stages[words.joined] ?? Self.numbers[words.joined] { return .stage(stage) }
            if words.joined == "0" { return .stage(.wake) }
            if words.joined == Self.bothDeep { return .stage(.n3) }
            if Self.unscoredBehindStage.contains(words.joined) { return .unscored }
        } else {
            if let stage = Self.stages[words.joined] { return .stage(stage) }
            if let meaning = numbers[words.joined] { return meaning }
        }
        let isEvent = Self.events.contains(words.joined) || Self.partsOfEvents.contains(where: words.joined.contains)
        return isEvent ? .event : .unknown
    }

    /// The stage of a code, or of what else it may be called ("R"); nil where that is none or depends on the file.
    static func stage(named name: String) -> SleepStage? {
        if let stage = SleepStage(code: name) { return stage }
        guard case .stage(let stage) = StageTexts(.plain, numbers: [:]).meaning(of: name) else { return nil }
        return stage
    }

    /// What is compared of a text: its words, but for "sleep" and "stage" where there are others.
    ///
    /// These two count beside what means something else without them: "stage 5" is not "5", nor is "stage N" "N".
    static func folded(_ text: String) -> String {
        let words = Words(text)
        if words.meanOtherBehindStage { return "stage \(words.joined)" }
        if !words.joined.isEmpty { return words.joined }
        return words.whole.isEmpty ? text.lowercased().filter { !$0.isWhitespace } : words.whole
    }

    /// Whether a stage's name is one word of a text, like "N2" of "N2 spindles"; a number or letter alone is none.
    static func namesAStage(_ text: String) -> Bool {
        text.prefix(256).lowercased().split { !$0.isLetter && !$0.isNumber }.contains {
            $0.count > 1 && stages[String($0)] != nil
        }
    }

    /// Whether a text calls itself a stage in front, like "STAGE - N2" and "Sleep stage ?".
    static func beginsAsAStage(_ text: String) -> Bool { Words(text).beginAsAStage }

    /// Whether a text may say of a stretch of a night that it has no stage, as "Unknown" does.
    static func mayEndAStage(_ text: String) -> Bool { ofStretches.contains(Words(text).whole) }

    /// Whether a text is NREM sleep of any depth.
    static func isAnyNREM(_ text: String) -> Bool { ["n", "nrem", "nonrem"].contains(Words(text).joined) }

    private static func meansSomethingBehindStage(_ word: Substring) -> Bool {
        let word = String(word)
        return stages[word] != nil || numbers[word] != nil || [bothDeep, "0"].contains(word)
            || unscoredBehindStage.contains(word)
    }

    /// Whether a text is a number, which stands for different stages in different programs.
    static func isNumber(_ text: String) -> Bool { Double(text) != nil }

    /// A text's words as the table has them.
    private struct Words {
        /// All of them.
        let whole: String
        /// Those that are not "sleep" or "stage".
        let joined: String
        /// Whether one of them is "stage", or the first one "sleep".
        let areOfAStage: Bool
        /// Whether the first one is "stage", or the second behind "sleep".
        let beginAsAStage: Bool

        /// Whether they are of a stage, and what is beside "sleep" and "stage" is something else when it stands alone.
        var meanOtherBehindStage: Bool {
            guard areOfAStage, !joined.isEmpty else { return false }
            return joined == "n" || joined.allSatisfy(\.isNumber) || StageTexts.unscoredBehindStage.contains(joined)
        }

        init(_ text: String) {
            var text = text.prefix(256).lowercased()[...]
            if text.utf8.contains(UInt8(ascii: "@")), let channel = text.firstRange(of: "@@") {
                text = text[..<channel.lowerBound]
            }
            if let bar = text.lastIndex(of: "|"), text[bar...].dropFirst().allSatisfy(\.isNumber) {
                text = text[..<bar]
            }
            let trimmed = text.trimmingPrefix(while: \.isWhitespace)
            if let number = Double(String(trimmed)), let whole = Int(exactly: number) {
                // "-1" is not 1, and "2.0" is 2.
                (self.whole, joined, areOfAStage, beginAsAStage) = ("\(whole)", "\(whole)", false, false)
                return
            }
            if Self.hasNegativeNumber(text) {
                (self.whole, joined, areOfAStage, beginAsAStage) = (String(text), String(text), false, false)
                return
            }
            let words = text.split(whereSeparator: Self.separates).flatMap(Self.withoutStage)
            let others = words.filter { $0 != "sleep" && $0 != "stage" }
            whole = words.joined()
            joined = others.joined()
            areOfAStage = words.contains("stage") || (words.first == "sleep" && words.count > 1)
            beginAsAStage = words.first == "stage" || words.prefix(2) == ["sleep", "stage"]
        }

        /// A word in two where "stage" is a part of it: "Stage2" is "Stage 2", and "UnknownStage" "Unknown Stage", but
        /// "Staged" is neither.
        private static func withoutStage(_ word: Substring) -> [Substring] {
            let stage = "stage"
            if word.hasPrefix("sleep" + stage) { return ["sleep"] + withoutStage(word.dropFirst("sleep".count)) }
            let (behind, before) = (word.dropFirst(stage.count), word.dropLast(stage.count))
            if word.hasPrefix(stage), StageTexts.meansSomethingBehindStage(behind) {
                return [word.prefix(stage.count), behind]
            }
            if word.hasSuffix(stage), StageTexts.meansSomethingBehindStage(before) {
                return [before, word.suffix(stage.count)]
            }
            return [word]
        }

        private static func separates(_ character: Character) -> Bool {
            character.isWhitespace || "_-:.,/".contains(character)
        }

        /// Whether a minus stands before a number and behind nothing: "stage -1" is not stage 1, "NREM-1" is.
        private static func hasNegativeNumber(_ text: Substring) -> Bool {
            text.utf8.contains(UInt8(ascii: "-"))
                && text.indices.contains { index in
                    guard text[index] == "-", let next = text[index...].dropFirst().first, next.isNumber else {
                        return false
                    }
                    return index == text.startIndex || separates(text[text.index(before: index)])
                }
        }
    }
}
