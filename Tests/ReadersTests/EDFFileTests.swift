import Datasets
import Foundation
import Readers
import TestKit
import Testing

private let realFolder = Recordings.root + "/edf"

/// Two signals for twelve seconds and a note.
private func small() -> EDFBytes {
    var file = EDFBytes(signals: [
        EDFBytes.Signal(name: "A b", rate: 10, values: (0..<120).map(Double.init)),
        EDFBytes.Signal(name: "C", rate: 4, values: (0..<48).map { -Double($0) }),
    ])
    file.kind = "EDF+C"
    file.annotations = [(1.5, 2, "start"), (4, nil, "é")]
    return file
}

private func refusal(_ data: Data) throws -> (message: String, byte: Int?) {
    let folder = try TemporaryFolder()
    let path = folder.path("x.edf")
    try data.write(to: URL(filePath: path))
    let error = try #require(#expect(throws: DatasetError.self) { try EDFFile(opening: path) })
    #expect("\(error)".contains(path) && !"\(error)".contains("\n"))
    if case .malformed(_, let byte, _) = error { return ("\(error)", byte) }
    return ("\(error)", nil)
}

@Test func signalsAndAnnotationsAreRead() throws {
    let folder = try TemporaryFolder()
    let file = try EDFFile(opening: small().write(to: folder.path("x.edf")))
    #expect(file.signals.map(\.name) == ["A b", "C"] && file.signals.map(\.rate) == [10, 4])
    #expect(file.signals.map(\.sampleCount) == [120, 48] && file.duration == 12 && file.signals[0].unit == "uV")
    #expect(file.annotations.map(\.text) == ["start", "é"] && file.annotations.map(\.onset) == [1.5, 4])
    #expect(file.annotations.map(\.duration) == [2, nil])
    #expect(file.start == 609_458_400)  // 24 April 1989, 22:00
    let values = try file.values(of: 1, 5..<45)
    #expect(values.count == 40 && values.enumerated().allSatisfy { abs($1 + Double($0 + 5)) < 0.02 })
    #expect(try file.values(of: 0, 7..<7) == [] && file.values(of: 0, 119..<120).count == 1)
    #expect(try file.signal(named: "C") == 1)
}

@Test func filesOfTwentyFourBitsAreRead() throws {
    let folder = try TemporaryFolder()
    var bytes = small()
    bytes.kind = "BDF+C"
    let path = try bytes.write(to: folder.path("x.bdf"))
    let file = try EDFFile(opening: path)
    #expect(file.signals.map(\.name) == ["A b", "C"] && file.annotations.map(\.text) == ["start", "é"])
    #expect(try file.values(of: 1, 0..<48).enumerated().allSatisfy { abs($1 + Double($0)) < 1e-4 })
    #expect(try refusal(bytes.data.dropLast(3)).byte == bytes.data.count - 3)
    (bytes.kind, bytes.pause) = ("BDF+D", 1)
    #expect(try refusal(bytes.data).message.contains("discontinuous"))
}

@Test func theSameFileCanBeOpenTwiceAndOnManyThreads() throws {
    let folder = try TemporaryFolder()
    let path = try small().write(to: folder.path("x.edf"))
    let first = try EDFFile(opening: path)
    let second = try EDFFile(opening: path)
    #expect(try first.values(of: 0, 0..<120) == second.values(of: 0, 0..<120))
    let long = folder.path(String(repeating: "n", count: 200) + ".edf")
    try small().write(to: long)
    DispatchQueue.concurrentPerform(iterations: 32) { _ in
        #expect((try? EDFFile(opening: long))?.signals.count == 2)
    }
}

