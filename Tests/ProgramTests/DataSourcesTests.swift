import Datasets
import Foundation
import TestKit
import Testing

private func made(_ arguments: [String]) throws -> DataSummary {
    let result = try ProgramRun(["data"] + arguments + ["--json"]).result()
    #expect(result.status == 0, "\(result.errors)")
    return try JSONDecoder().decode(DataSummary.self, from: Data(result.output.utf8))
}

/// A record of 20 sleep epochs with a beat a second.
private func writeRecord(
    to folder: TemporaryFolder, name: String = "slp02a", beats: String? = nil, stages: String? = nil
) throws {
    try folder.write("\(name) 4 250 150000\n", to: "slpdb/\(name).hea")
    let intervals = (0..<599).map { "\($0) N 1.000 N \($0 + 1)\n" }.joined()
    try folder.write(beats ?? intervals, to: "slpdb/\(name).rr")
    let notes = (0..<20).map { "\($0 * 30) \($0 * 7500) \" 0 0 0 \($0 < 3 ? "W" : $0 < 5 ? "MT" : "2")\n" }.joined()
    try folder.write(stages ?? notes, to: "slpdb/\(name).an")
}

@Test func whatIsLeftOutOfManyFilesAlikeIsOneLineAndAllOfItInTheSummary() throws {
    let folder = try TemporaryFolder()
    for name in ["slp03", "slp04", "slp14", "slp16"] { try writeRecord(to: folder, name: name) }
    let arguments = ["slpdb", "--root", folder.path("slpdb"), "--out", folder.path("out")]
    let told = try ProgramRun(["data"] + arguments).result().errors.split(separator: "\n")
    #expect(
        told.filter { $0.hasPrefix("skipped") } == [
            "skipped 8 annotations of 4 files (slp03.an 2, slp04.an 2, slp14.an 2 and 1 more): not a stage (W, 1, 2, 3, 4, "
                + "R): \"MT\"", "skipped 8 annotations in all",
        ])
    #expect(try made(arguments).skipped.map(\.count) == [2, 2, 2, 2])
}

@Test func recordsOfHeartBeatsBecomeADataset() throws {
    let folder = try TemporaryFolder()
    try writeRecord(to: folder)
    try folder.write("", to: "slpdb/slp03.hea")
    let arguments = ["slpdb", "--root", folder.path("slpdb"), "--out", folder.path("out")]
    let summary = try made(arguments)
    #expect((summary.kind, summary.samples, summary.rows, summary.columns) == ("slpdb", 20, 25, 11))
    #expect((summary.subjects, summary.recordings) == (1, 1))
    #expect(summary.skipped.map(\.kind) == [.recording, .annotation])
    #expect(try made(arguments).digest == summary.digest)
    let few = try made(arguments + ["--features", "hr,lf-night", "--window", "3"])
    #expect((few.rows, few.columns) == (2, 3))
    #expect(try made(arguments + ["--features", "hr", "--features", "lf-night", "--window", "3"]).digest == few.digest)
    let result = try ProgramRun(["data"] + arguments).result()
    #expect(result.errors.contains("skipped 2 annotations of \(folder.path("slpdb/slp02a.an")): not a stage"))
    #expect(result.errors.contains("skipped 2 annotations, 1 recording in all"))
    #expect(result.output.contains("20 samples of 25 x 11 values (slpdb), 1 subject, 1 recording"))
}

