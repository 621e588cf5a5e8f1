public import Datasets
import Signals

/// Whole nights of PhysioNet's `sleep-accel` 1.0.0, with the inputs that tell sleep stages best: 29 a sleep epoch.
///
/// They are the `HeartRateMeasure`s, the `ActivityMeasure`s, and of the published features `count`, `hr` and
/// `time`, hours since the night's first sleep epoch. Measures that look back and ahead up to an hour need a night in
/// one piece: it lasts from its first to its last scored sleep epoch, on a grid of 30 s, and is one recording. A sleep
/// epoch in between that was not scored, or that the published program found no signals for, stays without a label. Its
/// activity and `hr`, where it has none, are on straight lines, and so is the heart rate where it has no row.
///
/// The heart rate is that of `heart_rate`, all rows. `count` and `hr` are the authors' (`features_walch`) or computed
/// from the raw signals (``SleepAccelRecordings``). A sample's position is the number of its sleep epoch since the
/// first label. Where the published features' lines are in the night is found by their hours and stages: there must be
/// just one place in `labels` where they fit.
///
/// Medians, percentiles and ranks are those of the whole night: none of this can be had while a night is going on.
public struct SleepAccelNights: RecordingSource {
    /// Where activity counts and `hr` come from.
    public enum Origin: Sendable, Equatable {
        /// The authors' features in `features_walch`; `labels` and `heart_rate` beside it.
        case published
        /// `labels`, `heart_rate` and `motion`.
        case raw
    }

    /// What the rows of a sample are.
    public static let content = NightInputs().content

    private let window: SleepEpochWindow
    /// Of each recording the inputs of its sleep epochs.
    private let inputs: [[[Float]]]

    /// The nights that were found.
    public let outline: DatasetOutline
    /// Nights, files and rows that were left out.
    public let skipped: [SkippedItem]
    /// Where values are on straight lines, and labels not used.
    public let notes: [String]
    /// The same, a line for each file.
    public let notesInFull: [String]

    /// Reads the nights and computes their inputs, some hundred bytes a sleep epoch.
    ///
    /// - Parameters:
    ///   - root: the folder that holds `labels`, `heart_rate` and either `features_walch` or `motion`.
    ///   - origin: where activity counts and `hr` come from.
    ///   - window: how many sleep epochs a sample spans; odd.
    ///   - unlabelled: whether nights without stages are taken too, from raw files alone.
    /// - Throws: `DatasetError` that names the file and line; also when no night can be used.
    public init(
        root: String, origin: Origin, window: Int = 1, unlabelled: Bool = false
    ) throws(DatasetError) {
        self.window = SleepEpochWindow(width: window)
        var search = Search(root: root, unlabelled: unlabelled)
        switch origin {
        case .published: try search.findPublished()
        case .raw: try search.findRaw()
        }
        guard !search.nights.isEmpty else {
            let reason = Reasons.text(of: search.skipped.filter { $0.kind == .recording }).map { "; \($0)" } ?? ""
            throw .nothingFound(path: root, wanted: "nights with stages, heart rate and activity\(reason)")
        }
        inputs = search.nights.map(\.inputs)
        skipped = search.skipped
        let ofNights = search.notes + search.nights.flatMap(\.notes)
        (notes, notesInFull) = (NightNote.gathered(ofNights), NightNote.inFull(ofNights))
        outline = DatasetOutline(
            kind: "sleep-accel-night", vocabulary: .stage, rows: Self.content.count, columns: window,
            content: Self.content, units: NightInputs().units,
            of: search.nights.map { night in
                FoundRecording(
                    name: night.subject, subject: night.subject, firstPosition: night.firstEpoch, stages: night.stages)
            })
    }

    /// Appends the samples in the order of the outline.
    ///
    /// - Throws: `TensorFileError` from the writer.
    public func appendSamples(to writer: inout DatasetWriter) throws {
        for night in inputs {
            try writer.append(window.samples(of: night))
        }
    }
}

extension SleepAccelNights {
    /// Which nights the folders hold.
    private struct Search {
        let root: String
        let unlabelled: Bool
        var nights: [WholeNight] = []
        var skipped: [SkippedItem] = []
        var notes: [NightNote] = []

        init(root: String, unlabelled: Bool) { (self.root, self.unlabelled) = (root, unlabelled) }

        // MARK: - Published features