@Test func aMissingChannelIsNamedWithThoseThereAre() throws {
    let folder = try TemporaryFolder()
    var bytes = small()
    let path = try bytes.write(to: folder.path("x.edf"))
    let error = #expect(throws: DatasetError.self) { try EDFFile(opening: path).signal(named: "EEG") }
    #expect("\(try #require(error))" == "\(path): there is no channel \"EEG\" in it: it has A b, C")
    bytes.signals[1].name = "A b"
    try bytes.write(to: path)
    let both = "2 channels in it are called \"A b\": A b#1 (signal 1, 10 Hz in uV), A b#2 (signal 2, 4 Hz in uV)"
    #expect(throws: DatasetError.unsuitable(path: path, reason: both)) {
        try EDFFile(opening: path).signal(named: "A b")
    }
}

@Test(arguments: [("-1", 236, "never finished"), ("0", 236, "no data"), ("x", 236, "\"x\"")])
func aWrongRecordCountIsRefusedAtItsByte(count: String, byte: Int, words: String) throws {
    var data = small().data
    data.replaceSubrange(236..<244, with: Data(count.padding(toLength: 8, withPad: " ", startingAt: 0).utf8))
    let refusal = try refusal(data)
    #expect(refusal.byte == byte && refusal.message.contains(words))
}

@Test func tooManyOrTooFewRecordsAreCounted() throws {
    let data = small().data
    for (count, held) in [("11", "12"), ("13", "12"), ("99999999", "12")] {
        var changed = data
        changed.replaceSubrange(236..<244, with: Data(count.padding(toLength: 8, withPad: " ", startingAt: 0).utf8))
        let refusal = try refusal(changed)
        #expect(refusal.message.contains("says \(count) data records") && refusal.message.contains("holds \(held)"))
    }
    #expect(try refusal(data + [1, 2, 3]).byte == data.count)
    #expect(try refusal(data + [1, 2, 3]).message.contains("holds 12 and 3 bytes"))
}

@Test func aFileCutAtAnyByteIsRefused() throws {
    let data = small().data
    for length in Array(stride(from: 0, to: 1_100, by: 37)) + [255, 256, 1_023, 1_024, 1_025, data.count - 1] {
        #expect(try refusal(data.prefix(length)).byte == length)
    }
}

@Test(arguments: ["a.edf\n", "0001.edf\n", String(repeating: "a.edf\n", count: 9)])
func aShortTextIsNoFileThatWasCut(text: String) throws {
    #expect(try refusal(Data(text.utf8)).message.contains("neither an EDF nor a BDF"))
}

@Test(arguments: [
    ([0x1F, 0x8B, 8, 0], ": it is compressed (gzip): unpack it with gunzip"),
    ([0x50, 0x4B, 3, 4], ": it is a zip archive, or a spreadsheet: unpack it with unzip"),
    (Array("<!DOCTYPE html>".utf8), ": it is a web page, a login page perhaps: fetch the file again"),
    (Array("MATLAB 5.0 MAT-file, Platform".utf8), ": it is a MATLAB file"), (Array("W\nW\n".utf8), ""),
])
func whatIsNoRecordingSaysWhatItIs(start: [UInt8], words: String) throws {
    let refusal = try refusal(Data(start) + Data(repeating: 7, count: 600))
    #expect(refusal.message.hasSuffix("byte 0: it is neither an EDF nor a BDF file\(words)"), "\(refusal.message)")
}

@Test(arguments: [
    (0, "1", "neither an EDF nor a BDF"), (184, "999", "header of 999"), (252, "0   ", "0 signals"),
    (252, "-3  ", "signals"), (240, "\u{7}", "not ASCII"), (244, "soon    ", "soon"),
    (256 + 3 * 216, "99999999", "99999999 samples"), (244, "0       ", "can't hold"),
    (244, "0x1p0   ", "0x1p0"), (244, "1e9     ", "more than 30 years"), (244, "-1      ", "can't hold"),
    (176, "25.00.00", "start time is \"25.00.00\""), (176, "noon    ", "hh.mm.ss"),
])
func aWrongFieldIsRefused(byte: Int, text: String, words: String) throws {
    var data = small().data
    data.replaceSubrange(byte..<byte + text.utf8.count, with: Data(text.utf8))
    let refusal = try refusal(data)
    #expect(refusal.message.contains(words), "\(refusal.message)")
    #expect(refusal.byte == nil || refusal.byte == byte)
}