@Test func badRecordsOfHeartBeatsGetOneLine() throws {
    let folder = try TemporaryFolder()
    let arguments = ["slpdb", "--root", folder.path("slpdb"), "--out", folder.path("out")]
    #expect(
        try refusal(arguments, in: folder).contains("can't read \(folder.path("slpdb")): No such file or directory"))
    try folder.write("", to: "slpdb/slp01.hea")
    #expect(try refusal(arguments, in: folder).contains("slp01.hea: there is no slp01.rr and slp01.an beside it;"))
    try writeRecord(to: folder, beats: "0 N 1.000 N 1\n1 N x N 2\n")
    #expect(
        try refusal(arguments, in: folder).contains("slp02a.rr, line 2, column 3: \"x\" is not a number of seconds"))
    try writeRecord(to: folder, stages: "\r\n")
    #expect(
        try refusal(arguments, in: folder).contains(
            "; \(folder.path("slpdb/slp02a.hea")): no sleep"))
    try writeRecord(to: folder, stages: "[23:07:00.000 19/01/1989] 1 \" 0 0 0 W\n")
    #expect(try refusal(arguments, in: folder).contains("slp02a.an, line 1: the time of day is given"))
    try Data(Array("0:00 1 \" 0 0 0 W\n0:30 7500 \" 0 0 0 W".utf8) + [0xE9, 0x0A]).write(
        to: folder.url.appending(path: "slpdb/slp02a.an"))
    #expect(
        try refusal(arguments, in: folder).contains(
            "slp02a.an, line 2: 0xE9 (byte 36 of the file) is no UTF-8; it looks"))
    try writeRecord(to: folder)
    let over = Array(arguments.dropLast()) + [folder.path("slpdb/slp02a.rr")]
    #expect(try refusal(over, in: folder).contains("it belongs to what this command reads"))
    // A folder of links to files that lie elsewhere.
    try FileManager.default.moveItem(atPath: folder.path("slpdb/slp02a.rr"), toPath: folder.path("beats"))
    try FileManager.default.createSymbolicLink(
        atPath: folder.path("slpdb/slp02a.rr"), withDestinationPath: folder.path("beats"))
    let elsewhere = Array(arguments.dropLast()) + [folder.path("beats")]
    #expect(try refusal(elsewhere, in: folder).contains("it belongs to what this command reads"))
}

/// Two nights of so many sleep epochs, with mixed line ends.
private func table(of id: String, epochs: Int = 12) -> String {
    let rows = (0..<2 * epochs).map { "\(id),\($0 / epochs),\($0 % epochs),\($0 % 5),6\($0 % 10)\r\n" }
    return "id,night,epoch,stage,hr\n" + rows.joined()
}

private let nights = table(of: "a")
private let timed = [
    "table", "--file", "x", "--time-column", "t", "--vocabulary", "stage", "--subject-name", "a", "--out", "y",
]
private let roles = [
    "--subject", "id", "--recording", "night", "--position", "epoch", "--label", "stage", "--vocabulary", "stage",
]

@Test func aTableBecomesADataset() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(nights, to: "a.csv")
    let other = try folder.write(table(of: "b"), to: "b.csv")
    let out = folder.path("out")
    let map = ["--label-map", "0=W,1=N1,2=N2,3=N3,4=REM"]
    let arguments = ["table", "--file", path, "--file", other] + roles + map + ["--out", out]
    let summary = try made(arguments + ["--values", "hr", "--window", "5"])
    #expect((summary.kind, summary.samples, summary.rows, summary.columns) == ("table", 48, 1, 5))
    #expect((summary.subjects, summary.recordings, summary.skipped) == (2, 4, []))
    #expect(try made(arguments + ["--values-from", "*", "--rows", "1"]).columns == 1)
    let data = try Dataset(opening: out)
    #expect(try data.labels(under: .wake).prefix(6) == [0, 1, 1, 1, 1, 0])
}

@Test func inspectionShowsWhatADatasetWasJoinedOf() throws {
    let folder = try TemporaryFolder()
    var digests: [String] = []
    for id in ["a", "b"] {
        let path = try folder.write(table(of: id), to: "\(id).csv")
        let map = ["--label-map", "0=W,1=N1,2=N2,3=N3,4=REM"]
        let arguments = ["table", "--file", path] + roles + map + ["--values", "hr", "--out", folder.path(id)]
        digests.append(try made(arguments).digest)
    }
    _ = try ProgramRun.ssrm("data", "join", folder.path("a"), folder.path("b"), "--out", folder.path("ab"))
    let contents = try ProgramRun.ssrm("data", "inspect", folder.path("ab")).output
    #expect(contents.contains("source      a: table, 2 recordings, digest \(digests[0])"))
    #expect(contents.contains("source      b: table, 2 recordings, digest \(digests[1])"))
    let json = try ProgramRun.ssrm("data", "inspect", folder.path("ab"), "--json").output
    #expect(json.contains("\"sources\":[{\"digest\":\"\(digests[0])\""))
}

