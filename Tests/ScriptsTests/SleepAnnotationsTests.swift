import Foundation
import TestKit
import Testing

/// A made-up record as `slpdb` has them, in the binary format of WFDB, and the texts that WFDB's tools print of it.
enum SleepAnnotations {
    /// Little-endian words of an annotation's code, in the six high bits, and the samples since the one before.
    private static func word(_ code: UInt16, _ value: UInt16) -> [UInt8] {
        let word = code << 10 | value
        return [UInt8(word & 255), UInt8(word >> 8)]
    }

    /// N at sample 19, V 250 samples on, a rhythm change that is no beat, and N after a SKIP of 70,000 samples.
    private static let beats: [UInt8] =
        word(1, 19) + word(5, 250) + word(28, 6) + word(63, 2) + Array("(N".utf8) + word(59, 0) + [1, 0, 0x70, 0x11]
        + word(1, 0) + word(0, 0)

    /// Notes at samples 1 and 7,500 with a subtype, a channel and a number; the second text has an odd length.
    static let notes: [UInt8] =
        word(22, 1) + word(63, 4) + Array("4 LA".utf8) + word(59, 0) + [0, 0, 0x4B, 0x1D] + word(22, 0) + word(61, 2)
        + word(62, 1) + word(60, 3) + word(63, 1) + Array("W\0".utf8) + word(0, 0)

    static let record: [String: Data] = [
        "slp99.hea": Data("slp99 4 250/0.033333333(94) 1800000 23:07:00 19/1/1989\n# 44 M 89\n".utf8),
        "slp99.ecg": Data(beats), "slp99.st": Data(notes), "slp99.dat": Data([0, 1, 2]),
    ]

    static let intervals =
        "    0:00.000\t[0]\t0.076\tN\t    0:00.076\n" + "    0:00.076\tN\t1.000\tV\t    0:01.076\n"
        + "    0:01.076\tV\t280.024\tN\t    4:41.100\n"

    static let stages =
        "Elapsed time  Sample #  Type  Sub Chan  Num\tAux\n" + "    0:00.004        1     \"    0    0    0\t4 LA\n"
        + "    0:30.000     7500     \"    2    1    3\tW\n"
}

/// `Scripts/slpdb-texts`.
@Suite(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/env"), "no env"))
struct SleepAnnotationsTests {
    private func convert(_ folder: TemporaryFolder) throws -> ProgramResult {
        let script = packageRoot.appending(path: "Scripts/slpdb-texts").path
        return try ProgramRun([folder.url.path], program: script).result(seconds: 60)
    }

    private func write(_ record: [String: Data], to folder: TemporaryFolder) throws {
        for (name, data) in record { try data.write(to: URL(filePath: folder.path(name))) }
    }

    @Test func annotationsThatAreCutAnywhereAreNamedWithTheByte() throws {
        for count in 0..<SleepAnnotations.notes.count {
            let folder = try TemporaryFolder()
            try write(SleepAnnotations.record, to: folder)
            try Data(SleepAnnotations.notes.prefix(count)).write(to: URL(filePath: folder.path("slp99.st")))
            let result = try convert(folder)
            #expect(result.status == 1)
            #expect(result.errors.contains("slp99.st, byte \(count): the file ends"), "\(result.errors)")
            #expect(try folder.contents.filter { $0.hasSuffix(".an") || $0.hasSuffix(".part") } == [])
        }
    }

    @Test func aTimeResolutionIsNoAnnotationAndSetsTheTimes() throws {
        let folder = try TemporaryFolder()
        try write(SleepAnnotations.record, to: folder)
        // Half as many samples a second as the record has: every time doubles. -1 and 1 behind it, as WFDB writes them.
        let note = Array("## time resolution: 125".utf8) + [0]
        let header: [UInt8] = [0, 88, UInt8(note.count - 1), 252] + note + [0, 236, 255, 255, 255, 255, 1, 0]
        try Data(header + SleepAnnotations.notes).write(to: URL(filePath: folder.path("slp99.st")))
        #expect(try convert(folder).status == 0)
        let text = try String(contentsOf: URL(filePath: folder.path("slp99.an")), encoding: .utf8)
        #expect(
            text.split(separator: "\n").dropFirst() == [
                "    0:00.008        2     \"    0    0    0\t4 LA", "    1:00.000    15000     \"    2    1    3\tW",
            ])
        let other = header.map { $0 == UInt8(ascii: "2") ? UInt8(ascii: "x") : $0 }
        try Data(other + SleepAnnotations.notes).write(to: URL(filePath: folder.path("slp99.st")))
        #expect(try convert(folder).errors.contains("slp99.st: its \"## time resolution: 1x5\" names no frequency"))
    }

    @Test(arguments: ["", "0", "-250", "inf", "nan", "1e-320", "Hz"])
    func aHeaderWithoutAFrequencyIsNamed(frequency: String) throws {
        let folder = try TemporaryFolder()
        try write(SleepAnnotations.record, to: folder)
        try folder.write("slp99 4 \(frequency)\n", to: "slp99.hea")
        let result = try convert(folder)
        #expect(result.status == 1 && result.errors.contains("slp99.hea: its first line"), "\(result.errors)")
    }
}
