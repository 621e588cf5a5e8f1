import Datasets
import Signals

/// Which intervals of a scoring are stages, how long each lasts, and what the others are.
struct ScoredStages {
    /// An interval that says which stage there is, or that there is none.
    struct Staged {
        let interval: Scoring.Interval
        /// Nil where it says that there is none.
        let stage: SleepStage?
        /// Whether it is known what it says: a text in the place of a stage that is not known says nothing.
        let isKnown: Bool
        /// How long it lasts.
        var seconds: Double
    }

    /// How far from a multiple of 30 s a time is still one, in seconds.
    private static let tolerance = 0.5
    private static let epoch = SleepEpochWindow.epochSeconds
    /// Beyond this many seconds there is no time that a recording could reach: some thirty years.
    static let longest = 1e9

    /// In the file's order.
    private(set) var stages: [Staged] = []
    /// The length of sleep epochs of 20 s where stages follow each other by these, in stretches of several; nil for
    /// others.
    ///
    /// Stretches of 20 s each are refused before.
    private(set) var otherEpoch: Double?
    /// Every text that is no stage and does not say that there is none.
    private(set) var texts = CountedTexts()
    /// Of these the texts that stand where a stage would, each with how many sleep epochs it takes.
    private(set) var unknownStages = CountedTexts()
    /// How many sleep epochs have only such a text.
    private(set) var unknownEpochs = 0.0
    /// How many sleep epochs have a stage, or a text that says that there is none.
    private(set) var knownEpochs = 0.0
    private var (outOfReach, backwards, lasting0) = (0, 0, 0)
    /// Whether stages that last 0 s are a sleep epoch each; nil where there are none.
    private var areEpochs: Bool?

    /// Sorts the intervals of a scoring.
    init(_ scoring: Scoring, _ reading: HypnogramReading) {
        let table =
            scoring.numbers.map { StageTexts(reading, numbers: $0) }
            ?? StageTexts(reading, among: Set(scoring.intervals.lazy.filter { $0.kind != .event }.map(\.text)))
        var meanings = Dictionary(
            uniqueKeysWithValues: Set(scoring.intervals.lazy.map(\.text)).map { ($0, table.meaning(of: $0)) })
        var unknown: [Scoring.Interval] = []
        // Where stages say how long they last, a text without a length is none.
        let staged = scoring.intervals.filter { meanings[$0.text]?.stage != nil }
        let areTimed = 2 * staged.count { $0.duration ?? 0 > 0 } > staged.count
        let grid = Self.commonestPlace(of: staged.map(\.onset).filter { abs($0) < Self.longest }, from: 0) ?? 0
        for remark in Self.remarks(among: staged, from: grid, reading) { meanings[remark] = .event }
        let ends = areTimed ? [] : Self.endsOfStages(scoring.intervals, meanings, from: grid)
        for interval in scoring.intervals {
            var meaning = interval.kind == .event ? .event : meanings[interval.text] ?? .unknown
            // Where a stage is to stand, "N2 spindles" says one that nobody here knows.
            if meaning == .event, interval.kind == .stage, StageTexts.namesAStage(interval.text) { meaning = .unknown }
            if interval.kind != .event { meanings[interval.text] = meaning }
            guard abs(interval.onset) < Self.longest else {
                outOfReach += 1
                continue
            }
            if let stage = meaning.stage {
                append(interval, stage)
            } else if meaning == .unscored {
                append(interval, nil)
            } else if meaning == .event, interval.kind == .any, interval.duration == nil, ends.contains(interval.onset)
            {
                texts.add(interval.text)
                append(interval, nil)
            } else if meaning == .event, interval.kind == .stage {
                texts.add(interval.text)
                // An arousal in the column of stages is an event all the same, unless it is as long as sleep epochs.
                let length = interval.duration ?? 0
                if !areTimed || length > Self.tolerance && Self.isMultiple(length) { append(interval, nil) }
            } else {
                texts.add(interval.text)
                if meaning == .unknown { unknown.append(interval) }
                if meaning == .unknown, interval.kind == .stage { append(interval, nil, isKnown: false) }
            }
        }
        unknown = standingAsStages(unknown)
        let next = Self.nextOnsets(stages.map(\.interval.onset) + unknown.map(\.onset))
        setDurations(next)
        measure(unknown, next)
        otherEpoch = foundOtherEpoch
    }

