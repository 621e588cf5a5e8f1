import Datasets
import Foundation
import Signals

/// One record of the Sleep Bioradiolocation Database: `sbjNN.edf` and `sbjNN.edf.atr`.
struct RadarRecord {
    /// Quadrature pairs in a record: channels S1 and S2, S3 and S4, … S15 and S16.
    static let pairCount = 8
    /// Samples per second of every channel.
    static let rate = 50.0
    /// Samples in a sleep epoch.
    static let epochLength = Int(rate * SleepEpochWindow.epochSeconds)
    /// Of the middle of the radar's band of 3.6 to 4.0 GHz, in millimetres.
    static let wavelength = 299_792.458 / 3_800

    let path: String
    /// For each whole sleep epoch, whether any channel has a signal that is not constant.
    let usable: [Bool]
    /// The stage of each whole sleep epoch; nil where there is none.
    let stages: [SleepStage?]
    /// Where its header is not as the format has it, and where annotations disagree.
    let notes: [String]
    /// Annotations that were left out.
    let skipped: [SkippedItem]
    /// The notes of its annotations.
    let texts: CountedTexts
    /// How many sleep epochs have no annotation of a stage.
    var unannotatedCount: Int { stages.count { $0 == nil } }

    /// Opens a record, reads its stages and looks where it has a signal.
    ///
    /// - Parameters:
    ///   - path: the EDF file.
    ///   - annotations: the annotation file beside it; nil for a record without stages.
    ///   - reading: what texts of it mean.
    /// - Throws: `DatasetError` that names the file, and the byte of a malformed one.
    init(path: String, annotations: String?, _ reading: HypnogramReading) throws(DatasetError) {
        self.path = path
        let file = try EDFFile(opening: path)
        var usable: [Bool] = []
        for pair in 0..<Self.pairCount {
            for channel in try Self.channels(of: pair, in: file) {
                let epochCount = file.signals[channel].sampleCount / Self.epochLength
                if usable.isEmpty { usable = Array(repeating: false, count: epochCount) }
                for epoch in 0..<epochCount where !usable[epoch] {
                    let samples = epoch * Self.epochLength..<(epoch + 1) * Self.epochLength
                    let values = try file.values(of: channel, samples)
                    usable[epoch] = values.contains { $0 != values[0] }
                }
            }
        }
        self.usable = usable
        guard let annotations else {
            (stages, skipped, notes) = (Array(repeating: nil, count: usable.count), [], file.notes)
            texts = CountedTexts()
            return
        }
        let scoring = try AnnotationFile(path: annotations)
        texts = Self.texts(scoring)
        let (epochs, skipped) = try Self.epochs(scoring, count: usable.count, annotations, reading)
        (stages, self.skipped) = (epochs.stages, skipped)
        notes = try file.notes + scoring.notes.map { "\(annotations): \($0)" } + epochs.requireAgreement()
    }

    /// The signals of a pair, I and Q: all sixteen have the same rate and length.
    private static func channels(of pair: Int, in file: EDFFile) throws(DatasetError) -> [Int] {
        let first = try file.signal(named: "S1")
        let names = ["S\(2 * pair + 1)", "S\(2 * pair + 2)"]
        let indices = try names.map { name throws(DatasetError) in
            let index = try file.signal(named: name)
            let signal = file.signals[index]
            guard abs(signal.rate - rate) < 1e-6 else {
                throw .unsuitable(
                    path: file.path, reason: "channel \"\(name)\" has \(signal.rate) Hz where sleepbrl has \(rate) Hz")
            }
            guard signal.sampleCount == file.signals[first].sampleCount else {
                throw .unsuitable(path: file.path, reason: "channels S1 and \(name) are of unequal length")
            }
            return index
        }
        let units = indices.map { file.signals[$0].unit }
        guard SignalUnit(units[0]).conversion(into: SignalUnit(units[1])) == SignalUnit.Conversion.none else {
            throw .unsuitable(
                path: file.path,
                reason:
                    "channel \"\(names[0])\" is in \(quoted(units[0])) and \"\(names[1])\" in \(quoted(units[1])), where a "
                    + "pair has one unit: repair its header with EDFbrowser")
        }
        return indices
    }

