import Datasets
import Foundation
import TestKit
import Testing

/// Numbers that no sensor writes: beyond what an Int or a Float holds, at the ends of what a Double does, and close to
/// nothing.
private let absurdNumbers = [
    "1e30", "-1e30", "1e300", "-1e300", "1.7e308", "-1.7e308", "9223372036854775807", "9223372036854775808",
    "-9223372036854775809", "4e-320", "1e400", "-0",
]

/// A number in one of the files that a command of `ssrm data` reads.
private struct Place: CustomTestStringConvertible, Sendable {
    let testDescription: String
    /// Writes all files, with a number at this place, and returns the command's arguments.
    let arguments: @Sendable (_ folder: TemporaryFolder, _ number: String) throws -> [String]

    init(_ description: String, _ arguments: @escaping @Sendable (TemporaryFolder, String) throws -> [String]) {
        (testDescription, self.arguments) = (description, arguments)
    }

    /// How a night's stages come.
    private enum Stages { case edf, lines, none }

    static let all = sleepAccel + published + slpdb + table + edf + radar

    private static func lines(_ count: Int, _ line: (Int) -> String) -> String {
        (0..<count).map { line($0) + "\n" }.joined()
    }

    // MARK: - Text

    private static let sleepAccel = [
        ("labels' time", 0), ("stage", 1), ("heart rate's time", 2), ("heart rate", 3), ("motion's time", 4),
        ("motion", 5),
        ("motion along x", 6), ("steps' time", 7), ("steps", 8),
    ].flatMap { name, field in
        [
            ["--features", "count,hr,time,cosine,steps"], ["--features", "night"],
            ["--content", "windows", "--channels", "x,z,magnitude,hr"],
        ].map {
            options in
            Place("sleep-accel: \(name), \(options[0])") { folder, number in
                func at(_ own: Int, _ row: Int, _ otherwise: String) -> String {
                    own == field && row == 12 ? number : otherwise
                }
                try folder.write(
                    lines(20) { "\(at(0, $0, "\($0 * 30)")) \(at(1, $0, "2"))" }, to: "root/labels/7_labeled_sleep.txt")
                try folder.write(
                    lines(130) { "\(at(2, $0, "\($0 * 5)")),\(at(3, $0, "\(60 + $0 % 9)"))" },
                    to: "root/heart_rate/7_heartrate.txt")
                try folder.write(
                    lines(7_000) {
                        "\(at(4, $0, "\(Double($0) / 10)")) \(at(6, $0, "0")) 0 \(at(5, $0, "\($0 % 3)"))"
                    }, to: "root/motion/7_acceleration.txt")
                try folder.write(
                    lines(20) { "\(at(7, $0, "\($0 * 60)")),\(at(8, $0, "\($0)"))" }, to: "root/steps/7_steps.txt")
                return ["sleep-accel", "--root", folder.path("root"), "--from", "raw"] + options
            }
        }
    }

    private static let published = ["time_feature", "count_feature", "psg_labels"].map { name in
        Place("published: \(name)") { folder, number in
            for file in ["count_feature", "time_feature", "psg_labels"] {
                let own = lines(12) {
                    $0 == 3 && file == name ? number : file == "psg_labels" ? "2" : "\(Double($0) / 120)"
                }
                try folder.write(own, to: "root/features_walch/7_\(file).out")
            }
            return ["sleep-accel", "--root", folder.path("root"), "--from", "published", "--features", "count,time"]
        }
    }

    private static let slpdb = ["samples a second", "samples", "annotation", "beat", "interval"].map { name in
        Place("slpdb: \(name)") { folder, number in
            let header =
                "slp01a 4 \(name == "samples a second" ? number : "250") \(name == "samples" ? number : "165000")\n"
            try folder.write(header, to: "root/slp01a.hea")
            try folder.write(
                lines(22) { "0:00.000 \($0 == 3 && name == "annotation" ? number : "\($0 * 7_500)") \" 0 0 0 2" },
                to: "root/slp01a.an")
            try folder.write(
                lines(600) {
                    let end = $0 == 40 && name == "beat" ? number : "\($0 + 1)"
                    return "\($0) N \($0 == 40 && name == "interval" ? number : "1.0") N \(end)"
                }, to: "root/slp01a.rr")
            return ["slpdb", "--root", folder.path("root")]
        }
    }

