public import Datasets
import Foundation
import Numerics
import Signals

/// Nights of any EDF, EDF+ or BDF signals with their hypnograms.
///
/// The two files of a night are aligned by the start times in their headers, or by the clock's times of a hypnogram. A
/// sample is a sleep epoch of 30 s (``PolysomnographyLayout``); its position is its number in the hypnogram, from 0,
/// and a sleep epoch that was scored but has no stage ("?", movement time) stays, without a label. Voltages are
/// converted to microvolts; other values keep the unit that the first night has them in (`DatasetOutline.units`).
/// Nothing is filtered but for resampling, and nothing is scaled.
///
/// Left out and counted: sleep epochs that only one of the two files covers, sleep epochs far from sleep where
/// `wakeMargin` says so, and nights with fewer than ten sleep epochs. A night without a hypnogram is taken without
/// labels; one whose hypnogram has no stage is left out but where `unlabelled` says so.
public struct Polysomnography: RecordingSource {

    private struct Night {
        let files: PolysomnographyFiles
        /// Sleep epochs of the hypnogram.
        let epochs: Range<Int>
        /// Seconds from the start of the signals to that of the hypnogram's first sleep epoch.
        let offset: Double
        /// The signals when they were found.
        let signals: [EDFFile.Signal]
        /// Of each channel, into the dataset's unit.
        let conversions: [SignalUnit.Conversion]
        /// When the hypnogram's first sleep epoch begins.
        let start: RecordingStart?
    }

    /// How the signals become samples.
    public let layout: PolysomnographyLayout
    private let nights: [Night]
    private let renaming: [String: String]

    /// The nights that can be used.
    public let outline: DatasetOutline
    /// Nights, sleep epochs and annotations that were left out.
    public let skipped: [SkippedItem]
    /// Headers that are not as the format has them, channels without a unit, hypnograms with holes, doubtful people.
    public let notes: [String]