    private mutating func append(_ interval: Scoring.Interval, _ stage: SleepStage?, isKnown: Bool = true) {
        if let last = stages.last, interval.onset < last.interval.onset { backwards += 1 }
        stages.append(Staged(interval: interval, stage: stage, isKnown: isKnown, seconds: interval.duration ?? 0))
    }

    // MARK: - What is no stage

    /// Texts that are called like a stage, as people write it in their notes, in a file in which most stages are called
    /// "Sleep stage W" or so.
    ///
    /// They say of no length, and stand where no sleep epoch begins: "REM" beside "Sleep stage R" says that somebody
    /// saw some.
    private static func remarks(
        among staged: [Scoring.Interval], from zero: Double, _ reading: HypnogramReading
    ) -> Set<String> {
        let texts = Set(staged.lazy.map(\.text))
        let formal = texts.filter(StageTexts.beginsAsAStage)
        guard 2 * staged.count(where: { formal.contains($0.text) }) > staged.count else { return [] }
        let astray = texts.intersection(staged.lazy.filter { !isMultiple($0.onset - zero) }.map(\.text))
        let lasting = staged.lazy.filter { $0.kind != .any || $0.duration ?? 0 > 0 }.map(\.text)
        return astray.subtracting(formal).subtracting(lasting).filter { reading.meaning(of: $0) == nil }
    }

    /// When texts stand that say of a stretch that it has no stage, like "Unknown", where a sleep epoch begins and no
    /// stage does, and never elsewhere: in a list of what lasts until the next they end the stage before.
    private static func endsOfStages(
        _ intervals: [Scoring.Interval], _ meanings: [String: StageMeaning], from zero: Double
    ) -> Set<Double> {
        let ends = intervals.filter { meanings[$0.text] == .event && StageTexts.mayEndAStage($0.text) }
        guard !ends.isEmpty else { return [] }
        let astray = Set(ends.lazy.filter { !isMultiple($0.onset - zero) }.map(\.text))
        let isOfAStage: (Scoring.Interval) -> Bool = {
            meanings[$0.text]?.stage != nil || meanings[$0.text] == .unscored
        }
        let begun = Set(intervals.lazy.filter(isOfAStage).map { $0.onset.rounded() })
        return Set(ends.lazy.filter { !astray.contains($0.text) && !begun.contains($0.onset.rounded()) }.map(\.onset))
    }

    /// The first of these times that stand where most of them do in sleep epochs that are counted from `zero`, to a
    /// second; nil without any.
    private static func commonestPlace(of onsets: [Double], from zero: Double) -> Double? {
        let places = Dictionary(grouping: onsets) { onset in
            Int((onset - zero).truncatingRemainder(dividingBy: epoch).rounded()) % Int(epoch)
        }
        return places.values.map { (count: $0.count, onset: $0.min() ?? zero) }
            .max { ($0.count, -$0.onset) < ($1.count, -$1.onset) }?.onset
    }

    // MARK: - What is unknown

    /// The intervals with unknown texts that look like sleep epochs.
    ///
    /// Those of a form that says so; else those that start a multiple of 30 s from the first stage and last a multiple
    /// of 30 s, or say as little about how long they last as the stages do and never stand anywhere else.
    private func standingAsStages(_ unknown: [Scoring.Interval]) -> [Scoring.Interval] {
        let zero = (stages.first?.interval ?? unknown.first)?.onset ?? 0
        let isMultiple = Self.isMultiple
        let astray = Set(unknown.lazy.filter { !isMultiple($0.onset - zero) }.map(\.text))
        let withoutDuration = stages.count { ($0.interval.duration ?? 0) == 0 }
        let areMostWithout = withoutDuration > stages.count / 2
        return unknown.filter { interval in
            if interval.kind == .stage { return true }
            guard let duration = interval.duration, duration > 0 else {
                return areMostWithout && !astray.contains(interval.text)
            }
            return duration > Self.tolerance && isMultiple(duration) && isMultiple(interval.onset - zero)
        }
    }

