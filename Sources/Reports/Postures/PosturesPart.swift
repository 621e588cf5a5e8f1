import Numerics

/// The part of a report about lying postures: maps with what was recognised, what is confused, and turns.
package struct PosturesPart: Encodable, Sendable {
    /// A pressure map, as it was scored and recognised.
    package struct Map: Sendable {
        /// Whose it is.
        package let subject: String
        /// The recording's name.
        package let recording: String
        /// Its position in the recording.
        package let position: Int
        /// The scored class; nil where nobody scored it.
        package let scored: Int?
        /// The recognised class.
        package let recognised: Int
        /// The recognised class's probability.
        package let probability: Double

        /// A map without its values.
        package init(
            subject: String, recording: String, position: Int, scored: Int?, recognised: Int, probability: Double
        ) {
            (self.subject, self.recording, self.position) = (subject, recording, position)
            (self.scored, self.recognised, self.probability) = (scored, recognised, probability)
        }
    }

    /// Two postures of which one is taken for the other.
    package struct Confusion: Encodable, Sendable, Equatable {
        /// What was scored.
        package let scored: String
        /// What was recognised.
        package let recognised: String
        /// How often.
        package let count: Int
        /// The part of the scored posture's maps, 0 to 1.
        package let part: Double
    }

    /// A recording over time.
    package struct Timeline: Encodable, Sendable, Equatable {
        /// Whose it is.
        package let subject: String
        /// The recording's name.
        package let recording: String
        /// How many maps it has.
        package let maps: Int
        /// How often the recognised posture is another one than a map before.
        package let turns: Int
        /// Turns an hour; nil where nobody said how long a map is.
        package let turnsPerHour: Double?
        let hours: Double?

        private enum CodingKeys: String, CodingKey {
            case subject, recording, maps, turns
            case turnsPerHour = "turns_per_hour"
        }
    }

    /// A person's recordings together.
    package struct Turned: Encodable, Sendable, Equatable {
        /// Whose they are.
        package let subject: String
        /// How many there are.
        package let recordings: Int
        /// How many maps they have.
        package let maps: Int
        /// How often the recognised posture changes in them.
        package let turns: Int
        /// Turns an hour; nil where nobody said how long a map is.
        package let turnsPerHour: Double?

        private enum CodingKeys: String, CodingKey {
            case subject, recordings, maps, turns
            case turnsPerHour = "turns_per_hour"
        }

        init(_ subject: String, _ timelines: [Timeline]) {
            (self.subject, recordings) = (subject, timelines.count)
            maps = timelines.reduce(0) { $0 + $1.maps }
            turns = timelines.reduce(0) { $0 + $1.turns }
            let hours = timelines.compactMap(\.hours)
            turnsPerHour = hours.isEmpty ? nil : Double(turns) / hours.reduce(0, +)
        }
    }

    /// A map that is shown.
    package struct Shown: Encodable, Sendable, Equatable {
        let place: Int
        /// Whose it is.
        package let subject: String
        /// What was scored; nil where nobody did.
        package let scored: String?
        /// What was recognised.
        package let recognised: String
        /// How probable that was.
        package let probability: Double

        private enum CodingKeys: CodingKey { case subject, scored, recognised, probability }
    }

    /// The classes' names.
    package let classes: [String]
    /// How many maps there are.
    package let maps: Int
    /// How many people they are of.
    package let people: Int
    /// How many maps of the dataset have no answer.
    package let unanswered: Int
    /// How many are recognised as each class.
    package let counts: [Int]
    /// How many somebody scored, and how many of these are recognised as they were scored.
    let (scoredMaps, rightMaps): (Int, Int)
    /// What is confused most, most first.
    package let confusions: [Confusion]
    /// Maps that were recognised right, a few of each class; where nobody scored any, a few of each answer.
    package let right: [Shown]
    /// Maps of the confusions, in their order.
    package let wrong: [Shown]
    /// Recordings of several maps, the longest first.
    package let timelines: [Timeline]
    /// How often the recognised posture changes in all of them.
    package let turns: Int
    /// How long they are together, in hours, and turns an hour; nil where nobody said how long a map is.
    package let hours, turnsPerHour: Double?
    /// The same person by person, in the order of the recordings.
    package let turned: [Turned]
    /// Whether the recognisers had not seen these people; nil where nobody knows.
    let areHeldOut: Bool?
    let all: [Map]
    let acquaintance: Acquaintance
    let sampleSeconds: Double?
    private let areScored: Bool
    private let image: @Sendable (Int) -> String

    private enum CodingKeys: String, CodingKey {
        case classes, maps, people, counts, confusions, right, wrong, timelines, turns, hours
        case unanswered = "unanswered_maps"
        case scoredMaps = "scored_maps"
        case rightMaps = "right_maps"
        case turnsPerHour = "turns_per_hour"
        case areHeldOut = "held_out"
        case turned = "turns_by_person"
    }

    /// So many confusions, recordings and maps of a class are shown.
    static let (confusionLimit, timelineLimit, examples) = (10, 40, 3)

    /// A part.
    ///
    /// - Parameters:
    ///   - maps: the maps, recording by recording and in order.
    ///   - classes: the classes' names.
    ///   - acquaintance: whether the recognisers had seen these people.
    ///   - unanswered: how many maps of the dataset have no answer.
    ///   - sampleSeconds: how long from one map to the next; nil where nobody knows.
    ///   - columns: a map's columns.
    ///   - isTurned: whether a map's last row is at the head.
    ///   - values: gives a map's values, `[rows, columns]`, by its place in `maps`.
    /// - Throws: `ReportError.empty` without a map.
    package init(
        _ maps: [Map], classes: [String], acquaintance: Acquaintance, unanswered: Int = 0, sampleSeconds: Double?,
        columns: Int, isTurned: Bool, values: @escaping @Sendable (Int) -> [Float]
    ) throws(ReportError) {
        guard !maps.isEmpty else { throw .empty(file: "the dataset", reason: "no map of it was recognised") }
        (all, self.classes, self.acquaintance) = (maps, classes, acquaintance)
        areHeldOut = acquaintance.areHeldOut
        (self.unanswered, self.sampleSeconds) = (unanswered, sampleSeconds)
        image = { MapImage.address(values($0), columns: columns, isTurned: isTurned) }
        self.maps = maps.count
        people = Set(maps.map(\.subject)).count
        counts = classes.indices.map { class_ in maps.count { $0.recognised == class_ } }
        scoredMaps = maps.count { $0.scored != nil }
        rightMaps = maps.count { $0.scored == $0.recognised }
        let pairs = Self.pairs(maps)
        let scoredCounts = classes.indices.map { class_ in maps.count { $0.scored == class_ } }
        let confused = pairs.filter { $0.key[0] != $0.key[1] }
            .sorted { ($1.value.count, $0.key[0], $0.key[1]) < ($0.value.count, $1.key[0], $1.key[1]) }
            .prefix(Self.confusionLimit)
        confusions = confused.map { pair, places in
            Confusion(
                scored: classes[pair[0]], recognised: classes[pair[1]], count: places.count,
                part: Double(places.count) / Double(max(scoredCounts[pair[0]], 1)))
        }
        func shown(_ place: Int) -> Shown {
            let map = maps[place]
            return Shown(
                place: place, subject: map.subject, scored: map.scored.map { classes[$0] },
                recognised: classes[map.recognised], probability: map.probability)
        }
        // The surest mistakes are the ones to look at.
        wrong = confused.flatMap {
            $0.value.sorted { maps[$0].probability > maps[$1].probability }.prefix(Self.examples)
        }
        .map(shown)
        let areScored = scoredMaps > 0
        self.areScored = areScored
        right = classes.indices.prefix(40).flatMap { class_ in
            // Of maps that nobody scored none is right or wrong: some of each answer are shown all the same.
            Self.spread(
                areScored ? pairs[[class_, class_]] ?? [] : maps.indices.filter { maps[$0].recognised == class_ },
                count: classes.count > 6 ? 1 : Self.examples)
        }.map(shown)
        let timelines = Self.timelines(maps, sampleSeconds: sampleSeconds)
        self.timelines = timelines
        turns = timelines.reduce(0) { $0 + $1.turns }
        hours = sampleSeconds == nil || timelines.isEmpty ? nil : timelines.compactMap(\.hours).reduce(0, +)
        turnsPerHour = hours.map { [turns] in Double(turns) / $0 }
        turned = maps.map(\.subject).uniqued
            .compactMap { subject in
                let own = timelines.filter { $0.subject == subject }
                return own.isEmpty ? nil : Turned(subject, own)
            }
    }

    /// The places of scored maps by what they were scored and recognised as.
    private static func pairs(_ maps: [Map]) -> [[Int]: [Int]] {
        var pairs: [[Int]: [Int]] = [:]
        for (place, map) in maps.enumerated() {
            if let scored = map.scored { pairs[[scored, map.recognised], default: []].append(place) }
        }
        return pairs
    }

    /// So many of these places, or all where they are fewer: from the begin, the middle and the end.
    private static func spread(_ places: [Int], count most: Int) -> [Int] {
        let count = min(places.count, most)
        return (0..<count).map { places[(2 * $0 + 1) * places.count / (2 * count)] }
    }

    /// The recordings long enough to show when somebody turned, the longest first.
    private static func timelines(_ maps: [Map], sampleSeconds: Double?) -> [Timeline] {
        runs(maps).filter { $0.count > 20 }.sorted { $0.count > $1.count }.map { run in
            let turns = run.dropFirst().count { maps[$0].recognised != maps[$0 - 1].recognised }
            let hours = sampleSeconds.map {
                $0 * Double(maps[run.upperBound - 1].position - maps[run.lowerBound].position + 1) / 3600
            }
            return Timeline(
                subject: maps[run.lowerBound].subject, recording: maps[run.lowerBound].recording, maps: run.count,
                turns: turns, turnsPerHour: hours.map { Double(turns) / $0 }, hours: hours)
        }
    }

    static func runs(_ maps: [Map]) -> [Range<Int>] {
        maps.runs { $0.recording == $1.recording && $0.subject == $1.subject }
    }

    var section: PageSection {
        var blocks: [Block] = [.text(summary)]
        if unanswered > 0 {
            let words = Prose.counted(unanswered, "pressure map", "pressure maps")
            blocks.append(
                .note("Answers are missing: \(words) of the dataset \(unanswered == 1 ? "has" : "have") none."))
        }
        if !right.isEmpty {
            let heading: Prose = areScored ? "Maps that were recognised right" : "What maps were recognised as"
            blocks += [.heading(heading), .maps(right.map(tile))]
        }
        if !confusions.isEmpty {
            blocks += [.heading("What is taken for what"), .table(confusionTable), .maps(wrong.map(tile))]
        }
        if !timelines.isEmpty {
            blocks += turnBlocks
        }
        return PageSection(id: "postures", heading: "Postures", blocks: blocks)
    }

    /// How many of the scored maps were recognised as they were scored.
    private var agreement: Prose {
        guard areScored else { return "" }
        let others: Prose = scoredMaps == maps ? "" : "; the others have no class"
        return " \(rightMaps) of \(Prose.counted(scoredMaps, "scored map", "scored maps")) are recognised so\(others)."
    }

    private var summary: Prose {
        let parts = zip(classes, counts).prefix(8).map { "\(name: $0) \($1)" as Prose }
        return """
            \(maps) pressure maps of \(people) \(people == 1 ? "person" : "people"), recognised as \(Prose.joined(parts))\
            \(classes.count > 8 ? ", …" : ".")\(agreement) \(acquaintance.words(people: people)) In the pictures the head is on top where the dataset says where it \
            lies, and light places bear most; what bears more than 98 of 100 places is drawn alike.
            """
    }

    private func tile(_ map: Shown) -> MapTile {
        let isWrong = map.scored.map { $0 != map.recognised } ?? false
        let scored: Prose = isWrong ? "scored \(name: map.scored ?? "")" : ""
        let words: Prose = "\(name: map.recognised) \(percent: map.probability, 0)"
        return MapTile(
            address: image(map.place), description: (words + " " + scored).plain,
            lines: [words, scored, "\(name: map.subject)"])
    }

    private var confusionTable: Table {
        Table(
            head: ["scored", "recognised", "maps", "part of scored"],
            rows: confusions.map {
                [
                    .text("\(name: $0.scored)"), .text("\(name: $0.recognised)"), .number("\($0.count)"),
                    .number("\(percent: $0.part)"),
                ]
            })
    }
}

extension [String] {
    /// Each once, in the order in which they come.
    fileprivate var uniqued: [String] {
        var seen = Set<String>()
        return filter { seen.insert($0).inserted }
    }
}
