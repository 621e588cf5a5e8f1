public import Datasets
import Foundation
import Signals

/// Nights of the Sleep Bioradiolocation Database 1.0.0 (`sleepbrl`) in its publisher's files.
///
/// A record is `sbjNN.edf` with sixteen channels S1 to S16 of 50 Hz, eight quadrature pairs of a radar that steps
/// through 3.6 to 4.0 GHz, and `sbjNN.edf.atr` with a stage every 30 s. Channels are found by name. The best pair's
/// displacement is split into respiration and movement (`RadarNight` has the rules), both in millimetres; since the
/// files do not say which pair is which frequency, the wavelength is that of 3.8 GHz, which makes millimetres wrong by
/// at most 5.3 %. Both signals are then resampled to 10 Hz.
///
/// - `Content.windows`: a sample is a sleep epoch, `[20, 30]`: ten rows of respiration, ten of movement, a row being
///   three seconds.
/// - `Content.features`: a sample is `[8, window]`, the values of `BreathingFeatures` at the sleep epochs around its
///   own.
///
/// A subject is a record. A sleep epoch in which all sixteen channels are constant has no signal: it is left out, and
/// what comes after it is another recording, `sbjNN+<number of its first sleep epoch>`. Such parts with fewer than ten
/// sleep epochs are left out too, and records without annotations or without any stage but where `unlabelled` says
/// otherwise. Sleep epochs without a stage stay, without a label.
///
/// Tested on made-up recordings only: the radar of the tests moves a chest, a heart and a body, and adds offsets, noise
/// and imbalance.
public struct SleepBioradiolocation: RecordingSource {
    /// What a sample holds.
    public enum Content: String, Sendable, CaseIterable {
        /// Respiration and movement of the sleep epoch itself.
        case windows
        /// A few numbers for each sleep epoch around the sample's own.
        case features
    }

    /// Values per second of respiration and movement in samples.
    private static let sampleRate = 10.0
    /// Values in a row of a sample of windows: three seconds.
    private static let rowLength = 30
    private static let suffix = ".edf"
    private static let annotationSuffix = ".edf.atr"

    private struct Night {
        let name: String
        let record: RadarRecord
        /// The runs of sleep epochs that are recordings.
        let runs: [Range<Int>]
    }

    private let content: Content
    private let window: SleepEpochWindow
    private let nights: [Night]

    /// The recordings that were found.
    public let outline: DatasetOutline
    /// Files, records, sleep epochs and annotations that were left out.
    public let skipped: [SkippedItem]
    /// Annotation files that do not give every sleep epoch a stage.
    public let notes: [String]

    /// Finds the records, reads their stages, and looks where they have a signal.
    ///
    /// - Parameters:
    ///   - root: the folder with the records.
    ///   - content: what a sample holds.
    ///   - window: how many sleep epochs a sample of features spans; odd.
    ///   - unlabelled: whether records without annotations or without any stage are taken, too.
    ///   - reading: what texts of the annotations mean.
    /// - Throws: `DatasetError`, also when no record can be used.
    public init(
        root: String, content: Content = .windows, window: Int = 11, unlabelled: Bool = false,
        reading: HypnogramReading = .plain
    ) throws(DatasetError) {
        let window = SleepEpochWindow(width: window)
        (self.content, self.window) = (content, window)
        let names = try Folder.names(in: root)
        var skipped: [SkippedItem] = []
        var nights: [Night] = []
        var texts = reading.mappedTexts
        for name in names {
            let path = "\(root)/\(name)"
            if name.hasSuffix(Self.suffix) {
                let isAnnotated = names.contains(name + ".atr")
                guard isAnnotated || unlabelled else {
                    skipped.append(
                        SkippedItem(
                            path: path, kind: .recording,
                            reason: "there is no \(name).atr beside it; --unlabelled takes it without labels"))
                    continue
                }
                let record = try RadarRecord(path: path, annotations: isAnnotated ? path + ".atr" : nil, reading)
                skipped += record.skipped
                texts.add(record.texts)
                let (runs, left) = Self.recordings(of: record, unlabelled: unlabelled)
                skipped += left
                if !runs.isEmpty {
                    nights.append(Night(name: String(name.dropLast(Self.suffix.count)), record: record, runs: runs))
                }
            } else if !name.hasSuffix(Self.annotationSuffix) || !names.contains(String(name.dropLast(4))) {
                skipped.append(SkippedItem(path: path, reason: "not a record like sbj01.edf with sbj01.edf.atr"))
            }
        }
        guard !nights.isEmpty else {
            let leftOut = skipped.filter { $0.kind == .recording }
            guard let reasons = Reasons.text(of: leftOut) else {
                throw .nothingFound(path: root, wanted: "files like sbj01.edf and sbj01.edf.atr")
            }
            guard leftOut.count == 1 else { throw .unsuitable(path: root, reason: "no record is left: \(reasons)") }
            throw .unsuitable(path: leftOut[0].path, reason: "no record is left: \(leftOut[0].reason)")
        }
        try SubjectNames.requireDistinct(nights.map(\.name), path: root, remedy: "rename the files")
        (self.nights, self.skipped) = (nights, skipped)
        let unscored = nights.filter { $0.record.stages.contains { $0 != nil } && $0.record.unannotatedCount > 0 }
        notes =
            nights.flatMap(\.record.notes)
            + unscored.map { night in
                let count = night.record.unannotatedCount
                return "\(night.record.path).atr: \(SkippedItem.Kind.sleepEpoch.counted(count)) without a stage "
                    + "\(count == 1 ? "has" : "have") no label"
            } + texts.notes
        outline = Self.outline(nights, content: content, window: window)
    }