@Test func aChannelMayHaveAnotherNameInTheFile() throws {
    let folder = try TemporaryFolder()
    let file = try EDFFile(opening: small().write(to: folder.path("x.edf")))
    #expect(try file.signal(named: "EEG", renaming: ["C": "EEG"]) == 1)
    let unknown = #expect(throws: DatasetError.self) { try file.signal(named: "EEG", renaming: [:]) }
    #expect("\(try #require(unknown))".hasSuffix("it has A b, C; where one of them is it: --rename \"ITS NAME=EEG\""))
    let both = #expect(throws: DatasetError.self) { try file.signal(named: "A b", renaming: ["C": "A b"]) }
    #expect(
        "\(try #require(both))".hasSuffix(
            "2 channels in it may be \"A b\": A b (signal 1, 10 Hz in uV), C (signal 2, 4 Hz in uV): choose one, like "
                + "without --rename for all others"))
    #expect(throws: DatasetError.self) { try file.signal(named: "C", renaming: ["C": "EEG"]) }
}

@Test(arguments: [
    (256 + 3 * 104, "1000    ", "same"), (256 + 3 * 104, "n/a     ", "physical minimum is"),
    (256 + 3 * 112, "nan     ", "physical maximum is"), (256 + 3 * 112, "1e999   ", "physical maximum is"),
    (256 + 3 * 104, "-1.7e308", "32-bit numbers"),
    (256 + 3 * 120, "40000   ", "below"), (256 + 3 * 120, "-40000  ", "fit in 16 bits"),
])
func aSignalWithoutARangeIsRefusedOnlyWhereItIsWanted(byte: Int, text: String, words: String) throws {
    let folder = try TemporaryFolder()
    var data = small().data
    data.replaceSubrange(byte..<byte + text.utf8.count, with: Data(text.utf8))
    let (whole, file) = try (EDFFile(opening: small().write(to: folder.path("whole.edf"))), read(data, in: folder))
    let (flawed, other) = (whole.signals[0].name, whole.signals[1].name)
    #expect(file.signals.map(\.name) == whole.signals.map(\.name))
    let error = try #require(#expect(throws: DatasetError.self) { try file.signal(named: flawed) })
    #expect("\(error)".contains("byte \(byte)") && "\(error)".contains(words))
    #expect(throws: DatasetError.self) { try file.values(of: 0, 0..<1) }
    let samples = 0..<whole.signals[1].sampleCount
    #expect(try file.values(of: file.signal(named: other), samples) == whole.values(of: 1, samples))
}

@Test func aSignalWithoutSamplesIsRefusedOnlyWhereItIsWanted() throws {
    let folder = try TemporaryFolder()
    var bytes = small()
    bytes.signals.insert(EDFBytes.Signal(name: "spare", rate: 0, values: []), at: 1)
    let file = try EDFFile(opening: bytes.write(to: folder.path("x.edf")))
    let error = try #require(#expect(throws: DatasetError.self) { try file.signal(named: "spare") })
    #expect("\(error)".contains("0 samples in a data record"), "\(error)")
    let whole = try EDFFile(opening: small().write(to: folder.path("whole.edf")))
    #expect(try file.values(of: file.signal(named: "C"), 0..<48) == whole.values(of: 1, 0..<48))
}

/// A file that is read though a field of its header is not as EDF+ has it.
private func read(_ data: Data, in folder: TemporaryFolder) throws -> EDFFile {
    let path = folder.path("x.edf")
    try data.write(to: URL(filePath: path))
    return try EDFFile(opening: path)
}

