import Checkpoints
import Datasets
import Exports
import Foundation
import Readers
import TestKit
import Testing

/// The files of a made-up set.
private func files(of nights: SyntheticPolysomnogram) -> [WholeFolder.File] {
    let channels = SyntheticPolysomnogram.layout.channels
    return Array(RecordedNights(nights.outline, channels: channels, seed: nights.seed, signals: nights.signals).files)
}

/// What is written is what was made up, to half a step of 16 bits.
@Test func madeUpNightsAreReadBackFromTheirFiles() throws {
    let folder = try TemporaryFolder()
    let nights = SyntheticPolysomnogram(subjectCount: 2, seed: 5, epochCount: 12)
    let files = files(of: nights)
    #expect(
        files.map(\.path) == ["P00001-PSG.edf", "P00001-Hypnogram.edf", "P00002-PSG.edf", "P00002-Hypnogram.edf"])
    for file in files { try file.bytes.write(to: URL(filePath: folder.path(file.path))) }
    for (night, recording) in nights.outline.recordings.enumerated() {
        let path = folder.path(files[2 * night].path)
        let file = try EDFFile(opening: path)
        #expect(file.notes.isEmpty && file.annotations.isEmpty && file.duration == 360)
        #expect(file.signals.map(\.name) == ["EEG", "EOG", "EMG"] && file.signals.allSatisfy { $0.unit == "uV" })
        #expect(file.patient.code == recording.name + "-5")
        let start = RecordingStart("2001-01-01T22:00")?.adding(30 * Double(recording.firstPosition))
        #expect(RecordingStart(time: file.start, hasDay: true) == start)
        for (channel, made) in nights.signals(of: night).enumerated() {
            let read = try file.values(of: channel, 0..<made.count)
            let step = (made.map { abs(Double($0)) }.max() ?? 0).rounded(.up) / 32_767
            #expect(zip(read, made).allSatisfy { abs($0 - Double($1)) <= 0.501 * step })
        }
        let hypnogram = try EDFFile(opening: folder.path(files[2 * night + 1].path))
        #expect(hypnogram.start == file.start && hypnogram.patient.code == file.patient.code)
    }
}

@Test func unscoredNightsHaveSignalsAlone() {
    let nights = SyntheticPolysomnogram(subjectCount: 2, seed: 5, epochCount: 12, hasLabels: false)
    #expect(files(of: nights).map(\.path) == ["P00001-PSG.edf", "P00002-PSG.edf"])
}
