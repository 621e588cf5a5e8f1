public import Datasets
import Numerics
import Signals

/// Made-up polysomnograms, for demonstrations and tests; nobody was measured.
///
/// Channels EEG, EOG and EMG at 50 Hz in microvolts. A recording is a stretch of the night of `SyntheticHypnogram`,
/// one a subject; its position tells where in the night it begins. A sample is a sleep epoch of 30 s in the layout of
/// ``PolysomnographyLayout`` with rows of one second: channel by channel, `[90, 50]`.
///
/// Over a background whose power falls with the frequency lie alpha, theta, delta and fast rhythms, and single waves:
/// slow waves, spindles, K-complexes, vertex and saw-tooth waves, blinks, rapid and slow eye movements; over the
/// chin's tone twitches, arousals and movements; and the noise and drift of electrodes. What belongs to which stage, at
/// which frequency, how long and how high is the scoring rules' (AASM Manual for the Scoring of Sleep and Associated
/// Events, version 2; Rechtschaffen and Kales 1968); what those leave open is published or else chosen, as is said at
/// each constant. Sleepers differ in the size, speed and number of everything (`SyntheticSleeper`), and everything
/// wanders through the night.
///
/// The constants were tuned on linear classifiers of band powers and on the looks of the signals, never on a network.
/// They are fixed: other ones would be another kind.
///
/// The same arguments give the same dataset.
public struct SyntheticPolysomnogram: RecordingSource {
    /// How a sample is laid out.
    public static let layout = PolysomnographyLayout(
        channels: ["EEG", "EOG", "EMG"], rate: Double(SyntheticSignals.rate))

    /// What all draws follow from.
    public let seed: UInt64
    /// Each night is a recording.
    public let outline: DatasetOutline
    /// Nothing.
    public let skipped: [SkippedItem] = []

    /// A set of made-up subjects.
    ///
    /// - Parameters:
    ///   - subjectCount: how many subjects, at least one.
    ///   - seed: another seed gives other subjects.
    ///   - epochCount: how many sleep epochs of a night are recorded, at least one.
    ///   - hasLabels: whether the stages are told.
    public init(subjectCount: Int, seed: UInt64, epochCount: Int = 400, hasLabels: Bool = true) {
        precondition(subjectCount > 0 && epochCount > 0, "\(subjectCount) subjects, \(epochCount) sleep epochs")
        self.seed = seed
        let layout = Self.layout
        outline = DatasetOutline(
            kind: "synthetic-psg", vocabulary: .stage, rows: layout.rows, columns: layout.columns,
            content: layout.channels, units: layout.channels.map { _ in "uV" },
            of: (0..<subjectCount).map { subject in
                let name = "P\(subject + 1)"
                let (first, stages) = Self.night(seed: seed, subject: subject, epochCount)
                return FoundRecording(
                    name: name, subject: name, firstPosition: first, stages: stages.map { hasLabels ? $0 : nil })
            })
    }

    /// The stages that are recorded of a subject's night, from a drawn one on.
    private static func night(
        seed: UInt64, subject: Int, _ epochCount: Int
    ) -> (first: Int, stages: ArraySlice<SleepStage>) {
        let stages = SyntheticHypnogram(seed: seed, subject: subject, fewestEpochs: epochCount).stages
        var random = RandomSequence(seed: seed, stream: SyntheticHypnogram.Stream.firstStretch + UInt64(subject))
        let first = Int(random.uniform() * Double(stages.count - epochCount + 1))
        return (first, stages[first..<first + epochCount])
    }

    /// Makes the signals of one night.
    ///
    /// - Parameter subject: which, from 0.
    /// - Returns: of each channel of ``layout`` all values, in microvolts.
    public func signals(of subject: Int) -> [[Float]] {
        let night = Self.night(seed: seed, subject: subject, outline.recordings[subject].labels.count)
        let signals = SyntheticSignals(stages: Array(night.stages), seed: seed, subject: subject)
        return [signals.eeg, signals.eog, signals.emg]
    }

    /// Makes the nights and appends their samples in the order of the outline.
    ///
    /// - Throws: `TensorFileError` from the writer.
    public func appendSamples(to writer: inout DatasetWriter) throws {
        let count = SyntheticSignals.epochLength
        for (subject, recording) in outline.recordings.enumerated() {
            let signals = signals(of: subject)
            for epoch in recording.labels.indices {
                for channel in signals {
                    try writer.append(channel[epoch * count..<(epoch + 1) * count])
                }
            }
        }
    }
}
