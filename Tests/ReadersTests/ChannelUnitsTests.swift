import Datasets
import Foundation
import Readers
import Signals
import TestKit
import Testing

/// Twelve sleep epochs of a sine whose largest value is `limit` halves, in a unit.
private func night(_ unit: String, limit: Double, channel: String = "C") -> EDFBytes {
    EDFBytes(signals: [
        EDFBytes.Signal(
            name: channel, rate: 4, values: (0..<12 * 120).map { limit / 2 * sin(Double($0) / 9) }, limit: limit,
            unit: unit)
    ])
}

private func source(_ nights: [EDFBytes], in folder: TemporaryFolder) throws -> Polysomnography {
    let hypnogram = EDFBytes(stages: Array(repeating: "Sleep stage 2", count: 12))
    let files = try nights.enumerated().map { number, night in
        try MadeUpPSG.night(folder, night, hypnogram, name: "\(number)", subject: "\(number)")
    }
    return try Polysomnography(files, channels: ["C"])
}

private func values(_ source: Polysomnography, in folder: TemporaryFolder) throws -> (Dataset, [[Float]]) {
    _ = try source.write(to: folder.path("data"))
    let dataset = try Dataset(opening: folder.path("data"))
    return (dataset, dataset.recordingRanges.map { $0.samples.flatMap { Array(dataset.samples[$0]) } })
}

@Test func voltagesOfAllFilesAreMicrovolts() throws {
    let folder = try TemporaryFolder()
    let nights = [night("mV", limit: 0.1), night("uV", limit: 100), night("V", limit: 1e-4), night("nV", limit: 1e5)]
    let (dataset, values) = try values(source(nights, in: folder), in: folder)
    #expect(dataset.units == ["uV"] && dataset.content == ["C"])
    let largest = values[1].map(abs).max() ?? 0
    #expect(largest > 49 && largest < 51)
    for other in values {
        #expect(zip(values[1], other).allSatisfy { abs($0 - $1) < 0.01 })
    }
}

@Test func microvoltsKeepTheirBits() throws {
    let folder = try TemporaryFolder()
    let (_, values) = try values(source([night("uV", limit: 100)], in: folder), in: folder)
    let file = try EDFFile(opening: folder.path("0.edf"))
    #expect(values[0] == (try file.values(of: 0, 0..<1_440)).map(Float.init))
}

@Test(arguments: [
    ("degC", 50.0, "degF", 122.0, 32.0), ("mmHg", 10, "cmH2O", 13.5951, 0), ("Hz", 2, "BPM", 120, 0),
])
func otherQuantitiesKeepTheFirstNightsUnit(
    unit: String, limit: Double, other: String, otherLimit: Double, shift: Double
) throws {
    let folder = try TemporaryFolder()
    var second = night(other, limit: otherLimit)
    let scale = (otherLimit - shift) / limit
    second.signals[0].values = night(unit, limit: limit).signals[0].values.map { $0 * scale + shift }
    let (dataset, values) = try values(source([night(unit, limit: limit), second], in: folder), in: folder)
    #expect(dataset.units == [unit])
    #expect(zip(values[0], values[1]).allSatisfy { abs($0 - $1) < Float(limit) / 10_000 })
}

@Test(arguments: [("uV", "degC"), ("uV", ""), ("", "mV"), ("uV", "MV"), ("AU", "au"), ("cmH2O", "L/min")])
func unitsThatCannotBeConvertedAreRefused(first: String, second: String) throws {
    let folder = try TemporaryFolder()
    let error = try #require(
        #expect(throws: DatasetError.self) {
            try source([night(first, limit: 1), night(second, limit: 1)], in: folder)
        })
    let message = "\(error)"
    #expect(message.contains(folder.path("0.edf")) && message.contains(folder.path("1.edf")))
    for unit in [first, second] { #expect(message.contains(unit.isEmpty ? "without a unit" : "in \(unit)")) }
}

/// A night whose header has bytes of another encoding as the channel's unit or label.
private func night(_ bytes: [UInt8], at place: Int, length: Int) -> Data {
    var data = night("X", limit: 100).data
    data.replaceSubrange(place..<place + length, with: bytes + Array(repeating: 0x20, count: length - bytes.count))
    return data
}

@Test(arguments: [
    ("Latin-1", [0xB5]), ("UTF-8", [0xC2, 0xB5]), ("Shift-JIS", [0x83, 0xCA]), ("GBK", [0xA6, 0xCC]), ("DOS", [0xE6]),
])
func theMicroSignOfOtherEncodingsIsOne(encoding: String, sign: [UInt8]) throws {
    let folder = try TemporaryFolder()
    try night(sign + Array("V".utf8), at: 256 + 96, length: 8).write(to: folder.url.appending(path: "0.edf"))
    let files = [PolysomnographyFiles(signals: folder.path("0.edf"), hypnogram: nil)]
    let (dataset, own) = try values(Polysomnography(files, channels: ["C"]), in: folder)
    #expect(dataset.units == ["uV"])
    let other = try TemporaryFolder()
    try night("uV", limit: 100).write(to: other.path("0.edf"))
    let plain = try Polysomnography(
        [PolysomnographyFiles(signals: other.path("0.edf"), hypnogram: nil)], channels: ["C"])
    #expect(try own == values(plain, in: other).1)
}

@Test(arguments: [[], ["uV"]])
func aUnitThatCannotBeReadIsRefusedWithItsChannel(given: [String]) throws {
    let folder = try TemporaryFolder()
    try night([0x83, 0x8A, 0x56], at: 256 + 96, length: 8).write(to: folder.url.appending(path: "0.edf"))
    let files = [PolysomnographyFiles(signals: folder.path("0.edf"), hypnogram: nil)]
    let error = #expect(throws: DatasetError.self) {
        try Polysomnography(files, channels: ["C"], channelUnits: given)
    }
    #expect(
        "\(try #require(error))"
            == "\(folder.path("0.edf")): channel \"C\" has a unit that can't be read, \"<U+0083><U+008A>V\", and --units "
            + "can't say which it is: put its header right with EDFbrowser, or read another channel")
}

@Test func aLabelThatCannotBeReadIsToldOfAndCanBeRenamed() throws {
    let folder = try TemporaryFolder()
    try night([0x83, 0x71], at: 256, length: 16).write(to: folder.url.appending(path: "0.edf"))
    let files = [PolysomnographyFiles(signals: folder.path("0.edf"), hypnogram: nil)]
    func refusal(_ channel: String) throws -> String {
        let error = #expect(throws: DatasetError.self) { try Polysomnography(files, channels: [channel]) }
        return "\(try #require(error))"
    }
    #expect(
        try refusal("C").contains(
            "it has <U+0083>q (the label of signal 1 can't be read: put it right with EDFbrowser); where one of them"))
    #expect(
        try refusal("\u{83}q").contains("the channel's name \"<U+0083>q\" has a control character: give it another"))
    #expect(try Polysomnography(files, channels: ["C"], renaming: ["\u{83}q": "C"]).outline.content == ["C"])
}

@Test func aChannelWithoutAUnitIsNamed() throws {
    let folder = try TemporaryFolder()
    let source = try source([night("", limit: 1), night("", limit: 1)], in: folder)
    let name = "\(folder.path("0.edf")) and 1 more"
    #expect(source.notes == ["\(name): channel \"C\" has no unit; its values are taken as they are"])
    #expect(source.outline.units == [""])
}
