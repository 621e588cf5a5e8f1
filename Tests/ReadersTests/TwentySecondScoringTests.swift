import Datasets
import Foundation
import Readers
import TestKit
import Testing

private let stages = ["W", "N1", "N2", "N2", "N3", "REM"]

@Test func aListOfSleepEpochsOf20SecondsIsRefusedAsSuch() throws {
    let list = (0..<60).map { stages[$0 / 3 % 6] + "\n" }.joined()
    let error = try MadeUpHypnogram.refusal { try MadeUpHypnogram.source(list, epochs: 40) }
    #expect(
        error.hasPrefix(": it has a stage for each of 60 sleep epochs where ")
            && error.hasSuffix("lasts 40: as many as there are of 20 s: score or export it in sleep epochs of 30 s"))
}

@Test func aShiftedListIsRefusedOnlyWhereItFitsInSleepEpochsOf20SecondsAlone() throws {
    func source(_ count: Int, shift: Double) throws -> Polysomnography {
        let folder = try TemporaryFolder()
        let path = try folder.write((0..<count).map { stages[$0 / 3 % 6] + "\n" }.joined(), to: "stages")
        let signals = EDFBytes(signals: [
            EDFBytes.Signal(name: "c", rate: 1, values: (0..<1_200).map { Double($0 % 7) })
        ])
        let files = PolysomnographyFiles(
            signals: try signals.write(to: folder.path("night.edf")), hypnogram: path, hypnogramOffset: shift)
        return try Polysomnography([files], channels: ["c"])
    }
    // 1,200 s of signals: all of them, or those from 300 s on, in sleep epochs of 20 s.
    for (count, shift) in [(60, 30.0), (45, 300)] {
        let error = try MadeUpHypnogram.refusal { try source(count, shift: shift) }
        #expect(error.contains("as many as there are of 20 s"), "\(error)")
    }
    for (count, shift) in [(30, 300.0), (40, 30), (60, -600), (20, 0.5)] {
        #expect(try source(count, shift: shift).outline.recordings.count == 1)
    }
}

@Test func stretchesOfSleepEpochsOf20SecondsHaveTheStageOfTheirMiddleWhichIsNoted() throws {
    // Of 60, 40, 100, … s, all multiples of 20 s: the commonest is one of 30 s.
    let lengths = [60, 40, 60, 100, 60, 20, 60, 80, 60, 60, 40, 60]
    var (lines, onset) = ("", 0)
    for (index, length) in lengths.enumerated() {
        lines += "\(onset) \(length) \(stages[index % 6])\n"
        onset += length
    }
    let source = try MadeUpHypnogram.source(lines, epochs: Double(onset) / 30)
    #expect(
        MadeUpHypnogram.labels(source)
            == "W W N1 N2 N2 N2 N2 N2 N2 N3 N3 W W N1 N1 N1 N2 N2 N2 N2 N3 REM REM")
    #expect(
        source.notes.contains { $0.contains("its stages begin at multiples of 20 s: each sleep epoch of 30 s has") })
    let whole = lengths.indices.map { "\($0 * 60) 60 \(stages[$0 % 6])\n" }.joined()
    #expect(try !MadeUpHypnogram.source(whole, epochs: 24).notes.contains { $0.contains("multiples of") })
}

/// A timed table with a row and a label each so many seconds.
private func timed(each seconds: Int, rows: Int = 90) throws -> (data: Dataset, notes: [String]) {
    let folder = try TemporaryFolder()
    let lines = (0..<rows).map { "\(1_709_326_800 + seconds * $0),\(60 + $0 % 9),\(stages[$0 / 4 % 6])\n" }
    let path = try folder.write("time,bpm,stage\n" + lines.joined(), to: "a.csv")
    let source = try TimedTable(
        files: [path],
        columns: TableColumns(
            subject: .named("ada"), recording: nil, position: "time", label: "stage", values: .named(["bpm"])),
        labels: TableLabels(.stage))
    _ = try source.write(to: folder.path("data"))
    return (try Dataset(opening: folder.path("data")), source.notes)
}

@Test func labelsEach20SecondsAreTakenWhereTheirRowsAgreeAndNoted() throws {
    let (data, notes) = try timed(each: 20)
    for sample in 0..<data.samples.count {
        // The label of the 20 s in the middle; none where a sleep epoch begins with the last of one stage.
        let rows = (0..<90).filter { 20 * $0 >= 30 * sample && 20 * $0 < 30 * (sample + 1) }
        let labels = Set(rows.map { stages[$0 / 4 % 6] })
        #expect(data.code(of: sample).map { data.codes[$0] } == (labels.count == 1 ? labels.first : nil))
    }
    #expect(notes.contains { $0.hasPrefix("labels stand 20 s apart: a sleep epoch of 30 s has the label of the rows") })
    for seconds in [10, 15, 30] {
        #expect(try !timed(each: seconds).notes.contains { $0.hasPrefix("labels stand") })
    }
}