@Test func timedValuesBecomeADataset() throws {
    let folder = try TemporaryFolder()
    let rows = (0..<60).map { "2024-03-01 22:\($0 / 4 + 10):\($0 % 4)5,\(60 + $0 / 2)\n" }
    let path = try folder.write("Heart Rate Export\ntime,bpm\n" + rows.joined(), to: "heart.csv")
    let arguments = [
        "table", "--file", path, "--skip-lines", "1", "--subject-name", "ada", "--time-column", "time", "--time-zone",
        "Europe/Berlin", "--values", "bpm", "--units", "1/min", "--vocabulary", "stage", "--out", folder.path("out"),
    ]
    let summary = try made(arguments)
    #expect((summary.samples, summary.rows, summary.subjects, summary.recordings) == (30, 1, 1, 1))
    #expect(try Dataset(opening: folder.path("out")).recordings == ["ada/2024-03-01T21:10:05Z"])
    let wrong = arguments.map { $0 == "Europe/Berlin" ? "Europe/Bonn" : $0 }
    let result = try ProgramRun(["data"] + wrong, in: folder.url.path).result()
    #expect(result.errors.contains("there is no time zone Europe/Bonn") && result.status != 0)
    for letters in ["BST", "EST", "CET"] {
        let letters = try ProgramRun(["data"] + arguments.map { $0 == "Europe/Berlin" ? letters : $0 }).result()
        #expect(letters.errors.contains("stands for several zones") && letters.status != 0)
    }
}

@Test func aPulseAndStagesThatLastComeFromTwoFiles() throws {
    let folder = try TemporaryFolder()
    func clock(_ minute: Int) -> String {
        "2024-03-01 2\(1 + minute / 60):\(minute % 60 < 10 ? "0" : "")\(minute % 60):00"
    }
    let pulse = (0..<120).map { "\(clock($0)),\(60 + $0 % 9)\n" }.joined()
    let stages = (0..<12).map { "\(clock(10 * $0)),\(["wake", "light", "deep", "rem"][$0 % 4]),600\n" }.joined()
    let (values, labels) = (
        try folder.write("Time,Value\n" + pulse, to: "pulse.csv"),
        try folder.write("dateTime,level,seconds\n" + stages, to: "sleep.csv")
    )
    let arguments = [
        "table", "--file", values, "--label-file", labels, "--subject-name", "ada", "--time-column", "Time",
        "--label-time", "dateTime", "--time-zone", "Europe/Berlin", "--label", "level", "--label-seconds", "seconds",
        "--label-map", "light=N2,deep=N3", "--heart-rate", "Value", "--bridge", "90", "--vocabulary", "stage",
        "--out", folder.path("out"),
    ]
    let summary = try made(arguments)
    #expect((summary.samples, summary.rows, summary.recordings) == (239, 20, 1))
    let dataset = try Dataset(opening: folder.path("out"))
    #expect((0..<239).allSatisfy { dataset.code(of: $0) != nil })
    let over = try refusal(arguments.dropLast() + [labels], in: folder)
    #expect(over.contains("it belongs to what this command reads"))
}

@Test func badTablesGetOneLine() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(nights, to: "a.csv")
    let out = ["--out", folder.path("out")]
    let map = ["--label-map", "0=W,1=N1,2=N2,3=N3,4=REM"]
    func refused(_ extra: [String], _ content: String? = nil) throws -> String {
        if let content { try folder.write(content, to: "a.csv") }
        return try refusal(["table", "--file", path] + roles + extra + out, in: folder)
    }
    let values = ["--values", "hr"]
    #expect(
        try refused(["--values", "heart"] + map).contains("line 1: there is no column \"heart\"; there are \"id\""))
    #expect(try refused(["--values", "Hr"] + map).contains("did you mean \"hr\"?"))
    #expect(try refused(values).contains("line 2: column \"stage\": \"0\" is not a label of stage"))
    let unknown = try ProgramRun(
        ["data", "table", "--file", path] + roles + values + ["--label-map", "0=up"] + out
    ).result()
    #expect(unknown.status == 2 && unknown.errors.contains("--label-map: up is not a label of stage: use one of W, N1"))
    #expect(try refused(values + map + ["--rows", "2"]).contains("1 columns of values are no map of 2 rows"))
    #expect(
        try refused(values + map, nights + "a,0,3,3,99\n").contains("line 26: position 3 of a's recording 0 is also at")
    )
    #expect(
        try refused(values + map, nights + "a,0,30,3,x\n").contains(
            "line 26: column \"hr\": \"x\" is not a finite number"))
    #expect(try refused(values + map, nights + "a,0,-30,3,1\n").contains("\"-30\" is not a whole number from 0"))
    #expect(
        try refused(values + map, table(of: "a", epochs: 5)).contains(" sleep epochs: fewer than 10 in a row"))
    #expect(try refused(values + map, "").contains("a.csv is empty"))
    try folder.write(nights, to: "a.csv")
    let same = try refusal(["table", "--file", path] + roles + map + values + ["--out", path], in: folder)
    #expect(same.contains("it belongs to what this command reads"))
    #expect(try String(contentsOf: folder.url.appending(path: "a.csv"), encoding: .utf8) == nights)
}