    /// Opens every file, and reads the hypnograms.
    ///
    /// - Parameters:
    ///   - files: the nights, in the order of the dataset. ``PolysomnographyFiles/subject`` says who was recorded, or
    ///     else the patient's code in the file; nights of the Sleep-EDF Database of one person (`SC4001E0`, `SC4002E0`)
    ///     are one subject's. One night without all of these is its file name's.
    ///   - unpaired: what was found and left out before.
    ///   - channels: the channels' names, in the order of a sample's rows.
    ///   - channelUnits: of each channel the unit that its values are to have, an empty text for the first night's
    ///     (microvolts, where that is a voltage); none at all: in all of them.
    ///   - rate: values per second in the samples; nil for the highest rate among the first night's channels.
    ///   - rowSeconds: how long a row of a sample is.
    ///   - wakeMargin: how many minutes before the first and after the last sleep are kept; nil for all. Nights without
    ///     any stage are kept whole.
    ///   - unlabelled: whether nights whose hypnogram has no stage are taken; those without one always are.
    ///   - filesAreSubjects: whether every file whose patient is not told is another person's.
    ///   - visits: whose such files are that are called alike but for a visit's number; nil: they are refused.
    ///   - renaming: names that files may have for channels, and the channels' own.
    ///   - reading: what texts of the hypnograms mean, and which of several annotations counts.
    /// - Throws: `DatasetError`, also when no night is left or people can't be told apart.
    public init(
        _ files: [PolysomnographyFiles], unpaired: [SkippedItem] = [], channels: [String],
        channelUnits: [String] = [], rate: Double? = nil, rowSeconds: Double = 1, wakeMargin: Double? = nil,
        unlabelled: Bool = false, filesAreSubjects: Bool = false, visits: Visits? = nil,
        renaming: [String: String] = [:], reading: HypnogramReading = .plain
    ) throws(DatasetError) {
        precondition(!files.isEmpty, "no files")
        precondition(channelUnits.isEmpty || channelUnits.count == channels.count, "\(channelUnits) for \(channels)")
        var layout: PolysomnographyLayout?
        var nights: [Night] = []
        var (people, stages): ([PolysomnographySubjects.Night], [[SleepStage?]]) = ([], [])
        var (skipped, notes): ([SkippedItem], [String]) = (unpaired, [])
        var units = ChannelUnits(of: channels, given: channelUnits)
        var texts = reading.mappedTexts
        var names = MappedTexts(
            option: "--rename", of: "channels",
            entries: Dictionary(uniqueKeysWithValues: renaming.keys.map { ($0, $0) }), folded: \.self)
        for pair in files {
            let signals = try EDFFile(opening: pair.signals)
            for (signal, numbered) in zip(signals.signals, signals.numberedNames) {
                names.add(numbered.flatMap { renaming[$0] == nil ? nil : $0 } ?? signal.name)
            }
            let found: Scored?
            do {
                found = try Self.scored(
                    pair, signals, reading, wakeMargin, unlabelled: unlabelled, &skipped, &notes, &texts)
            } catch { throw pair.tellingGuess(error) }
            guard let scored = found else { continue }
            let indices = try signals.signals(named: channels, renaming: renaming)
            let chosen: PolysomnographyLayout
            if let layout {
                chosen = layout
            } else {
                let highest = indices.map { signals.signals[$0].rate }.max() ?? 0
                chosen = try Self.layout(channels, rate ?? highest, rowSeconds, signals)
            }
            layout = chosen
            for index in indices { _ = try EDFChannel(signals, signal: index, rate: chosen.rate) }
            let conversions = try units.conversions(of: signals, indices)

            notes += signals.notes
            nights.append(
                Night(
                    files: pair, epochs: scored.first..<scored.first + scored.stages.count, offset: scored.offset,
                    signals: signals.signals, conversions: conversions,
                    start: RecordingStart(time: signals.start + scored.offset, hasDay: signals.date.day != nil)))
            people.append(PolysomnographySubjects.Night(files: pair, patient: signals.patient))
            stages.append(scored.stages)
        }
        guard let layout, !nights.isEmpty else {
            let leftOut = skipped.filter { $0.kind == .recording }
            let reasons = Reasons.text(of: leftOut) ?? ""
            throw .unsuitable(
                path: files[0].signals,
                reason: files.count == 1
                    ? leftOut.last?.reason ?? "" : "none of the \(files.count) nights can be used: \(reasons)")
        }
        let subjects = try PolysomnographySubjects(of: people, filesAreSubjects: filesAreSubjects, visits: visits)
        (self.layout, self.nights, self.skipped, self.renaming) = (layout, nights, skipped, renaming)
        self.notes = notes + units.notes + subjects.notes + texts.notes + names.notes
        outline = Self.outline(layout, units.names, nights, subjects: subjects.names, stages: stages)
    }

    private static func layout(
        _ channels: [String], _ rate: Double, _ rowSeconds: Double, _ file: EDFFile
    ) throws(DatasetError) -> PolysomnographyLayout {
        let layout = PolysomnographyLayout(channels: channels, rate: rate, rowSeconds: rowSeconds)
        if let flaw = layout.flaw { throw .unsuitable(path: file.path, reason: flaw) }
        return layout
    }

    /// A night's sleep epochs.
    private struct Scored {
        /// The number of the first.
        let first: Int
        /// The stages from there on.
        let stages: [SleepStage?]
        /// The seconds from the start of the signals to that of sleep epoch 0: 0 to 30.
        let offset: Double
    }