@Test(arguments: [
    (8, "MCH-0234567    ", "byte 8: the patient's field has 1 of"),
    (8, "P017 female X X", "byte 8: the patient's sex is \"female\""),
    (8, "P017 F 1951 X", "byte 8: the patient's birthdate is \"1951\""),
    (8, "P\u{E9} X X X", "byte 9: the header has a letter that is not ASCII"),
    (88, "Startdate 24-APR-1989  ", "byte 88: the recording's field has 2 of"),
    (88, "Recorded at home", "byte 88: the recording's field does not begin with"),
    (88, "Startdate 24-apr-1989 X X X", "byte 98: the month of the start date 24-apr-1989"),
    (88, "Startdate 02-MAR-2002 X X X", "byte 98: the recording's start date is 02-MAR-2002"),
    (88, "Startdate 30-FEB-2002 X X X", "byte 98: the recording's start date is \"30-FEB-2002\", no day"),
    (168, "24/04/89", "byte 168: the start date is \"24/04/89\", read as dd.mm.yy"),
    (176, "22:00:00", "byte 176: the start time is \"22:00:00\", read as hh.mm.ss"),
    (192, "     ", "byte 192: it does not say EDF+"),
])
func whatDecidesAboutNoValueIsReadAndNoted(byte: Int, text: String, words: String) throws {
    let folder = try TemporaryFolder()
    var data = small().data
    let padding = byte == 8 || byte == 88 ? 80 - text.utf8.count : 0
    let field = Data(text.utf8) + Data(repeating: 0x20, count: padding)
    data.replaceSubrange(byte..<byte + field.count, with: field)
    let file = try read(data, in: folder)
    #expect(file.notes.count == 1 && file.notes[0].hasPrefix("\(file.path): \(words)"), "\(file.notes)")
    #expect(file.start == 609_458_400 && file.annotations.count == 2 && file.signals.count == 2)
}

@Test func aFileAsTheFormatHasItHasNoNotes() throws {
    let folder = try TemporaryFolder()
    #expect(try read(small().data, in: folder).notes == [])
}

@Test func aDateThatIsNoDayIsNoted() throws {
    let folder = try TemporaryFolder()
    var bytes = small()
    bytes.start = "00.00.0022.00.00"
    let file = try read(bytes.data, in: folder)
    #expect(
        file.start == 22 * 3_600
            && file.notes == ["\(file.path): byte 168: the start date is \"00.00.00\", which is no day like dd.mm.yy"])
}

@Test func unitsAndNamesMayHaveLettersOfLatin1() throws {
    let folder = try TemporaryFolder()
    var data = small().data
    data.replaceSubrange(256 + 3 * 96..<256 + 3 * 96 + 2, with: [0xB5, 0x56])
    let file = try read(data, in: folder)
    #expect(file.signals[0].unit == "\u{B5}V" && file.notes == [])
}

