import Datasets
import Foundation
import Readers
import TestKit
import Testing

private let hypnogram = EDFBytes(stages: Array(repeating: "Sleep stage 2", count: 12))

/// Twelve sleep epochs of one channel at 64 Hz.
private func night(
    _ name: String = "EEG C3-M2", unit: String = "uV", limit: Double = 1_000, _ value: (Int) -> Double
) -> EDFBytes {
    EDFBytes(signals: [
        EDFBytes.Signal(name: name, rate: 64, values: (0..<12 * 1_920).map(value), limit: limit, unit: unit)
    ])
}

/// A wave of some size with a slower one, so that it has many values.
private func wave(_ index: Int, _ size: Double = 20) -> Double {
    size * (sin(Double(index) / 3) + 0.5 * sin(Double(index) / 170))
}

/// What is noted of the values of nights, with the files' names alone.
private func notes(
    _ nights: [EDFBytes], channel: String = "EEG C3-M2", units: [String] = [], renaming: [String: String] = [:]
) throws -> [String] {
    let folder = try TemporaryFolder()
    let files = try nights.enumerated().map { number, night in
        try MadeUpPSG.night(folder, night, hypnogram, name: "\(number)", subject: "\(number)")
    }
    let source = try Polysomnography(files, channels: [channel], channelUnits: units, renaming: renaming)
    var notes: [String] = []
    _ = try source.write(to: folder.path("data"), note: { notes.append($0) })
    return notes.filter { !$0.contains("has the values of recording") }
        .map { $0.replacing(folder.url.path + "/", with: "") }
}

// MARK: - Channels that rest

@Test func aChannelThatRestsForMostOfANightIsNotedOnceWithTheWorstNight() throws {
    func resting(_ epochs: Int) -> EDFBytes { night { $0 < epochs * 1_920 ? 3 : wave($0) } }
    #expect(
        try notes([resting(3), resting(7), resting(9), resting(6)]) == [
            "2.edf: channel \"EEG C3-M2\" has one value, or mostly its header's largest or smallest, in 75 % of the "
                + "sleep epochs (so in 2 of 4 recordings, this the worst): was something plugged into it? Leave out such "
                + "recordings, or read another channel"
        ])
    let one = try notes([resting(12)])
    #expect(one.count == 1 && one[0].contains("largest or smallest, in 100 % of the sleep epochs: was"))
}

@Test func aVoltageAtItsLimitsRestsToo() throws {
    let clipped = night { max(-1_000, min(1_000, $0 < 8 * 1_920 ? 4_000 * sin(Double($0) / 9) : wave($0))) }
    let found = try notes([clipped])
    #expect(found.count == 1 && found[0].contains("largest or smallest, in 66 % of the sleep epochs"))
    #expect(try notes([night { wave($0, 600) }]).isEmpty)
}

/// Without a unit it is its name that says what a channel is, and that is the one that it is given.
@Test func aRenamedChannelIsJudgedByItsNewName() throws {
    func clipped(_ name: String) -> EDFBytes {
        night(name, unit: "") { max(-1_000, min(1_000, $0 < 8 * 1_920 ? 4_000 * sin(Double($0) / 9) : wave($0))) }
    }
    #expect(try notes([clipped("Channel 1")], renaming: ["Channel 1": "EEG C3-M2"]).count == 1)
    #expect(try notes([clipped("EEG C3-M2")], channel: "Channel 1", renaming: ["EEG C3-M2": "Channel 1"]).isEmpty)
}

@Test(arguments: [
    (["C4"], ["--rename: nothing is called \"C3\": the channels are \"C4\" (1), \"EEG C3-M2\" (1)"]),
    (["C4", "C3"], []),
])
func aNameThatNoFileHasIsTold(others: [String], told: [String]) throws {
    let folder = try TemporaryFolder()
    let files = try (["EEG C3-M2"] + others).map { name in
        try MadeUpPSG.night(folder, night(name) { wave($0) }, hypnogram, name: name, subject: name)
    }
    let source = try Polysomnography(
        files, channels: ["EEG C3-M2"], renaming: ["C3": "EEG C3-M2", "C4": "EEG C3-M2"])
    #expect(source.notes.filter { $0.hasPrefix("--rename") } == told)
}

@Test func aChannelOfAFewStepsRestsOnlyWhereItNeverChanges() throws {
    func position(_ value: @escaping (Int) -> Double) -> EDFBytes { night("Position", unit: "", value) }
    #expect(try notes([position { $0 < 11 * 1_920 ? 1 : 3 }], channel: "Position").isEmpty)
    let resting = try notes([position { _ in 1 }], channel: "Position")
    #expect(resting.count == 1 && resting[0].contains("\"Position\" does not change in 100 % of the sleep epochs: "))
    // Many values at other times are those of a signal.
    #expect(try notes([position { $0 < 8 * 1_920 ? 1 : wave($0) }], channel: "Position").count == 1)
}