    /// A night's sleep epochs with their stages, and where they lie; nil where it is of no use, which `skipped` says.
    private static func scored(
        _ files: PolysomnographyFiles, _ signals: EDFFile, _ reading: HypnogramReading, _ wakeMargin: Double?,
        unlabelled: Bool, _ skipped: inout [SkippedItem], _ notes: inout [String], _ texts: inout MappedTexts
    ) throws(DatasetError) -> Scored? {
        guard let path = files.hypnogram else { return unscored(signals, &skipped) }
        let scoring = try Scoring(opening: path, reading)
        for interval in scoring.intervals where interval.kind != .event { texts.add(interval.text) }
        if unlabelled, let leftOut = try Hypnogram.leftOut(ofUnscored: scoring, reading) {
            skipped += leftOut
            return unscored(signals, &skipped)
        }
        let hypnogram = try Self.hypnogram(files, signals, scoring, reading, &skipped, &notes)
        let placed = try scoring.placed(in: signals, shiftedBy: files.hypnogramOffset)
        if files.isLaterPart, placed.start == nil {
            skipped.append(
                leftOut(
                    signals,
                    "nothing tells where in the recording of \(path) this part of it begins: give both with "
                        + "--signals, --hypnogram and --hypnogram-offset"))
            return nil
        }
        let alignment = try NightAlignment(signals, placed, hypnogram, shift: files.hypnogramOffset ?? 0)
        guard !alignment.epochs.isEmpty else {
            skipped.append(leftOut(signals, alignment.disagreement))
            return nil
        }
        skipped += alignment.skipped
        notes += try hypnogram.requireAgreement(alignment.epochs)
        let (kept, own) = nearSleep(hypnogram.stages(alignment.epochs), wakeMargin, of: signals, &skipped)
        if isTooShort(own.count, signals, &skipped) { return nil }
        guard unlabelled || own.contains(where: { $0 != nil }) else {
            skipped.append(leftOut(signals, "no sleep epoch has a stage; --unlabelled takes it without labels"))
            return nil
        }
        let start = alignment.epochs.lowerBound + kept.lowerBound
        let holes = hypnogram.uncoveredCount(start..<start + own.count)
        if holes > 0 {
            let epochs = SkippedItem.Kind.sleepEpoch.counted(holes)
            notes.append("\(path): \(epochs) between its annotations \(holes == 1 ? "has" : "have") no label")
        }
        // Positions count from the first half minute of the signals, wherever the hypnogram begins.
        let shift = Int((alignment.offset / SleepEpochWindow.epochSeconds + 1e-6).rounded(.down))
        return Scored(
            first: start + shift, stages: own,
            offset: max(0, alignment.offset - Double(shift) * SleepEpochWindow.epochSeconds))
    }

    private static func leftOut(_ signals: EDFFile, _ reason: String) -> SkippedItem {
        SkippedItem(path: signals.path, kind: .recording, reason: reason)
    }

    private static func isTooShort(_ count: Int, _ signals: EDFFile, _ skipped: inout [SkippedItem]) -> Bool {
        if count >= SleepEpochWindow.fewestEpochs { return false }
        skipped.append(
            leftOut(
                signals,
                "\(SkippedItem.Kind.sleepEpoch.counted(count)) \(count == 1 ? "is" : "are") left, fewer than "
                    + "\(SleepEpochWindow.fewestEpochs)"))
        return true
    }

    /// All of a night, of which no sleep epoch has a stage.
    private static func unscored(_ signals: EDFFile, _ skipped: inout [SkippedItem]) -> Scored? {
        let count = Int(signals.duration / SleepEpochWindow.epochSeconds + 1e-6)
        if isTooShort(count, signals, &skipped) { return nil }
        return Scored(first: 0, stages: Array(repeating: nil, count: count), offset: 0)
    }

