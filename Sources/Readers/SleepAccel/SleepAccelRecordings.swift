public import Datasets
import Foundation
import Signals

/// The raw recordings of PhysioNet's `sleep-accel` 1.0.0, as features of sleep epochs or as raw windows.
///
/// `labels/<subject>_labeled_sleep.txt` ("seconds stage", each 30 s), `heart_rate/<subject>_heartrate.txt`
/// ("seconds,bpm"), `motion/<subject>_acceleration.txt` ("seconds x y z", in g), `steps/<subject>_steps.txt`
/// ("seconds,steps"). Times count from the start of the sleep recording; rows may be unsorted, repeated and days
/// earlier.
///
/// Which part of a night is used follows the program that its authors published (github.com/ojwalch/sleep_classifiers),
/// so that the features are theirs:
///
/// - the night lasts from the latest start to the earliest end of labels, heart rate and motion; motion takes part when
///   `count` or a window's channel needs it. The labels end at the time of the last one, so that the last sleep epoch
///   is not used;
/// - the first sleep epoch of the night and its first row of heart rate are left out, as there;
/// - a sleep epoch without a row of heart rate, or of motion, is left out, and what comes after it is another
///   recording, `<subject>+<sleep epoch>`. Unlike there, sleep epochs that were not scored stay, without a label, so
///   that time runs on;
/// - sequences and windows over sleep epochs do not cross such a gap, but the signals' filters run over the whole
///   night.
///
/// A night without one of its files or with fewer than ten usable sleep epochs is left out.
public struct SleepAccelRecordings: RecordingSource {
    /// A feature of a sleep epoch.
    public enum Feature: String, Sendable, CaseIterable {
        /// Activity counts around it (`ActivityCounts`).
        case count
        /// The heart rate's variation around it (`HeartRateVariation`).
        case hr
        /// Hours since the night's first usable sleep epoch with a label.
        case time
        /// A cosine of 24 hours from the same moment (`ClockFeatures`).
        case cosine
        /// Steps in the ten minutes around it (`StepCounts`).
        case steps

        /// The unit of its values: counts and what is relative to the night have none, which is "1".
        public var unit: String { self == .time ? "h" : "1" }
    }

    /// A signal in a raw window.
    public enum Channel: String, Sendable, CaseIterable {
        /// Acceleration along one axis, in g.
        case x, y, z
        /// The acceleration's magnitude less its median over the night, in g: what is left without gravity.
        case magnitude
        /// The heart rate less its median over the night, in hundreds of beats per minute, so that it is of the size of
        /// the others.
        case hr

        /// The unit of its values.
        public var unit: String { self == .hr ? "100/min" : "g" }
    }

    /// What a sample is made of.
    public enum Content: Sendable, Equatable {
        /// A matrix `[features, window]`: a feature's values at the sleep epochs around the sample's own, the middle
        /// column; at the ends of a recording the first or last is repeated.
        case features([Feature], window: Int)
        /// A matrix `[30, channels × rate]`: a row is one second of the sleep epoch, and in it stand, channel by
        /// channel, the means over `rate` equal parts of that second; a straight line fills parts without a row.
        ///
        /// Both directions are time, the faster from left to right, so a view that turns the matrix shows something
        /// else. Channels as rows would put different units one above the other, and the largest would drown the rest
        /// when a sample is scaled to unit length.
        case windows([Channel], rate: Int)
    }

    private let content: Content
    private let nights: [SleepAccelNight]

    /// The recordings that were found.
    public let outline: DatasetOutline
    /// Nights, sleep epochs and files that were left out.
    public let skipped: [SkippedItem]
    /// Files whose rows were put in order of time.
    public let notes: [String]
    /// The same, a line for each file.
    public let notesInFull: [String]

