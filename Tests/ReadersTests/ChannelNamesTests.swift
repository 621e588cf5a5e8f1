import Datasets
import Foundation
import Readers
import Signals
import TestKit
import Testing

// What a name of a channel means in a file in which several are called so.

/// Twelve sleep epochs of signals of these labels, each of one value, its number in the file from 1 on.
private func file(_ labels: [String], units: [String] = [], in folder: TemporaryFolder, _ name: String = "x") throws
    -> String
{
    let signals = labels.enumerated().map { number, label in
        EDFBytes.Signal(
            name: label, rate: number + 1, values: Array(repeating: Double(number + 1), count: 360 * (number + 1)),
            unit: units.isEmpty ? "uV" : units[number])
    }
    return try EDFBytes(signals: signals).write(to: folder.path("\(name).edf"))
}

private func message(_ body: () throws -> Void) throws -> String {
    "\(try #require(#expect(throws: DatasetError.self) { try body() }))"
}

@Test(arguments: [
    (["EMG", "C3", "EMG"], "EMG#1", 0), (["EMG", "C3", "EMG"], "EMG#2", 2), (["EMG", "C3", "EMG"], "C3", 1),
    (["EMG"], "EMG#1", 0), (["EMG#2", "EMG", "EMG"], "EMG#2", 0), (["EMG#2", "EMG", "EMG"], "EMG#1", 1),
    (["EMG", "EMG#2"], "EMG", 0), (["a", "a#1", "a#1"], "a#1#2", 2),
])
func oneOfSeveralChannelsOfALabelIsMeantByItsNumber(labels: [String], name: String, index: Int) throws {
    let folder = try TemporaryFolder()
    #expect(try EDFFile(opening: file(labels, in: folder)).signal(named: name, renaming: [:]) == index)
}

@Test(arguments: ["EMG", "EMG#0", "EMG#3", "EMG#02", "EMG#+1", "EMG#", "#1", "C3#2", "emg#1"])
func aNumberThatNoChannelOfTheLabelHasIsNoName(name: String) throws {
    let folder = try TemporaryFolder()
    let file = try EDFFile(opening: file(["EMG", "C3", "EMG"], in: folder))
    let message = try message { _ = try file.signal(named: name, renaming: [:]) }
    guard name != "EMG" else {
        #expect(
            message.hasSuffix(
                "x.edf: 2 channels in it are called \"EMG\": EMG#1 (signal 1, 1 Hz in uV), EMG#2 (signal 3, 3 Hz in uV): "
                    + "choose one, like --channels \"EMG#1\" or --rename \"EMG#1=EMG\", which keeps the name"))
        return
    }
    #expect(message.contains("there is no channel \"\(name)\" in it: it has EMG#1, C3, EMG#2; where one of them is it"))
}

@Test func oneOfSeveralChannelsOfALabelCanBeRenamed() throws {
    let folder = try TemporaryFolder()
    let twice = try EDFFile(opening: file(["EMG", "C3", "EMG"], in: folder))
    for (name, renaming, index) in [
        ("EMG", ["EMG#2": "EMG"], 2), ("EMG", ["EMG#1": "other"], 2), ("Leg", ["EMG#2": "Leg"], 2),
        ("Leg", ["EMG": "Leg", "EMG#1": "Leg"], 0), ("EMG#2", ["EMG": "EMG#2"], 2), ("EMG#1", ["EMG": "EMG#2"], 0),
    ] {
        #expect(try twice.signal(named: name, renaming: renaming) == index, "\(name) \(renaming)")
    }
    // Files that have it once are read beside those that have it twice.
    let once = try EDFFile(opening: file(["C3", "EMG"], in: folder, "y"))
    for (name, renaming) in [("EMG", ["EMG#2": "EMG"]), ("EMG#2", ["EMG": "EMG#2"])] {
        #expect(try once.signal(named: name, renaming: renaming) == 1)
    }
    for (name, renaming, words) in [
        ("Leg", ["EMG": "Leg"], "choose one, like --rename \"EMG#1=Leg\""),
        ("EMG#2", ["C3": "EMG#2"], "2 channels in it may be \"EMG#2\": C3 (signal 2, 2 Hz in uV), EMG (signal 3"),
        ("EMG", ["EMG#2": "EMG", "C3": "EMG"], "2 channels in it may be \"EMG\": C3"),
        ("EMG", ["EMG#1": "a", "EMG#2": "b"], "there is no channel \"EMG\""),
    ] {
        let message = try message { _ = try twice.signal(named: name, renaming: renaming) }
        #expect(message.contains(words), "\(message)")
    }
}

@Test func aChannelThatIsChosenByItsNumberIsCalledSoInTheDataset() throws {
    let folder = try TemporaryFolder()
    let paths = try [
        file(["EMG", "C3", "EMG"], units: ["uV", "uV", "degC"], in: folder, "a"),
        file(["EMG", "EMG"], units: ["uV", "degF"], in: folder, "b"), file(["EMG", "Temp"], in: folder, "c"),
    ]
    let nights = paths.map { PolysomnographyFiles(signals: $0, hypnogram: nil, subject: $0) }
    let channels = ["EMG#2", "EMG#1"]
    let source = try Polysomnography(Array(nights[..<2]), channels: channels, rate: 1)
    _ = try source.write(to: folder.path("data"))
    let dataset = try Dataset(opening: folder.path("data"))
    #expect(dataset.content == channels && dataset.units == ["degC", "uV"])
    let half = dataset.samples[0].count / 2
    #expect(dataset.samples[0].prefix(half).allSatisfy { abs($0 - 3) < 0.02 })
    #expect(dataset.samples[0].suffix(half).allSatisfy { abs($0 - 1) < 0.02 })
    let missing = try message { _ = try Polysomnography(nights, channels: channels, rate: 1) }
    #expect(missing.contains("c.edf: there is no channel \"EMG#2\" in it: it has EMG, Temp"), "\(missing)")
    let renamed = try Polysomnography(
        [nights[0]], channels: ["EMG#2"], rate: 1, renaming: ["EMG#1": "x", "EMG#3": "x"])
    #expect(renamed.notes.contains { $0.contains("--rename: nothing is called \"EMG#3\"") })
}

@Test func oneChannelUnderTwoNamesIsRefused() throws {
    let folder = try TemporaryFolder()
    let night = try PolysomnographyFiles(signals: file(["EMG", "C3"], in: folder), hypnogram: nil)
    let message = try message { _ = try Polysomnography([night], channels: ["EMG", "EMG#1"]) }
    #expect(message.contains("\"EMG\" and \"EMG#1\" are one channel in it: leave one of them out of --channels"))
}
