import Foundation
import TestKit
import Testing

@Test func aTablesHeartRateAndActivityAreDrawnByTheirOwnNames() throws {
    let folder = try TemporaryFolder()
    let rows = (0..<40).map { "a,a1,\($0),\($0 / 10 % 2 == 0 ? "W" : "N2"),\(60 + $0),\($0 % 5)\n" }
    let table = try folder.write("id,night,epoch,stage,hr,act\n" + rows.joined(), to: "table.csv")
    let answers = (0..<40).map { "a,a1,\($0),\($0 / 10 % 2 == 0 ? "wake,0.9,0.1" : "sleep,0.2,0.8")\n" }
    let given = try folder.write("subject,recording,position,label,p_wake,p_sleep\n" + answers.joined(), to: "a.csv")
    let (data, page) = (folder.path("table.safetensors"), folder.path("page.html"))
    let made = try ProgramRun.ssrm(
        "data", "table", "--file", table, "--subject", "id", "--recording", "night", "--position", "epoch",
        "--label", "stage", "--vocabulary", "stage", "--values", "hr,act", "--units", "bpm,count", "--out", data)
    try #require(made.status == 0, "\(made.errors)")
    let result = try ProgramRun.ssrm("report", data, given, "--out", page)
    #expect(result.status == 0, "\(result.errors)")
    let html = try String(contentsOfFile: page, encoding: .utf8)
    #expect(html.contains("<bdi>hr</bdi>, bpm</p>") && html.contains("<bdi>act</bdi>, count</p>"))
    #expect(!html.contains("variation of the heart rate"))
    #expect(html.contains("Sleep epoch by sleep epoch"))
}