    /// A night's hypnogram, once nothing speaks against its being that of the signals.
    private static func hypnogram(
        _ files: PolysomnographyFiles, _ signals: EDFFile, _ scoring: Scoring, _ reading: HypnogramReading,
        _ skipped: inout [SkippedItem], _ notes: inout [String]
    ) throws(DatasetError) -> Hypnogram {
        let hypnogram = try Hypnogram(scoring, reading)
        let isOwnFile = files.hypnogram != files.signals
        if isOwnFile, let note = try PolysomnographySubjects.compare(signals, scoring, files.subject) {
            notes.append(note)
        }
        try hypnogram.requireLength(signals.duration, of: files.signals, shiftedBy: files.hypnogramOffset)
        // Where there is a clock, times are seconds.
        if scoring.start == nil, scoring.clock == nil {
            try hypnogram.requireSeconds(signals.duration, of: files.signals)
        }
        skipped += hypnogram.skipped
        if isOwnFile { notes += scoring.notes }
        notes += hypnogram.notes
        return hypnogram
    }

    /// The sleep epochs that are kept, and their stages; `skipped` says of how many are not.
    private static func nearSleep(
        _ all: [SleepStage?], _ wakeMargin: Double?, of signals: EDFFile, _ skipped: inout [SkippedItem]
    ) -> (kept: Range<Int>, stages: [SleepStage?]) {
        guard let wakeMargin, all.contains(where: { $0 != nil }) else { return (all.indices, all) }
        let kept = nearSleep(all, minutes: wakeMargin)
        if kept.count < all.count {
            skipped.append(
                SkippedItem(
                    path: signals.path, kind: .sleepEpoch, count: all.count - kept.count,
                    reason: "more than \(String(format: "%g", wakeMargin)) minutes from sleep"))
        }
        return (kept, Array(all[kept]))
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

    private static func outline(
        _ layout: PolysomnographyLayout, _ units: [String], _ nights: [Night], subjects: [String],
        stages: [[SleepStage?]]
    ) -> DatasetOutline {
        let names = names(of: nights.map(\.files.name))
        let recordings = nights.indices.map { index in
            FoundRecording(
                name: names[index], subject: subjects[index],
                firstPosition: nights[index].epochs.lowerBound, stages: stages[index], start: nights[index].start)
        }
        return DatasetOutline(
            kind: "edf", vocabulary: .stage, rows: layout.rows, columns: layout.columns, content: layout.channels,
            units: units, of: recordings)
    }

    /// Names of which no two are the same: files of one name in different folders, or one file given twice, are told
    /// apart by their number.
    private static func names(of files: [String]) -> [String] {
        let counts = Dictionary(files.map { ($0, 1) }, uniquingKeysWith: +)
        var taken = Set(files)
        return files.enumerated().map { index, file in
            guard counts[file] != 1 else { return file }
            var name = "\(file)#\(index + 1)"
            while !taken.insert(name).inserted { name += "#" }
            return name
        }
    }

    /// Reads, resamples and appends the signals, a sleep epoch of all channels at a time.
    ///
    /// - Throws: `DatasetError` that names the file; `TensorFileError` from the writer.
    public func appendSamples(to writer: inout DatasetWriter) throws {
        var findings = ChannelFindings(layout.channels)
        for night in nights {
            findings.addNight()
            let file = try EDFFile(opening: night.files.signals)
            guard file.signals == night.signals else {
                throw DatasetError.unreadable(path: file.path, reason: "it changed while it was read")
            }
            let indices = try file.signals(named: layout.channels, renaming: renaming)
            var channels = try zip(indices, night.conversions).map { index, conversion in
                try EDFChannel(file, signal: index, rate: layout.rate, conversion: conversion)
            }
            let seconds = night.offset + Double(night.epochs.lowerBound) * SleepEpochWindow.epochSeconds
            for index in channels.indices {
                channels[index].check(from: seconds, epochCount: night.epochs.count)
                try channels[index].skip(Int((seconds * layout.rate).rounded()))
            }
            for _ in night.epochs {
                var sample: [Float] = []
                for index in channels.indices { sample += try channels[index].next(layout.epochLength) }
                try writer.append(sample)
            }
            for index in channels.indices { channels[index].tell(&findings, index, unit: outline.units[index]) }
        }
        writer.notes += findings.notes
    }
}