@Test func sleepEpochsThatAreNotKeptDoNotCount() throws {
    let folder = try TemporaryFolder()
    let stages = (0..<40).map { (15..<25).contains($0) ? "Sleep stage 2" : "Sleep stage W" }
    var file = night { _ in 0 }
    file.signals[0].values = (0..<40 * 1_920).map { (14 * 1_920..<26 * 1_920).contains($0) ? wave($0) : 0 }
    let files = try MadeUpPSG.night(folder, file, EDFBytes(stages: stages), subject: "a")
    for (margin, isNoted) in [(0.0, false), (0.5, false), (15, true)] {
        var notes: [String] = []
        let source = try Polysomnography([files], channels: ["EEG C3-M2"], wakeMargin: margin)
        _ = try source.write(to: folder.path("data"), note: { notes.append($0) })
        #expect(notes.contains { $0.contains("largest or smallest, in 70 %") } == isNoted, "\(margin): \(notes)")
    }
}

// MARK: - Units that can't be

@Test(arguments: [("mV", 20.0, "uV"), ("V", 20, "uV"), ("mV", 2e-5, "V"), ("uV", 0.02, "mV")])
func valuesThatAreEvidentlyInAnotherUnitAreNotedAndKept(unit: String, size: Double, other: String) throws {
    let found = try notes([night(unit: unit, limit: size * 4) { wave($0, size) }])
    #expect(found.count == 1, "\(found)")
    let note = try #require(found.first)
    #expect(note.hasPrefix("0.edf: channel \"EEG C3-M2\" is in \(unit) by its header, and its values are typically "))
    #expect(
        note.contains(" uV from their median, where those of an EEG are some tens: are they in \(other)? "), "\(note)")
}

@Test func nightsInWrongUnitsAreOneNoteWithTheWorst() throws {
    let nights = [20.0, 40, 0.02].map { size in night(unit: "mV", limit: size * 4) { wave($0, size) } }
    let found = try notes(nights)
    #expect(
        found.count == 1 && found[0].hasPrefix("1.edf: ") && found[0].contains("(so in 2 of 3 recordings"), "\(found)")
}

@Test func voltagesOfUsualSizesAndOthersAreNotDoubted() throws {
    for size in [0.3, 2, 20, 500] { #expect(try notes([night { wave($0, size) }]).isEmpty) }
    // Of a thermistor's volts nothing is known.
    #expect(try notes([night("Flow", unit: "V", limit: 8) { wave($0, 2) }], channel: "Flow").isEmpty)
    #expect(try notes([night("Pressure", unit: "cmH2O", limit: 8) { wave($0, 2) }], channel: "Pressure").isEmpty)
}

@Test func aFileWithoutAUnitIsJudgedByTheOneThatItIsToHave() throws {
    let file = night(unit: "", limit: 0.1) { wave($0, 0.02) }
    let found = try notes([file], units: ["uV"])
    #expect(found.count == 1 && found[0].contains("is without a unit, and so taken as microvolts"), "\(found)")
    #expect(try notes([file]).isEmpty)
}

// MARK: - Real recordings

@Test(.enabled(if: Recordings.areHere, Comment(rawValue: Recordings.absence)))
func aRealRecordingIsNotDoubted() throws {
    let folder = try TemporaryFolder()
    let channels = ["EEG Fpz-Cz", "EEG Pz-Oz", "EOG horizontal", "EMG submental", "Temp rectal", "Resp oro-nasal"]
    var notes: [String] = []
    let path = "\(Recordings.root)/edf/short_psg.edf"
    let source = try Polysomnography(
        [PolysomnographyFiles(signals: path, hypnogram: nil, subject: "a")], channels: channels)
    _ = try source.write(to: folder.path("data"), note: { notes.append($0) })
    #expect(notes.isEmpty)
}

/// Some sleep epochs have no value of it.
@Test(.timeLimit(.minutes(5))) func aChannelSlowerThanSleepEpochsIsReadToItsEnd() throws {
    let folder = try TemporaryFolder()
    var bytes = EDFBytes(signals: [
        EDFBytes.Signal(name: "Temp", rate: 1, values: (0..<36).map { Double($0 % 7) }, unit: "degC")
    ]).data
    // Seconds of a data record, of one value each.
    bytes.replaceSubrange(244..<252, with: Data("100     ".utf8))
    try bytes.write(to: folder.url.appending(path: "slow.edf"))
    let files = [PolysomnographyFiles(signals: folder.path("slow.edf"), hypnogram: nil)]
    let source = try Polysomnography(files, channels: ["Temp"], rate: 1)
    _ = try source.write(to: folder.path("data"))
    #expect(try Dataset(opening: folder.path("data")).samples.count == 120)
}