@Test func madeUpNightsAreTheSameForTheSameOptions() throws {
    let folder = try TemporaryFolder()
    let arguments = ["synthetic", "--kind", "night", "--subjects", "2", "--seed", "4", "--out", folder.path("out")]
    let summary = try made(arguments)
    #expect((summary.kind, summary.rows, summary.columns, summary.recordings) == ("synthetic-night", 7, 11, 2))
    let bytes = try Data(contentsOf: folder.url.appending(path: "out"))
    #expect(try made(arguments).digest == summary.digest)
    #expect(try Data(contentsOf: folder.url.appending(path: "out")) == bytes)
    #expect(try made(arguments + ["--window", "1"]).columns == 1)
    let contents = try ProgramRun.ssrm("data", "inspect", folder.path("out")).output
    #expect(contents.contains("schemes     wake, three, four, five"))
}

@Test(arguments: [
    ["slpdb", "--root", "x", "--out", "y", "--features", "hr,heart"],
    ["slpdb", "--root", "x", "--out", "y", "--window", "2"],
    ["slpdb", "--root", "x", "--out", "y", "--features", "hr,hr"], ["table", "--file", "x", "--out", "y"],
    ["table", "--file", "x"] + roles + ["--out", "y"],
    ["table", "--file", "x"] + roles + ["--out", "y", "--values", "a", "--values-from", "b"],
    ["table", "--file", "x"] + roles + ["--out", "y", "--values", "a", "--rows", "2", "--window", "3"],
    ["table", "--file", "x"] + roles + ["--out", "y", "--values", "a", "--label-map", "0"],
    ["table", "--file", "x"] + roles + ["--out", "y", "--values", "a", "--label-map", "0=W,0=N1"],
    ["table", "--file", "x"] + roles + ["--out", "y", "--values", "a", "--label-map", "=W"],
    ["table", "--file", "x"] + roles + ["--out", "y", "--values", "a", "--delimiter", "x"],
    ["table", "--file", "x"] + roles + ["--out", "y", "--values", "a", "--position-step", "0"],
    ["table", "--file", "x"] + roles + ["--out", "y", "--values", "a", "--skip-lines", "-1"],
    ["table", "--file", "x"] + roles + ["--out", "y", "--values", "a", "--subject-name", "a"],
    ["table", "--file", "x"] + roles + ["--out", "y", "--values", "a", "--time-column", "a"],
    ["table", "--file", "x"] + roles + ["--out", "y", "--values", "a", "--time-zone", "UTC"],
    ["table", "--file", "x"] + roles + ["--out", "y", "--values", "a", "--units", "1/min,"],
    ["table", "--file", "x", "--time-column", "t", "--vocabulary", "posture", "--subject-name", "a"]
        + ["--out", "y", "--values", "a"],
    ["table", "--file", "x"] + roles + ["--out", "y", "--heart-rate", "a"],
    ["table", "--file", "x", "--time-column", "t", "--vocabulary", "stage", "--subject-name", "a"]
        + ["--out", "y", "--values", "a", "--activity", "b"],
    ["table", "--file", "x"] + roles + ["--out", "y", "--values", "a", "--label-end", "b"],
    ["table", "--file", "x"] + roles + ["--out", "y", "--values", "a", "--label-file", "b"],
    timed + ["--values", "a", "--label-seconds", "b"],
    timed + ["--values", "a", "--label", "l", "--label-seconds", "b", "--label-end", "c"],
    timed + ["--values", "a", "--label", "l", "--label-time", "b"],
    timed + ["--values", "a", "--bridge", "60"],
    timed + ["--heart-rate", "a", "--bridge", "29"],
    ["synthetic", "--kind", "night", "--subjects", "1", "--seed", "1", "--out", "y", "--window", "2"],
    ["synthetic", "--kind", "night", "--subjects", "1", "--seed", "1", "--out", "y", "--maps-per-posture", "2"],
    ["synthetic", "--kind", "pressure", "--subjects", "1", "--seed", "1", "--out", "y", "--window", "3"],
])
func optionsThatDoNotFitSayHowTheCommandIsUsed(arguments: [String]) throws {
    let folder = try TemporaryFolder()
    let result = try ProgramRun(["data"] + arguments, in: folder.url.path).result()
    #expect(result.status != 0 && result.output.isEmpty)
    #expect(result.errors.contains("Usage: ssrm data \(arguments[0])"))
    #expect(try folder.contents == [])
}