    /// Counts the sleep epochs with texts that are known, and with others alone.
    private mutating func measure(_ unknown: [Scoring.Interval], _ next: [Double: Double]) {
        func seconds(_ interval: Scoring.Interval) -> Double {
            let duration = interval.duration ?? next[interval.onset].map { $0 - interval.onset } ?? Self.epoch
            return min(max(duration, Self.epoch), Self.longest)
        }
        let known = stages.filter(\.isKnown).map {
            (start: $0.interval.onset, end: $0.interval.onset + min($0.seconds, Self.longest))
        }
        knownEpochs = Self.covered(known) / Self.epoch
        let all = known + unknown.map { (start: $0.onset, end: $0.onset + seconds($0)) }
        unknownEpochs = Self.covered(all) / Self.epoch - knownEpochs
        for interval in unknown {
            unknownStages.add(interval.text, count: Int((seconds(interval) / Self.epoch).rounded()))
        }
    }

    /// How many seconds are in any of some intervals.
    private static func covered(_ intervals: [(start: Double, end: Double)]) -> Double {
        var (seconds, reached) = (0.0, -Double.infinity)
        for (start, end) in intervals.sorted(by: { $0 < $1 }) where end > reached {
            seconds += end - max(start, reached)
            reached = end
        }
        return seconds
    }

    /// Whether so many seconds are a whole number of sleep epochs.
    private static func isMultiple(_ seconds: Double) -> Bool {
        fromMultiple(seconds) < tolerance
    }

    // MARK: - Durations

    /// For each onset the next one.
    private static func nextOnsets(_ onsets: [Double]) -> [Double: Double] {
        let onsets = Set(onsets).sorted()
        return Dictionary(zip(onsets, onsets.dropFirst())) { first, _ in first }
    }

    /// Gives stages without a duration, and those that last 0 s, the one that they have.
    private mutating func setDurations(_ next: [Double: Double]) {
        func gap(_ staged: Staged) -> Double? { next[staged.interval.onset].map { $0 - staged.interval.onset } }
        let zeros = stages.filter { $0.interval.duration == 0 }
        lasting0 = zeros.count
        if !zeros.isEmpty {
            areEpochs = zeros.count > stages.count / 2 && Self.areEpochs(zeros.compactMap(gap))
        }
        for index in stages.indices {
            switch stages[index].interval.duration {
            case nil: stages[index].seconds = gap(stages[index]) ?? Self.epoch
            case 0 where areEpochs == true: stages[index].seconds = Self.epoch
            default: break
            }
        }
    }

    /// Whether stages that are followed by another so many seconds later stand 30 s apart, with few gaps between.
    private static func areEpochs(_ gaps: [Double]) -> Bool {
        let next = gaps.count { abs($0 - epoch) < tolerance }
        let multiples = gaps.count(where: isMultiple)
        return next > 0 && multiples == gaps.count
            && !HypnogramReading.isLargePart(Double(gaps.count - next), of: Double(gaps.count))
    }

    /// Refuses stages of which nobody knows how long they last.
    func requireDurations(path: String) throws(DatasetError) {
        guard areEpochs == false, HypnogramReading.isLargePart(Double(lasting0), of: Double(stages.count))
        else { return }
        throw .unsuitable(
            path: path,
            reason:
                "\(lasting0) of its \(stages.count) stages last 0 s and do not stand 30 s apart: write how long each "
                + "lasts, or leave the durations out where each lasts until the next")
    }