    /// The runs of a record that are long enough, and what is left out of it.
    private static func recordings(
        of record: RadarRecord, unlabelled: Bool
    ) -> (runs: [Range<Int>], skipped: [SkippedItem]) {
        let runs = record.runs.filter { $0.count >= SleepEpochWindow.fewestEpochs }
        let staged = unlabelled || runs.contains { run in record.stages[run].contains { $0 != nil } }
        if runs.isEmpty || !staged {
            let reason =
                runs.isEmpty
                ? "nowhere are there \(SleepEpochWindow.fewestEpochs) sleep epochs with a signal one after another"
                : "no sleep epoch has a stage"
            return ([], [SkippedItem(path: record.path, kind: .recording, reason: reason)])
        }
        let silent = record.usable.count { !$0 }
        let short = record.usable.count - silent - runs.reduce(0) { $0 + $1.count }
        let skipped = SkippedItem.items(
            of: record.path, .sleepEpoch,
            [
                (silent, "all sixteen channels are constant"),
                (short, "fewer than \(SleepEpochWindow.fewestEpochs) of them between gaps"),
            ])
        return (runs, skipped)
    }

    private static func outline(_ nights: [Night], content: Content, window: SleepEpochWindow) -> DatasetOutline {
        let recordings = nights.flatMap { night in
            night.runs.enumerated().map { number, run in
                FoundRecording(
                    name: night.name + (number == 0 ? "" : "+\(run.lowerBound)"), subject: night.name,
                    firstPosition: run.lowerBound, stages: night.record.stages[run])
            }
        }
        let windowRows = 2 * Int(sampleRate * SleepEpochWindow.epochSeconds) / rowLength
        return DatasetOutline(
            kind: "sleepbrl", vocabulary: .stage,
            rows: content == .windows ? windowRows : BreathingFeatures.names.count,
            columns: content == .windows ? rowLength : window.width,
            content: content == .windows ? ["respiration", "movement"] : BreathingFeatures.names,
            units: content == .windows ? ["mm", "mm"] : BreathingFeatures.units, of: recordings)
    }

    /// Reads the signals, demodulates record by record and appends the samples in the order of the outline.
    ///
    /// - Throws: `DatasetError` that names the file; `TensorFileError` from the writer.
    public func appendSamples(to writer: inout DatasetWriter) throws {
        let epochLength = Int(Self.sampleRate * SleepEpochWindow.epochSeconds)
        for night in nights {
            let signals = try night.record.night()
            let respiration = Self.resampled(signals.respiration)
            let movement = Self.resampled(signals.movement)
            let features = BreathingFeatures(
                respiration: respiration, movement: movement, rate: Self.sampleRate, epochLength: epochLength)
            for run in night.runs {
                switch content {
                case .windows:
                    for epoch in run {
                        let samples = epoch * epochLength..<(epoch + 1) * epochLength
                        let values = Array(respiration[samples]) + movement[samples]
                        try writer.append(values)
                    }
                case .features:
                    let values = window.samples(of: features.rows.map { Array($0[run]) })
                    try writer.append(values)
                }
            }
        }
    }

    private static func resampled(_ signal: [Double]) -> [Float] {
        guard let first = signal.first, let last = signal.last else { return [] }
        return Resampler(
            from: RadarRecord.rate, to: sampleRate, inputCount: signal.count, first: first, last: last
        ).resample(signal)
    }
}
