import Datasets
package import Recognition

/// The part of a report about nights: what was scored and what was recognised, above each other.
package struct NightsPart: Encodable, Sendable {
    /// One night's figures.
    package struct Night: Encodable, Sendable, Equatable {
        /// Whose it is.
        package let subject: String
        /// The recording's name.
        package let recording: String
        /// How many sleep epochs were both scored and recognised.
        package let comparedEpochs: Int
        /// The part of them in which both are the same; nil of none.
        package let agreement: Double?
        /// Cohen's kappa of the two; nil, and null in files, of none and where both are of one class alone.
        @NullWhereNone package internal(set) var kappa: Double?
        /// How many between the first and the last sleep epoch compared, of nights without any between the first and
        /// the last recognised, have no stage: time in bed, and neither sleep nor wake.
        package let epochsWithoutStage: Int
        /// The statistics of what was scored, from the first to the last sleep epoch compared; nil of none.
        package let scored: SleepStatistics?
        /// The statistics of what was recognised, over the same sleep epochs, or over all where none was scored.
        package let recognised: SleepStatistics
        /// The part of the recording's samples that was recognised; nil where nobody knows.
        let answeredPart: Double?

        private enum CodingKeys: String, CodingKey {
            case subject, recording, agreement, kappa, scored, recognised
            case answeredPart = "answered_part"
            case comparedEpochs = "compared_epochs"
            case epochsWithoutStage = "epochs_without_stage"
        }

        /// How many minutes of its time in bed have no stage.
        var minutesWithoutStage: Double { Double(epochsWithoutStage) * SleepEpochWindow.epochSeconds / 60 }

        /// The part of its time in bed that has no stage.
        var partWithoutStage: Double {
            recognised.timeInBed > 0 ? minutesWithoutStage / recognised.timeInBed : 0
        }
    }

    /// How far recognised nights are from scored ones in one statistic.
    package struct Agreement: Encodable, Sendable, Equatable {
        /// The statistic's name.
        let statistic: String
        /// Its unit: `min`, or `1` for a part of a whole.
        package let unit: String
        /// The mean of the scored nights that have it in both.
        let scoredMean: Double
        /// The mean of the recognised ones.
        let recognisedMean: Double
        /// Bias and limits of agreement, recognised less scored.
        package let difference: BlandAltman

        private enum CodingKeys: String, CodingKey {
            case statistic, unit, difference
            case scoredMean = "scored_mean"
            case recognisedMean = "recognised_mean"
        }
    }

    /// The classes' names.
    package let classes: [String]
    /// Whether all answers are of recognisers that had not seen the person; nil where nobody knows.
    let areHeldOut: Bool?
    /// The nights; stretches of one recording between gaps are one.
    package let nights: [Night]
    /// How many recordings they came in: more than there are nights where gaps divided some.
    package let stretches: Int
    /// The agreement in each statistic.
    package let agreement: [Agreement]
    /// The agreement of single sleep epochs; nil where none is both scored and recognised.
    package let sleepEpochs: SleepEpochAgreement?
    /// How many recordings of the dataset have no answer at all; nil where no dataset was given.
    let unansweredRecordings: Int?
    /// How many of the nights were recognised in part only.
    let partlyAnsweredNights: Int
    let recorded: [RecordedNight]
    let acquaintance: Acquaintance

    private enum CodingKeys: String, CodingKey {
        case classes, nights, stretches, agreement
        case areHeldOut = "held_out"
        case sleepEpochs = "sleep_epochs"
        case unansweredRecordings = "recordings_without_answers"
        case partlyAnsweredNights = "partly_answered_nights"
    }

    /// A night's samples may lie so many sleep epochs apart in all: thirty days.
    static let spanLimit = 86_400

    /// A part.
    ///
    /// - Parameters:
    ///   - all: the nights; `<recording>+<position>` is a stretch of a recording.
    ///   - classes: the classes' names.
    ///   - acquaintance: whether the recognisers had seen these people.
    ///   - unanswered: how many recordings of the dataset have no answer; nil where no dataset was given.
    ///   - seed: what the bootstrap's draws follow from.
    /// - Throws: `ReportError.empty` without a night, or where samples of one lie too far apart.
    package init(
        _ all: [RecordedNight], classes: [String], acquaintance: Acquaintance, unanswered: Int? = nil, seed: UInt64 = 1
    ) throws(ReportError) {
        let recorded = RecordedNight.joiningStretches(all)
        stretches = all.count
        guard !recorded.isEmpty else { throw .empty(file: "the dataset", reason: "no recording of it was recognised") }
        for night in recorded where night.span > Self.spanLimit || night.span < 1 {
            throw .empty(
                file: night.recording, reason: "its sleep epochs lie \(night.span) apart, which is no night")
        }
        (self.classes, self.recorded, self.acquaintance) = (classes, recorded, acquaintance)
        areHeldOut = acquaintance.areHeldOut
        let nights = recorded.map { Self.night($0, classes: classes) }
        self.nights = nights
        unansweredRecordings = unanswered
        partlyAnsweredNights = nights.count { $0.answeredPart.map { $0 < 1 } ?? false }
        var people: [String: Int] = [:]
        let persons = recorded.map { night in
            let next = people.count
            return people[night.subject]
                ?? {
                    people[night.subject] = next
                    return next
                }()
        }
        sleepEpochs = Self.agreement(recorded, persons: persons, classes: classes, seed: seed)
        // Both are counted over the same sleep epochs, so that time in bed is the same.
        let statistics = NightStatistic.all(classes).dropFirst()
        let pairs = statistics.map { statistic in
            zip(nights, persons).compactMap { night, person -> BlandAltman.Pair? in
                guard let scored = night.scored.flatMap(statistic.value), let other = statistic.value(night.recognised)
                else { return nil }
                return BlandAltman.Pair(reference: scored, other: other, person: person)
            }
        }
        agreement = zip(zip(statistics, pairs), BlandAltman.all(pairs, seed: seed)).compactMap { own, difference in
            guard let difference else { return nil }
            let (statistic, pairs) = own
            return Agreement(
                statistic: statistic.name, unit: statistic.isPart ? "1" : "min",
                scoredMean: pairs.reduce(0) { $0 + $1.reference } / Double(pairs.count),
                recognisedMean: pairs.reduce(0) { $0 + $1.other } / Double(pairs.count), difference: difference)
        }
    }

    private static func agreement(
        _ recorded: [RecordedNight], persons: [Int], classes: [String], seed: UInt64
    ) -> SleepEpochAgreement? {
        let none = [[Int]](repeating: [Int](repeating: 0, count: classes.count), count: classes.count)
        var people: [Int: [[Int]]] = [:]
        for (night, person) in zip(recorded, persons) {
            for (truth, answer) in zip(night.scored, night.recognised) {
                if let truth { people[person, default: none][truth][answer] += 1 }
            }
        }
        guard !people.isEmpty else { return nil }
        let own = people.sorted { $0.key < $1.key }.map(\.value)
        return SleepEpochAgreement(own, classes: classes, seed: seed)
    }

    /// How many are not, between the first and the last that are.
    private static func gaps(_ are: [Bool]) -> Int {
        guard let first = are.firstIndex(of: true), let last = are.lastIndex(of: true) else { return 0 }
        return are[first...last].count { !$0 }
    }

    private static func night(_ night: RecordedNight, classes: [String]) -> Night {
        let (scored, recognised) = (night.scoredEpochs, night.recognisedEpochs)
        let part = night.sampleCount.map { Double(night.positions.count) / Double(max($0, 1)) }
        let isBoth = zip(scored, recognised).map { $0 != nil && $1 != nil }
        guard let first = isBoth.firstIndex(of: true), let last = isBoth.lastIndex(of: true) else {
            return Night(
                subject: night.subject, recording: night.recording, comparedEpochs: 0,
                agreement: nil, kappa: nil, epochsWithoutStage: gaps(recognised.map { $0 != nil }),
                scored: nil, recognised: SleepStatistics(of: recognised, classes: classes), answeredPart: part)
        }
        func compared(_ epochs: [Int?]) -> SleepStatistics {
            SleepStatistics(of: (first...last).map { isBoth[$0] ? epochs[$0] : nil }, classes: classes)
        }
        var scores = ClassificationScores(classes: classes)
        for (truth, answer) in zip(scored, recognised) {
            if let truth, let answer { scores.count(truth: truth, answer: answer) }
        }
        return Night(
            subject: night.subject, recording: night.recording, comparedEpochs: scores.samples,
            agreement: scores.accuracy, kappa: scores.kappa, epochsWithoutStage: gaps(isBoth), scored: compared(scored),
            recognised: compared(recognised),
            answeredPart: part)
    }
}