        mutating func findPublished() throws(DatasetError) {
            let folders = try Folder.names(in: root)
            let missing = ["labels", "heart_rate"].filter { !folders.contains($0) }
            guard missing.isEmpty else {
                let remedy = "beside features_walch; --features published needs features_walch alone"
                throw .nothingFound(path: root, wanted: "the folders \(missing.joined(separator: ", ")) \(remedy)")
            }
            let published = try PublishedFeatures(root: root)
            skipped += published.skipped
            let (labels, heartRates) = (
                try Folder.names(in: "\(root)/labels"), try Folder.names(in: "\(root)/heart_rate")
            )
            for subject in published.subjects {
                guard published.hasStages(subject) else {
                    let remedy = "they say where in the night it is; --from raw --unlabelled takes it without"
                    skipped.append(published.withoutStages(subject, remedy: remedy))
                    continue
                }
                let needs = SleepAccelNight.Needs(motion: false, steps: false)
                let files = SleepAccelNight.Files(root: root, subject: subject, needs: needs, isLabelled: true)
                let labelPath = files.labels ?? ""
                let missing = [
                    (labels, labelPath, "labels"), (heartRates, files.heartRate, "heart rate"),
                ].filter { names, path, _ in !names.contains { path.hasSuffix("/\($0)") } }
                guard missing.isEmpty else {
                    let reason = missing.map { "no \($2) (\($1))" }.joined(separator: ", ")
                    skip(published.labelPath(subject), reason)
                    continue
                }
                let labels = try SleepAccelStages(path: labelPath)
                let placed = try known(of: subject, published, labels)
                guard let known = placed else { continue }
                try add(known, labels, files)
            }
            for name in labels {
                let subject = String(name.prefix { $0 != "_" })
                guard name == "\(subject)_labeled_sleep.txt", !published.subjects.contains(subject) else { continue }
                skip(
                    "\(root)/labels/\(name)",
                    "no files of subject \(subject) in features_walch; --from raw reads motion instead")
            }
        }

        /// The published values at their places in the labels; nil where those can't be told.
        private mutating func known(
            of subject: String, _ published: PublishedFeatures, _ labels: SleepAccelStages
        ) throws(DatasetError) -> [WholeNight.Known]? {
            let stages = try published.stages(of: subject)
            let lines = PublishedFeatures.Lines(count: stages.count, path: published.labelPath(subject))
            let epochs = try published.epochs(of: subject, lines)
            let counts = try published.values(of: "count", subject, lines)
            let variations = try published.values(of: "hr", subject, lines)
            let places = (0..<max(labels.stages.count - (epochs.last ?? 0), 0)).filter { place in
                zip(epochs, stages).allSatisfy { labels.stages[place + $0] == $1 }
            }
            guard places.count == 1 else {
                let found = places.isEmpty ? "no place" : "\(places.count) places"
                let reason = "its hours and stages fit \(found) in labels, so that its clock is not known"
                skip(published.labelPath(subject), reason)
                return nil
            }
            return epochs.indices.map {
                .init(
                    epoch: places[0] + epochs[$0], stage: stages[$0], count: counts[$0], variation: variations[$0])
            }
        }

        // MARK: - Raw files

        mutating func findRaw() throws(DatasetError) {
            var search = SleepAccelRecordings.Search(
                root: root, needs: .init(motion: true, steps: false), unlabelled: unlabelled)
            try search.lookThrough()
            skipped += search.skipped
            notes += search.nights.flatMap(\.notes)
            for night in search.nights {
                let (signals, skippedRows) = try night.signals()
                skipped += skippedRows.filter { $0.path != night.files.heartRate }  // all its rows are read again
                let count = SleepAccelRecordings.feature(.count, of: night, signals)
                let variation = SleepAccelRecordings.feature(.hr, of: night, signals)
                let known = night.runs.joined().map { epoch in
                    let start = night.stages.start(of: epoch)
                    return WholeNight.Known(
                        epoch: epoch, stage: night.stages.stages[epoch], count: count(start),
                        variation: variation(start))
                }
                try add(known, night.stages, night.files)
            }
        }

        // MARK: - Both

        private mutating func add(
            _ known: [WholeNight.Known], _ labels: SleepAccelStages, _ files: SleepAccelNight.Files
        ) throws(DatasetError) {
            let night = try WholeNight(
                known, labels: labels, files: files, takesUnlabelled: unlabelled, unusable: &skipped)
            if let night {
                nights.append(night)
                skipped += night.skipped
            }
        }

        private mutating func skip(_ path: String, _ reason: String) {
            skipped.append(SkippedItem(path: path, kind: .recording, reason: reason))
        }
    }
}
