import Datasets
import Recognition
import Reports
import SleepRecognition

/// Nights of a dataset with what was answered for them.
struct ReportedNights {
    private let classes: [String]
    private let nights: [RecordedNight]
    /// How many recordings of the dataset have no answer; nil without a dataset.
    private let unanswered: Int?

    /// Nights from answers, in the dataset's order, or without one that in which the recordings come.
    ///
    /// - Parameters:
    ///   - answers: what was recognised.
    ///   - path: where that is from.
    ///   - dataset: what was scored, and the signals; nil draws the answers alone.
    ///   - starts: when recordings begin, which goes before what the dataset knows; nil where nobody wrote it down.
    /// - Throws: `ProgramError` for answers that are not of the dataset, or of no stages of sleep.
    init(
        _ answers: HeldOutAnswers, path: String, of dataset: Dataset?, starts: RecordingStarts? = nil
    ) throws {
        let classes = answers.classes
        self.classes = classes
        guard classes.contains(SleepStatistics.wake) else {
            throw ProgramError(
                "\(path): none of its classes (\(classes.prefix(5).joined(separator: ", "))) is '\(SleepStatistics.wake)', "
                    + "without which there are no sleep statistics")
        }
        let number = Dictionary(classes.enumerated().map { ($1, $0) }, uniquingKeysWith: min)
        let known = dataset.map { Dictionary(zip($0.recordings, $0.starts)) { first, _ in first } } ?? [:]
        let scored = try dataset.map { try ScoredSamples($0, classes: classes, path: path) }
        var order: [RecordingKey] = []
        var rows: [RecordingKey: [Predictions.Row]] = [:]
        for row in answers.rows {
            let key = RecordingKey(subject: row.subject, recording: row.recording)
            if rows[key] == nil { order.append(key) }
            rows[key, default: []].append(row)
        }
        if let dataset {
            // As the dataset has them, whatever the order of a file's rows.
            let place = Dictionary(dataset.recordings.enumerated().map { ($1, $0) }, uniquingKeysWith: min)
            order.sort { place[$0.recording] ?? .max < place[$1.recording] ?? .max }
        }
        let recordings = order.map { key in
            RecordingStarts.Recording(
                name: key.recording, first: rows[key]?.map(\.position).min() ?? 0,
                known: known[key.recording].flatMap(\.self))
        }
        let begins: [RecordingStart?] = try recordings.map { recording in
            try starts.map { try $0.start(of: recording) } ?? recording.known
        }
        // A line may also be of a recording that was not answered.
        starts?.tell(of: recordings + known.keys.map { RecordingStarts.Recording(name: $0, first: 0, known: nil) })
        let counts = scored?.recordingCounts
        unanswered = counts.map { $0.keys.count { rows[$0] == nil } }
        nights = try zip(order, begins).map { key, begin in
            let own = (rows[key] ?? []).sorted { $0.position < $1.position }
            for (first, second) in zip(own, own.dropFirst()) where first.position == second.position {
                throw ProgramError("\(path): recording \(key.recording) has position \(first.position) twice")
            }
            let samples = try own.map { row in try scored.map { try $0.sample(of: row) } }.compactMap(\.self)
            return RecordedNight(
                subject: key.subject, recording: key.recording, positions: own.map(\.position),
                scored: samples.isEmpty ? own.map { _ in nil } : samples.map { scored?.labels[$0] ?? nil },
                recognised: own.map { number[$0.label] ?? 0 }, probabilities: own.map(\.probabilities),
                signals: scored?.signals(of: samples) ?? [],
                clock: begin?.clock(position: own[0].position), sampleCount: counts?[key])
        }
    }

    /// The part of the report; answers that come to an evaluation's confusion matrix are that evaluation's.
    func part(_ acquaintance: Acquaintance, evaluation: EvaluationFigures?) throws -> NightsPart {
        let isOwn = evaluation.map {
            $0.isOf(classes: classes, scored: nights.flatMap(\.scored), recognised: nights.flatMap(\.recognised))
        }
        return try NightsPart(
            nights, classes: classes, acquaintance: isOwn == true ? .heldOut : acquaintance, unanswered: unanswered)
    }
}

extension EvaluationFigures {
    /// Whether answers about people held out are the ones that these figures were counted from.
    ///
    /// Equal counts show it where some are of mistakes: whoever makes none has the same as all others who don't.
    func isOf(classes names: [String], scored: [Int?], recognised: [Int]) -> Bool {
        guard classes.map(\.name) == names, protocolName != "random70" else { return false }
        var scores = ClassificationScores(classes: names)
        for (truth, answer) in zip(scored, recognised) {
            if let truth { scores.count(truth: truth, answer: answer) }
        }
        let hasMistakes = confusion.enumerated().contains { row, counts in
            counts.enumerated().contains { $0 != row && $1 > 0 }
        }
        return hasMistakes && scores.confusion == confusion
    }
}