    private static let table = ["position", "value"].map { name in
        Place("table: \(name)") { folder, number in
            let rows = lines(15) {
                let (position, value) = $0 == 12 && name == "position" ? (number, "1") : ("\($0)", "1")
                return "A,n,\(position),W,\($0 == 12 && name == "value" ? number : value)"
            }
            try folder.write("id,night,epoch,stage,x\n" + rows, to: "table.csv")
            return [
                "table", "--file", folder.path("table.csv"), "--subject", "id", "--recording", "night", "--position",
                "epoch", "--label", "stage", "--values", "x", "--vocabulary", "stage",
            ]
        }
    }

    // MARK: - EDF

    /// Fields of the header of a file with one signal and, in EDF+, annotations: name, first byte.
    private static let edf =
        [
            ("duration of a record", 244, Stages.edf), ("duration of a record, stages as lines", 244, .lines),
            ("duration of a record, no stages", 244, .none), ("physical maximum", 256 + 112, .edf),
            ("digital maximum", 256 + 128, .edf),
        ].map { name, byte, stages in
            Place("edf: \(name)") { folder, number in
                let values = (0..<3_600).map { 50 * sin(Double($0)) }
                var file = EDFBytes(signals: [EDFBytes.Signal(name: "EEG", rate: 10, values: values)]).data
                put(number, at: byte, in: &file)
                try file.write(to: URL(filePath: folder.path("a.edf")))
                return try edfArguments(folder, stages)
            }
        }
        + ["onset", "duration"].map { name in
            Place("edf: an annotation's \(name)") { folder, number in
                let values = (0..<3_600).map { 50 * sin(Double($0)) }
                try EDFBytes(signals: [EDFBytes.Signal(name: "EEG", rate: 10, values: values)]).write(
                    to: folder.path("a.edf"))
                let arguments = try edfArguments(folder, .edf)
                var file = try Data(contentsOf: URL(filePath: folder.path("h.edf")))
                let mark = Data((name == "onset" ? "+90" : "\u{15}30").utf8)
                let range = try #require(file.range(of: mark))
                // As long as what it replaces takes the rest of the annotation's text.
                let text = Array((name == "onset" ? "+" : "\u{15}").utf8) + Array(number.utf8)
                file.replaceSubrange(range.lowerBound..<range.lowerBound + text.count, with: text)
                try file.write(to: URL(filePath: folder.path("h.edf")))
                return arguments
            }
        }

    private static func edfArguments(_ folder: TemporaryFolder, _ stages: Stages) throws -> [String] {
        let arguments = ["edf", "--signals", folder.path("a.edf"), "--channels", "EEG", "--rate", "10"]
        switch stages {
        case .edf: try EDFBytes(stages: Array(repeating: "Sleep stage W", count: 12)).write(to: folder.path("h.edf"))
        case .lines: try folder.write(lines(12) { _ in "W" }, to: "h.edf")
        case .none: return arguments + ["--row-seconds", "30"]
        }
        return arguments + ["--hypnogram", folder.path("h.edf")]
    }

    /// The physical maximum of the first signal of a radar's record.
    private static let radar = ["windows", "features"].map { content in
        Place("sleepbrl: physical maximum, \(content)") { folder, number in
            let stages = Array(repeating: "2", count: 12)
            var file = RadarModel(stages: stages, seed: 4).edf.data
            for signal in 0..<16 { put(number, at: 256 + 16 * 112 + 8 * signal, in: &file) }
            try folder.write("", to: "root/RECORDS")
            try file.write(to: URL(filePath: folder.path("root/sbj01.edf")))
            try RadarModel.annotations(stages).write(to: URL(filePath: folder.path("root/sbj01.edf.atr")))
            return ["sleepbrl", "--root", folder.path("root"), "--content", content]
        }
    }

    private static func put(_ number: String, at byte: Int, in file: inout Data) {
        let text = Array(number.utf8.prefix(8))
        file.replaceSubrange(byte..<byte + 8, with: text + Array(repeating: 0x20, count: 8 - text.count))
    }
}

@Test(arguments: Place.all)
private func anAbsurdNumberIsRefusedInOneLineOrUsed(place: Place) throws {
    for number in absurdNumbers {
        let folder = try TemporaryFolder()
        let arguments = try place.arguments(folder, number)
        let result = try ProgramRun(["data"] + arguments + ["--out", folder.path("out"), "--json"]).result()
        if result.status == 0 {
            _ = try Dataset(opening: folder.path("out"))
        } else {
            #expect(result.status == 1, "\(number): \(result.errors)")
            #expect(result.output.isEmpty && result.errors.count { $0 == "\n" } == 1, "\(number): \(result.errors)")
            #expect(result.errors.contains(folder.url.path) || result.errors.contains("recording"), "\(result.errors)")
        }
    }
}