    private static func trimmed(_ annotation: AnnotationFile.Annotation) -> String {
        annotation.note.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private static func texts(_ file: AnnotationFile) -> CountedTexts {
        var texts = CountedTexts()
        for annotation in file.annotations {
            let note = trimmed(annotation)
            if !note.isEmpty { texts.add(note) }
        }
        return texts
    }

    /// The stages that notes give to sleep epochs.
    private static func epochs(
        _ file: AnnotationFile, count: Int, _ path: String, _ reading: HypnogramReading
    ) throws(DatasetError) -> (AnnotatedEpochs, [SkippedItem]) {
        let texts = StageTexts.annotations(reading)
        let rate = file.samplesPerSecond ?? rate
        var epochs = AnnotatedEpochs(count: count, path: path, reading)
        var (unknown, unknownEpochs, others) = (CountedTexts(), CountedTexts(), CountedTexts())
        var counts: [(reason: String, count: Int)] = [
            ("it has no note", 0), ("it is not at the start of a sleep epoch", 0),
            ("the signals do not reach so far", 0), ("the sleep epoch has another annotation", 0),
        ]
        for annotation in file.annotations {
            let note = trimmed(annotation)
            guard !note.isEmpty else {
                counts[0].count += 1
                continue
            }
            let place = Double(annotation.sample) / (rate * SleepEpochWindow.epochSeconds)
            let isAtStart = abs(place - place.rounded()) * rate * SleepEpochWindow.epochSeconds < 0.5
            let meaning = texts.meaning(of: note)
            let epoch = Int(place.rounded(), clampedTo: 0...Int.max) ?? 0
            guard case .stage(let stage) = meaning else {
                if meaning == .unknown { unknown.add(note) } else { others.add(note) }
                if meaning == .unknown, isAtStart { unknownEpochs.add(note) }
                if meaning == .unscored, isAtStart, epoch < count { epochs.set(nil, at: epoch) }
                continue
            }
            if !isAtStart {
                counts[1].count += 1
            } else if epoch >= count {
                counts[2].count += 1
            } else {
                epochs.set(stage, at: epoch)
            }
        }
        counts[3].count = epochs.repeatedCount
        try unknownEpochs.requireFew(
            Double(unknownEpochs.total), of: Double(unknownEpochs.total + epochs.annotatedCount), path: path, reading)
        let skipped = counts.filter { $0.count > 0 }.map { reason, count in
            SkippedItem(path: path, kind: .annotation, count: count, reason: reason)
        }
        return (
            epochs,
            unknown.skipped(of: path, reason: "not a known stage") + others.skipped(of: path, reason: "no stage")
                + skipped
        )
    }

    /// Runs of sleep epochs with a signal.
    var runs: [Range<Int>] { usable.runs(where: ==).filter { usable[$0.lowerBound] } }

    /// Reads the pairs one after another and demodulates the night.
    func night() throws(DatasetError) -> RadarNight {
        let file = try EDFFile(opening: path)
        let count = usable.count * Self.epochLength
        return try RadarNight(
            pairCount: Self.pairCount, rate: Self.rate, wavelength: Self.wavelength, epochLength: Self.epochLength,
            usable: usable
        ) { pair throws(DatasetError) in
            let channels = try Self.channels(of: pair, in: file)
            guard file.signals[channels[0]].sampleCount / Self.epochLength == usable.count else {
                throw .unreadable(path: path, reason: "it changed while it was read")
            }
            return (try file.values(of: channels[0], 0..<count), try file.values(of: channels[1], 0..<count))
        }
    }
}