    /// When the first sleep epoch begins: with the first interval, unless most stages begin otherwise, as behind a
    /// first interval that ends with lights off; then a whole number of sleep epochs before these, nearest to that
    /// interval's begin.
    ///
    /// - Parameter first: when the first interval begins.
    /// - Returns: a time in seconds, as the intervals have it.
    func firstOnset(_ first: Double) -> Double {
        let onsets = stages.filter { $0.stage != nil }.map(\.interval.onset)
        func areMost(from time: Double) -> Bool { 2 * onsets.count { !Self.isAstray($0 - time) } > onsets.count }
        let most = Self.commonestPlace(of: onsets, from: first)
        guard let most, otherEpoch == nil, !areMost(from: first), areMost(from: most) else { return first }
        return most - ((most - first) / Self.epoch).rounded() * Self.epoch
    }

    /// Whether so many seconds are far from a whole number of sleep epochs: not by what clocks drift and programs
    /// round.
    static func isAstray(_ seconds: Double) -> Bool { fromMultiple(seconds) >= 2 }

    /// How far so many seconds are from the nearest whole number of sleep epochs.
    private static func fromMultiple(_ seconds: Double) -> Double {
        abs(seconds - (seconds / epoch).rounded() * epoch)
    }

    /// Refuses stages of sleep epochs that last other than 30 s, as the commonest distance from one to the next says.
    ///
    /// Distances are those from each stage to the next one in the file, however that is ordered: several scorers'
    /// stages may stand behind each other. A distance that comes once says nothing, nor do distances that are as common
    /// as one of whole sleep epochs, nor do those of two and more: a scoring may be one by stretches of any length.
    func requireEpochs(path: String) throws(DatasetError) {
        let onsets = stages.map(\.interval.onset)
        // To a tenth of a second: programs round times, and clocks drift.
        let distances = zip(onsets.dropFirst(), onsets).map { abs((10 * ($0 - $1)).rounded() / 10) }.filter { $0 > 0 }
        let counts = Dictionary(distances.map { ($0, 1) }, uniquingKeysWith: +)
        let most = counts.values.max() ?? 0
        let commonest = counts.filter { $0.value == most }.keys
        guard most > 1, !commonest.contains(where: Self.isMultiple), let distance = commonest.min(),
            distance < 2 * Self.epoch
        else { return }
        throw .unsuitable(
            path: path,
            reason:
                "\(most) of its \(stages.count) stages stand \(Float(distance)) s before the next, where sleep epochs of "
                + "30 s are read: score or export it in sleep epochs of 30 s")
    }

    private var foundOtherEpoch: Double? {
        let length = 20.0
        let onsets = Set(stages.map(\.interval.onset))
        guard onsets.count >= SleepEpochWindow.fewestEpochs, let first = onsets.min() else { return nil }
        let areMultiples = onsets.allSatisfy { abs((($0 - first) / length).rounded() * length - ($0 - first)) < 0.1 }
        return areMultiples && onsets.contains { !Self.isMultiple($0 - first) } ? length : nil
    }

    // MARK: - Reports

    func notes(path: String) -> [String] {
        var notes: [String] = []
        if areEpochs == true {
            notes.append("\(path): \(lasting0) stages last 0 s and stand 30 s apart: each is taken as a sleep epoch")
        }
        if let seconds = otherEpoch {
            notes.append(
                "\(path): its stages begin at multiples of \(Int(seconds)) s: each sleep epoch of 30 s has the stage that "
                    + "is in its middle; score or export it in sleep epochs of 30 s where its own are to count")
        }
        if backwards > 0 {
            notes.append(
                "\(path): \(backwards) of its stages start earlier than the one before in the file: they are ordered by time"
            )
        }
        return notes
    }

    func skipped(path: String) -> [SkippedItem] {
        let far = SkippedItem(
            path: path, kind: .annotation, count: outOfReach, reason: "more than thirty years from the start")
        return texts.skipped(of: path, reason: "no sleep stage") + (outOfReach > 0 ? [far] : [])
    }
}
