import Foundation
import TestKit
import Testing

private let start = 1_709_326_800  // 2024-03-01T21:00:00Z

/// The command that makes a dataset of a watch's table and the hypnogram of a polysomnograph beside it, both made up.
private func run(in folder: TemporaryFolder, _ more: [String]) throws -> ProgramResult {
    let rows = (0..<400).map { "P1,\(start - 300 + 5 * $0),\(60 + $0 / 6 % 7)\n" }
    try folder.write("id,time,bpm\n" + rows.joined(), to: "watch.csv")
    let stages = (0..<40).map { epoch in
        String(format: "2024-03-01 22:%02d:%02d,%@\n", epoch / 2, epoch % 2 * 30, epoch < 20 ? "W" : "N2")
    }
    try folder.write("datetime,stage\n" + stages.joined(), to: "P1-night.csv")
    let arguments = [
        "data", "table", "--file", folder.path("watch.csv"), "--subject", "id", "--time-column", "time",
        "--heart-rate", "bpm", "--vocabulary", "stage", "--out", folder.path("out"), "--hypnogram",
        folder.path("P1-night.csv"),
    ]
    return try ProgramRun(arguments + more).result()
}

@Test func aWatchGetsTheLabelsOfThePolysomnographBesideIt() throws {
    let folder = try TemporaryFolder()
    let made = try run(in: folder, ["--time-zone", "Europe/Berlin", "--own-time-zones"])
    #expect(made.status == 0, "\(made.errors)")
    #expect(made.output.contains("40 samples of 20 x 1 values (table-night), 1 subject, 1 recording"))
    // Half an hour around the night is looked at.
    #expect(!made.errors.contains("in no hypnogram"))
    let inspected = try ProgramRun.ssrm("data", "inspect", folder.path("out"))
    #expect(inspected.output.contains("W 20, N2 20"), "\(inspected.output)")
}

@Test(arguments: [
    ([], "--hypnogram goes with --time-column, and with --time-zone"),
    (["--time-zone", "Europe/Berlin", "--label", "id"], "leave --label, --recording and --max-gap out"),
    (
        ["--time-zone", "Europe/Berlin", "--label-map", "a=W"],
        "--label-map is about --label; of texts in a --hypnogram"
    ),
    (["--time-zone", "Europe/Berlin", "--hypnogram-start", "a", "b"], "must be given once for each --hypnogram"),
    (["--time-zone", "Europe/Berlin", "--hypnogram-offset", "nan"], "must be a number of seconds within three years"),
    (["--seconds-from-start"], "--hypnogram needs the times of a clock"),
])
func whatDoesNotGoWithAHypnogramIsRefused(more: [String], words: String) throws {
    let refused = try run(in: TemporaryFolder(), more)
    #expect(refused.status == 2 && refused.errors.contains(words), "\(refused.errors)")
}

@Test func whatGoesWithAHypnogramAloneIsRefusedWithoutOne() throws {
    for option in [
        ["--hypnogram-start", "a"], ["--hypnogram-offset", "1"], ["--stage-map", "a=W"], ["--scorer", "a"],
    ] {
        let refused = try ProgramRun(
            ["data", "table", "--file", "a", "--subject", "b", "--time-column", "c", "--values", "d"]
                + ["--vocabulary", "stage", "--out", "e"] + option
        ).result()
        #expect(
            refused.status == 2 && refused.errors.contains("\(option[0]) goes with --hypnogram"), "\(refused.errors)")
    }
}
