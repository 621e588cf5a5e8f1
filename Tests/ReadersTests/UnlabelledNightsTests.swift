import Datasets
import Foundation
import Readers
import Signals
import TestKit
import Testing

@Test func aNightNeedsNoHypnogram() throws {
    let folder = try TemporaryFolder()
    let path = try MadeUpPSG.signals(epochs: 12).write(to: folder.path("night.edf"))
    let source = try Polysomnography([PolysomnographyFiles(signals: path, hypnogram: nil)], channels: ["ramp"])
    let (dataset, skipped) = try MadeUpPSG.dataset(source, in: folder)
    #expect(
        MadeUpPSG.codes(dataset) == Array(repeating: nil, count: 12) && dataset.codes.isEmpty
            && skipped.isEmpty)
    #expect(abs(dataset.samples[11][0] - 330) < 0.05)
}

@Test func nightsWithoutAnyStageAreTakenWhenAsked() throws {
    let folder = try TemporaryFolder()
    for name in ["SC4001E0-PSG", "SC4011E0-PSG"] {
        try MadeUpPSG.signals(epochs: 12).write(to: folder.path("\(name).edf"))
    }
    try EDFBytes(stages: MadeUpPSG.standard).write(to: folder.path("SC4001EC-Hypnogram.edf"))
    #expect(try PolysomnographyFiles.find(in: folder.url.path).skipped.map(\.kind) == [.recording])
    let (pairs, skipped) = try PolysomnographyFiles.find(in: folder.url.path, unlabelled: true)
    #expect(pairs.map { $0.hypnogram == nil } == [false, true] && skipped.isEmpty)
    let unscored = EDFBytes(stages: Array(repeating: "Sleep stage ?", count: 12))
    let silent = try MadeUpPSG.night(folder, MadeUpPSG.signals(epochs: 12), unscored, subject: "S")
    let source = try Polysomnography(pairs + [silent], channels: ["ramp"], wakeMargin: 1, unlabelled: true)
    #expect(source.outline.recordings.map { $0.labels.compactMap(\.self).count } == [11, 0, 0])
}

@Test func aHypnogramWithEventsAloneIsNoneWhenUnlabelledNightsAreTaken() throws {
    let folder = try TemporaryFolder()
    let path = try MadeUpPSG.signals(epochs: 12).write(to: folder.path("night.edf"))
    func source(_ events: String) throws -> Polysomnography {
        try folder.write(events, to: "events.txt")
        return try Polysomnography(
            [PolysomnographyFiles(signals: path, hypnogram: folder.path("events.txt"))], channels: ["ramp"],
            unlabelled: true)
    }
    let night = try source("0 30 Lights off\n61 7 Arousal\n")
    #expect(night.outline.recordings[0].labels == Array(repeating: nil, count: 12))
    #expect(night.skipped.map(\.reason) == ["no sleep stage: \"Arousal\"", "no sleep stage: \"Lights off\""])
    // What may be a stage is still asked for.
    let error = #expect(throws: DatasetError.self) { try source("0 300 Wach\n300 60 Tief\n") }
    #expect("\(try #require(error))".contains("12 of 12 sleep epochs have a text that is no known stage"))
}