    /// Finds the nights and the sleep epochs that can be used.
    ///
    /// - Parameters:
    ///   - root: the folder that holds `labels`, `heart_rate` and, where the content needs them, `motion` and `steps`.
    ///   - content: what samples are made of; by default the features of the published baselines.
    ///   - unlabelled: whether nights without labels are taken, too: from the start of the sleep recording on, where
    ///     times are 0.
    /// - Throws: `DatasetError`, also when no night can be used.
    public init(
        root: String, content: Content = .features([.count, .hr, .time, .cosine], window: 11),
        unlabelled: Bool = false
    ) throws(DatasetError) {
        let needs: SleepAccelNight.Needs
        let kind: String
        let (rows, columns, names, units): (Int, Int, [String], [String])
        switch content {
        case .features(let features, let window):
            precondition(!features.isEmpty, "no features")
            needs = .init(motion: features.contains(.count), steps: features.contains(.steps))
            kind = "sleep-accel-raw"
            (rows, columns) = (features.count, SleepEpochWindow(width: window).width)
            (names, units) = (features.map(\.rawValue), features.map(\.unit))
        case .windows(let channels, let rate):
            precondition(rate > 0 && !channels.isEmpty, "\(channels) at \(rate) Hz")
            needs = .init(motion: channels.contains { $0 != .hr }, steps: false)
            kind = "sleep-accel-windows"
            (rows, columns) = (Int(SleepEpochWindow.epochSeconds), channels.count * rate)
            (names, units) = (channels.map(\.rawValue), channels.map(\.unit))
        }
        self.content = content

        var search = Search(root: root, needs: needs, unlabelled: unlabelled)
        try search.lookThrough()
        nights = search.nights
        skipped = search.skipped
        let ofNights = nights.flatMap(\.notes)
        (notes, notesInFull) = (NightNote.gathered(ofNights), NightNote.inFull(ofNights))

        outline = DatasetOutline(
            kind: kind, vocabulary: .stage, rows: rows, columns: columns, content: names, units: units,
            of: nights.flatMap { night in
                night.runs.enumerated().map { number, run in
                    FoundRecording(
                        name: night.files.subject + (number == 0 ? "" : "+\(run.lowerBound)"),
                        subject: night.files.subject, firstPosition: run.lowerBound, stages: night.stages.stages[run])
                }
            })
    }

    /// Reads the signals night by night and appends their values in the order of the outline.
    ///
    /// - Throws: `DatasetError` that names the file, line and column; `TensorFileError` from the writer.
    public func appendSamples(to writer: inout DatasetWriter) throws {
        for night in nights {
            let (signals, skippedRows) = try night.signals()
            writer.skipped += skippedRows
            switch content {
            case .features(let features, let window):
                let features = features.map { Self.feature($0, of: night, signals) }
                for run in night.runs {
                    let values = SleepEpochWindow(width: window).samples(
                        of: features.map { value in run.map { Float(value(night.stages.start(of: $0))) } })
                    try writer.append(values)
                }
            case .windows(let channels, let rate):
                let channels = channels.map { Self.channel($0, of: signals) }
                for epoch in night.runs.joined() {
                    let values = Self.window(of: channels, from: night.stages.start(of: epoch), rate: rate)
                    try writer.append(values)
                }
            }
        }
    }

    /// A feature of the sleep epoch that starts at a time.
    static func feature(
        _ feature: Feature, of night: SleepAccelNight, _ signals: SleepAccelNight.SignalRows
    ) -> (_ start: Double) -> Double {
        switch feature {
        case .count: return ActivityCounts(motion(of: signals).series(2)).value(atSleepEpoch:)
        case .hr: return HeartRateVariation(signals.heartRate.series(0)).value(atSleepEpoch:)
        case .time: return { ClockFeatures.hours($0 - night.clockStart) }
        case .cosine: return { ClockFeatures.cosine($0 - night.clockStart) }
        case .steps:
            guard let steps = signals.steps else { preconditionFailure("steps were not read") }
            return StepCounts(steps.series(0)).value(atSleepEpoch:)
        }
    }

    private static func channel(_ channel: Channel, of signals: SleepAccelNight.SignalRows) -> UnevenSeries {
        switch channel {
        case .x: return motion(of: signals).series(0)
        case .y: return motion(of: signals).series(1)
        case .z: return motion(of: signals).series(2)
        case .magnitude:
            let rows = motion(of: signals)
            let magnitudes = rows.times.indices.map { row in
                rows.columns.reduce(0) { $0 + $1[row] * $1[row] }.squareRoot()
            }
            return UnevenSeries(times: rows.times, values: lessMedian(magnitudes))
        case .hr:
            let rows = signals.heartRate
            return UnevenSeries(times: rows.times, values: lessMedian(rows.columns[0]).map { $0 / 100 })
        }
    }

