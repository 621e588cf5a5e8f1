package import Checkpoints
package import Datasets
import Signals

/// Made-up polysomnograms as a folder of EDF+ files, as a sleep laboratory would have them.
package struct RecordedNights {
    private let outline: DatasetOutline
    private let channels: [String]
    private let seed: UInt64
    private let signals: (_ night: Int) -> [[Float]]

    /// The nights of a made-up set.
    ///
    /// - Parameters:
    ///   - outline: each night as a recording.
    ///   - channels: what the channels are called.
    ///   - seed: what the nights follow from.
    ///   - signals: all values of each channel in a night, in microvolts.
    package init(
        _ outline: DatasetOutline, channels: [String], seed: UInt64, signals: @escaping (_ night: Int) -> [[Float]]
    ) {
        (self.outline, self.channels, self.seed, self.signals) = (outline, channels, seed, signals)
    }

    /// The files: `P00001-PSG.edf` with the signals of a night and beside it, where the stages are told,
    /// `P00001-Hypnogram.edf`; each is made when its turn comes.
    ///
    /// With seed 7 that is the night of a person with the code `P1-7`: people of other seeds are others.
    /// A night's position 0 is ten in the evening of the first of January 2001. Values are rounded to 16 bits over the
    /// range of their channel in that night.
    package var files: some Sequence<WholeFolder.File> {
        outline.recordings.indices.lazy.flatMap { files(of: $0) }
    }

    private func files(of night: Int) -> [WholeFolder.File] {
        let recording = outline.recordings[night]
        let name = "P" + String(100_001 + night).dropFirst()
        let start = RecordingStart("2001-01-01T22:00")?.adding(
            Double(recording.firstPosition) * SleepEpochWindow.epochSeconds)
        let code = "\(recording.name)-\(seed)"
        let polysomnogram = EDFPolysomnogram(
            channels: zip(channels, signals(night)).map {
                EDFPolysomnogram.Channel(name: $0, unit: "uV", values: $1)
            },
            epochCount: recording.labels.count, patientCode: code, start: start)
        let stages = recording.labels.map { $0.flatMap { SleepStage(code: outline.codes[$0]) } }
        let files = [WholeFolder.File(path: "\(name)-PSG.edf", bytes: polysomnogram.bytes)]
        guard stages.contains(where: { $0 != nil }) else { return files }
        let texts = stages.map { $0.map { "Sleep stage \($0 == .wake ? "W" : $0 == .rem ? "R" : $0.code)" } }
        let hypnogram = EDFHypnogram(texts, start: start, patientCode: code)
        return files + [WholeFolder.File(path: "\(name)-Hypnogram.edf", bytes: hypnogram.bytes)]
    }
}