@Test func annotationsInLatin1AreReadAndCounted() throws {
    let folder = try TemporaryFolder()
    var bytes = small()
    bytes.annotations = [(0.5, 1, "kn~rt"), (1, nil, "Größe")]
    var data = bytes.data
    data.replaceSubrange(try #require(data.range(of: Data("~".utf8))), with: [0xF6])
    let file = try read(data, in: folder)
    #expect(file.annotations.map(\.text) == ["knört", "Größe"])
    #expect(file.notes == ["\(file.path): 1 annotation is no UTF-8, and read as Latin-1"])
}

@Test func recordsThatRunAwayFromTheFirstOneLittleByLittleAreNoWhole() throws {
    var bytes = MadeUpPSG.signals(epochs: 24)
    (bytes.kind, bytes.pause) = ("EDF+D", 0.0009)
    #expect(try refusal(bytes.data).message.contains("data record 556 begins 0.5004 s after the end of the 556 before"))
    bytes.pause = 0.0001
    #expect(try read(bytes.data, in: TemporaryFolder()).notes.count == 1)
}

@Test func aFileThatIsDiscontinuousInNameOnlyIsRead() throws {
    let folder = try TemporaryFolder()
    var bytes = small()
    bytes.kind = "EDF+D"
    let file = try read(bytes.data, in: folder)
    #expect(file.notes.count == 1 && file.notes[0].contains("byte 192: it says that it is discontinuous, but nothing"))
    for kind in ["EDF+D", "EDF+C"] {
        (bytes.kind, bytes.pause) = (kind, 2)
        let refusal = try refusal(bytes.data)
        #expect(refusal.message.contains("data record 1 begins 2.0 s after the end of the one before"))
        #expect(refusal.byte == bytes.data.count - 11 * ((bytes.data.count - 1_024) / 12))
    }
    var hypnogram = EDFBytes(stages: ["Sleep stage W"])
    hypnogram.kind = "EDF+D"
    #expect(try read(hypnogram.data, in: folder).annotations.count == 1)
}

@Test(arguments: [("+4\u{14}", "x4\u{14}", "no time at its start"), ("start\u{14}", "start!", "does not end")])
func aBrokenAnnotationIsRefusedAtItsByte(text: String, other: String, words: String) throws {
    var data = small().data
    let place = try #require(data.range(of: Data(text.utf8)))
    data.replaceSubrange(place, with: Data(other.utf8))
    let refusal = try refusal(data)
    #expect(refusal.message.contains(words))
    #expect((1_024..<data.count).contains(refusal.byte ?? 0))
}

@Test func noChangedByteCrashesIt() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("x.edf")
    let data = small().data
    for value: UInt8 in [0, 0x14, 0x15, 0x2B, 0x39, 0xFF] {
        for byte in Array(stride(from: 0, to: 1_024, by: 5)) + Array(stride(from: 1_024, to: data.count, by: 11)) {
            var changed = data
            changed[byte] = value
            try changed.write(to: URL(filePath: path))
            guard let file = try? EDFFile(opening: path) else { continue }
            for signal in file.signals.indices {
                let values = try? file.values(of: signal, 0..<file.signals[signal].sampleCount)
                #expect(values?.allSatisfy(\.isFinite) != false)
            }
        }
    }
}

@Test func whatIsNoFileIsNamed() throws {
    let folder = try TemporaryFolder()
    #expect(throws: DatasetError.unreadable(path: folder.path("no"), reason: "No such file or directory")) {
        try EDFFile(opening: folder.path("no"))
    }
    #expect(throws: DatasetError.unreadable(path: folder.url.path, reason: "it is a folder")) {
        try EDFFile(opening: folder.url.path)
    }
}

@Test(.enabled(if: Recordings.areHere, Comment(rawValue: Recordings.absence)))
func publishedFilesAreRead() throws {
    let signals = try EDFFile(opening: realFolder + "/short_psg.edf")
    #expect(
        signals.signals.map(\.name) == [
            "EEG Fpz-Cz", "EEG Pz-Oz", "EOG horizontal", "Resp oro-nasal", "EMG submental", "Temp rectal",
            "Event marker",
        ])
    #expect(signals.signals.map(\.rate) == [100, 100, 100, 1, 1, 1, 1] && signals.duration == 300)
    let hypnogram = try EDFFile(opening: realFolder + "/SC4001EC-Hypnogram.edf")
    #expect(hypnogram.signals.isEmpty && hypnogram.annotations.count == 154 && hypnogram.start == signals.start)
    #expect(hypnogram.annotations[0] == .init(onset: 0, duration: 30_630, text: "Sleep stage W"))
    #expect(hypnogram.annotations[153] == .init(onset: 79_500, duration: 6_900, text: "Sleep stage ?"))
    let many = try EDFFile(opening: realFolder + "/mne_test.edf")
    #expect(many.signals.count == 139 && many.annotations.count == 5)
    #expect(many.annotations.map(\.text) == ["start", "type A", "type A", "type B", "type A"])
}