    private static func motion(of signals: SleepAccelNight.SignalRows) -> TimedRows {
        guard let motion = signals.motion else { preconditionFailure("motion was not read") }
        return motion
    }

    private static func lessMedian(_ values: [Double]) -> [Double] {
        let median = values.sorted()[values.count / 2]
        return values.map { $0 - median }
    }

    /// `[30, channels × rate]`, row-major.
    private static func window(of channels: [UnevenSeries], from start: Double, rate: Int) -> [Float] {
        let seconds = Int(SleepEpochWindow.epochSeconds)
        let parts = channels.map { $0.means(from: start, interval: 1 / Double(rate), count: seconds * rate) }
        return (0..<seconds).flatMap { second -> [Float] in
            let row = second * rate..<(second + 1) * rate
            return parts.flatMap { $0[row].map(Float.init) }
        }
    }
}

extension SleepAccelRecordings {
    /// Which nights the folders hold.
    struct Search {
        let root: String
        let needs: SleepAccelNight.Needs
        let unlabelled: Bool
        private(set) var nights: [SleepAccelNight] = []
        private(set) var skipped: [SkippedItem] = []

        init(root: String, needs: SleepAccelNight.Needs, unlabelled: Bool) {
            (self.root, self.needs, self.unlabelled) = (root, needs, unlabelled)
        }

        /// A folder and how the files in it end.
        private struct Part {
            let folder: String
            let suffix: String
            let name: String
        }

        mutating func lookThrough() throws(DatasetError) {
            var parts = [
                Part(folder: "labels", suffix: "_labeled_sleep.txt", name: "labels"),
                Part(folder: "heart_rate", suffix: "_heartrate.txt", name: "heart rate"),
            ]
            if needs.motion { parts.append(Part(folder: "motion", suffix: "_acceleration.txt", name: "motion")) }
            if needs.steps { parts.append(Part(folder: "steps", suffix: "_steps.txt", name: "steps")) }
            let folders = try Folder.names(in: root)
            if unlabelled, !folders.contains("labels") { parts.removeFirst() }
            guard parts.allSatisfy({ folders.contains($0.folder) }) else {
                let missing = parts.map(\.folder).filter { !folders.contains($0) }.joined(separator: ", ")
                let remedy =
                    needs.motion && folders.contains("heart_rate")
                    ? "; hr (and of features time and cosine) needs no motion" : ""
                throw .nothingFound(path: root, wanted: "the folders \(missing) in it\(remedy)")
            }
            var partsOfSubject: [String: Set<String>] = [:]
            for part in parts {
                for name in try Folder.names(in: "\(root)/\(part.folder)") {
                    let subject = String(name.dropLast(part.suffix.count))
                    if name.hasSuffix(part.suffix), !subject.isEmpty {
                        partsOfSubject[subject, default: []].insert(part.folder)
                    } else {
                        let wanted = "<subject>\(part.suffix)"
                        skipped.append(
                            SkippedItem(path: "\(root)/\(part.folder)/\(name)", reason: "not named like \(wanted)"))
                    }
                }
            }
            try SubjectNames.requireDistinct(partsOfSubject.keys.sorted(), path: root, remedy: "rename the files")
            for subject in SubjectNames.inOrder(partsOfSubject.keys) {
                let isLabelled = partsOfSubject[subject]?.contains("labels") == true
                let missing = parts.filter {
                    partsOfSubject[subject]?.contains($0.folder) != true && !(unlabelled && $0.folder == "labels")
                }
                guard missing.isEmpty else {
                    let files = missing.map { "\($0.name) (\($0.folder)/\(subject)\($0.suffix))" }
                    skipped.append(
                        SkippedItem(
                            path: "\(root), subject \(subject)", kind: .recording,
                            reason: "no " + files.joined(separator: ", no ")))
                    continue
                }
                let files = SleepAccelNight.Files(root: root, subject: subject, needs: needs, isLabelled: isLabelled)
                guard let night = try SleepAccelNight(files, unusable: &skipped) else { continue }
                nights.append(night)
                skipped += night.skipped
            }
            guard !nights.isEmpty else {
                let reason = Reasons.text(of: skipped.filter { $0.kind == .recording }).map { "; \($0)" } ?? ""
                throw .nothingFound(path: root, wanted: "nights with at least ten usable sleep epochs\(reason)")
            }
        }
    }
}
