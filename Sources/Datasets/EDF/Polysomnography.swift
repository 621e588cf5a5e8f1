import Foundation
import Numerics
import Signals

/// Nights of any EDF, EDF+ or BDF signals with their hypnograms.
///
/// The two files of a night are aligned by the start times in their headers. A sample is a sleep epoch of 30 s
/// (``PolysomnographyLayout``); its position is its number in the hypnogram, from 0, and a sleep epoch that was scored
/// but has no stage ("?", movement time) stays, without a label. Values keep their physical units (microvolts,
/// degrees): nothing is filtered but for resampling, and nothing is scaled.
///
/// Left out and counted: sleep epochs that only one of the two files covers, sleep epochs far from sleep where
/// `wakeMargin` says so, and nights with fewer than ten sleep epochs or without any stage.
public struct Polysomnography: RecordingSource {

    private struct Night {
        let files: PolysomnographyFiles
        /// Sleep epochs of the hypnogram.
        let epochs: Range<Int>
        /// Seconds from the start of the signals to that of the hypnogram's first sleep epoch.
        let offset: Double
        /// The signals when they were found.
        let signals: [EDFFile.Signal]
    }

    private let layout: PolysomnographyLayout
    private let nights: [Night]

    /// The nights that can be used.
    public let outline: DatasetOutline
    /// Nights, sleep epochs and annotations that were left out.
    public let skipped: [SkippedItem]
    /// Hypnograms with holes.
    public let notes: [String]

    /// Opens every file, and reads the hypnograms.
    ///
    /// - Parameters:
    ///   - files: the nights, in the order of the dataset. Without a subject of its own, a night is its patient's
    ///     code's, or else its file name's: nights of the Sleep-EDF Database of one person (`SC4001E0`, `SC4002E0`) are
    ///     one subject's.
    ///   - unpaired: what was found and left out before.
    ///   - channels: the channels' names, in the order of a sample's rows.
    ///   - rate: values per second in the samples; nil for the highest rate among the first night's channels.
    ///   - rowSeconds: how long a row of a sample is.
    ///   - wakeMargin: how many minutes before the first and after the last sleep are kept; nil for all.
    ///   - reading: what texts of the hypnograms mean, and which of several annotations counts.
    /// - Throws: `DatasetError`, also when no night is left.
    public init(
        _ files: [PolysomnographyFiles], unpaired: [SkippedItem] = [], channels: [String], rate: Double? = nil,
        rowSeconds: Double = 1,
        wakeMargin: Double? = nil, reading: HypnogramReading = .plain
    ) throws(DatasetError) {
        precondition(!files.isEmpty, "no files")
        var layout: PolysomnographyLayout?
        var nights: [Night] = []
        var (subjects, stages): ([String], [[SleepStage?]]) = ([], [])
        var (skipped, notes): ([SkippedItem], [String]) = (unpaired, [])
        for pair in files {
            let signals = try EDFFile(opening: pair.signals)
            let indices = try channels.map { name throws(DatasetError) in try signals.signal(named: name) }
            let chosen: PolysomnographyLayout
            if let layout {
                chosen = layout
            } else {
                let highest = indices.map { signals.signals[$0].rate }.max() ?? 0
                chosen = try Self.layout(channels, rate ?? highest, rowSeconds, signals)
            }
            layout = chosen
            for index in indices { _ = try EDFChannel(signals, signal: index, rate: chosen.rate) }

            let hypnogram = try Hypnogram(Scoring(opening: pair.hypnogram, reading), reading)
            try hypnogram.requireLength(signals.duration, of: pair.signals)
            skipped += hypnogram.skipped
            notes += hypnogram.notes
            let offset = (hypnogram.start ?? signals.start) + hypnogram.firstOnset - signals.start
            let (epochs, left) = Self.commonEpochs(offset, hypnogram, signals)
            skipped += left
            notes += try hypnogram.requireAgreement(epochs)
            let scored = hypnogram.stages(epochs)
            let kept = wakeMargin.map { Self.nearSleep(scored, minutes: $0) } ?? scored.indices
            if let wakeMargin, kept.count < scored.count {
                skipped.append(
                    SkippedItem(
                        path: pair.signals, kind: .sleepEpoch, count: scored.count - kept.count,
                        reason: "more than \(String(format: "%g", wakeMargin)) minutes from sleep"))
            }
            let own = Array(scored[kept])
            if own.count < SleepEpochWindow.fewestEpochs || own.allSatisfy({ $0 == nil }) {
                let reason =
                    own.count < SleepEpochWindow.fewestEpochs
                    ? "\(own.count) sleep epochs are left, fewer than \(SleepEpochWindow.fewestEpochs)"
                    : "no sleep epoch has a stage"
                skipped.append(SkippedItem(path: pair.signals, kind: .recording, reason: reason))
                continue
            }
            let start = epochs.lowerBound + kept.lowerBound
            let holes = hypnogram.uncoveredCount(start..<start + own.count)
            if holes > 0 {
                notes.append("\(pair.hypnogram): \(holes) sleep epochs between its annotations have no label")
            }
            nights.append(
                Night(files: pair, epochs: start..<start + own.count, offset: offset, signals: signals.signals))
            let subject = Self.subject(of: pair, signals)
            if subject == pair.name, pair.subject == nil,
                let other = nights.dropLast().first(where: {
                    $0.files.name == pair.name && $0.files.signals != pair.signals
                })
            {
                throw .unsuitable(
                    path: pair.signals,
                    reason: "it has the name of \(other.files.signals), and no patient code tells whether they are one "
                        + "person's: give a --subject for each")
            }
            subjects.append(subject)
            stages.append(own)
        }
        guard let layout, !nights.isEmpty else {
            let reason = skipped.last { $0.kind == .recording }?.reason ?? ""
            throw .unsuitable(
                path: files[0].signals,
                reason: files.count == 1 ? reason : "none of the \(files.count) nights can be used: \(reason)")
        }
        (self.layout, self.nights, self.skipped, self.notes) = (layout, nights, skipped, notes)
        outline = Self.outline(layout, nights, subjects: subjects, stages: stages)
    }

    private static func layout(
        _ channels: [String], _ rate: Double, _ rowSeconds: Double, _ file: EDFFile
    ) throws(DatasetError) -> PolysomnographyLayout {
        let layout = PolysomnographyLayout(channels: channels, rate: rate, rowSeconds: rowSeconds)
        if let flaw = layout.flaw { throw .unsuitable(path: file.path, reason: flaw) }
        return layout
    }

    /// The sleep epochs that both files cover as a whole, and those of either that the other does not.
    private static func commonEpochs(
        _ offset: Double, _ hypnogram: Hypnogram, _ signals: EDFFile
    ) -> (epochs: Range<Int>, skipped: [SkippedItem]) {
        let seconds = SleepEpochWindow.epochSeconds
        func whole(_ value: Double, _ rule: FloatingPointRoundingRule) -> Int {
            Int(value.rounded(rule), clampedTo: -1_000_000_000...1_000_000_000) ?? 0
        }
        let first = whole(-offset / seconds - 1e-6, .up)
        let end = max(whole((signals.duration - offset) / seconds + 1e-6, .down), first)
        let epochs = (first..<end).clamped(to: 0..<hypnogram.epochCount)
        var skipped: [SkippedItem] = []
        for (count, reason) in [
            (hypnogram.epochCount - epochs.count, "the hypnogram covers them, the signals do not"),
            (end - first - epochs.count, "the signals cover them, the hypnogram does not"),
        ] where count > 0 {
            skipped.append(SkippedItem(path: signals.path, kind: .sleepEpoch, count: count, reason: reason))
        }
        return (epochs, skipped)
    }

    /// From `minutes` before the first sleep to as long after the last; nothing without sleep.
    private static func nearSleep(_ stages: [SleepStage?], minutes: Double) -> Range<Int> {
        func isSleep(_ stage: SleepStage?) -> Bool { stage != nil && stage != .wake }
        guard let first = stages.firstIndex(where: isSleep), let last = stages.lastIndex(where: isSleep) else {
            return 0..<0
        }
        let margin = Int(minutes * 60 / SleepEpochWindow.epochSeconds, clampedTo: 0...1_000_000) ?? 0
        return max(first - margin, 0)..<min(last + margin + 1, stages.count)
    }

    private static func subject(of files: PolysomnographyFiles, _ signals: EDFFile) -> String {
        if let subject = files.subject { return subject }
        if let subject = PolysomnographyFiles.sleepEDFSubject(files.name) { return subject }
        return signals.patientCode.isEmpty ? files.name : signals.patientCode
    }

    private static func outline(
        _ layout: PolysomnographyLayout, _ nights: [Night], subjects: [String], stages: [[SleepStage?]]
    ) -> DatasetOutline {
        let recordings = nights.indices.map { index in
            // Files of one name in different folders, or one file given twice, are told apart by their number.
            let name = nights[index].files.name
            let isUnique = nights.count { $0.files.name == name } == 1
            return FoundRecording(
                name: isUnique ? name : "\(name)#\(index + 1)", subject: subjects[index],
                firstPosition: nights[index].epochs.lowerBound, stages: stages[index])
        }
        return DatasetOutline(
            kind: "edf", vocabulary: .stage, rows: layout.rows, columns: layout.columns, content: layout.channels,
            of: recordings)
    }

    /// Reads, resamples and appends the signals, a sleep epoch of all channels at a time.
    ///
    /// - Returns: nothing.
    /// - Throws: `DatasetError` that names the file; `TensorFileError` from the writer.
    public func appendSamples(to writer: inout DatasetWriter) throws -> [SkippedItem] {
        for night in nights {
            let file = try EDFFile(opening: night.files.signals)
            guard file.signals == night.signals else {
                throw DatasetError.unreadable(path: file.path, reason: "it changed while it was read")
            }
            var channels = try layout.channels.map { name in
                try EDFChannel(file, signal: file.signal(named: name), rate: layout.rate)
            }
            let seconds = night.offset + Double(night.epochs.lowerBound) * SleepEpochWindow.epochSeconds
            for index in channels.indices {
                try channels[index].skip(Int((seconds * layout.rate).rounded()))
            }
            for _ in night.epochs {
                var sample: [Float] = []
                for index in channels.indices { sample += try channels[index].next(layout.epochLength) }
                try sample.withUnsafeBufferPointer { try writer.append($0) }
            }
        }
        return []
    }
}
