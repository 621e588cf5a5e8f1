import Datasets
import Foundation
import Readers
import TestKit
import Testing

private let start = 1_709_326_800  // 2024-03-01T21:00:00Z

/// A label, in seconds from `start` on.
private typealias Span = (from: Int, to: Int, label: String)

/// A pulse every so many seconds, and labels of some length, in one file or in two.
private struct Watch {
    var spans: [Span] = [(0, 300, "W"), (300, 900, "N2"), (900, 1_200, "N3"), (1_200, 1_500, "REM")]
    var pulseSeconds = 10
    var lasting: TableColumns.LabelEnd? = .time("until")
    var ownFile = true

    private var columns: TableColumns {
        var columns = TableColumns(
            subject: .named("ada"), recording: nil, position: "time", label: "level", values: .named(["bpm"]))
        columns.labelEnd = lasting
        return columns
    }

    private func pulse(_ suffix: String) -> [String] {
        stride(from: 0, to: 1_500, by: pulseSeconds).map { "\(start + $0),\(60 + $0 / 30 % 7)\(suffix)" }
    }

    private func labels(_ prefix: String) -> [String] {
        spans.map { "\(start + $0.from)\(prefix),\($0.label),\(start + $0.to),\($0.to - $0.from)" }
    }

    /// The arguments that the two readers have in common, once the files are written.
    private func files(in folder: TemporaryFolder) throws -> (paths: [String], labels: LabelFiles?) {
        func write(_ lines: [String], _ name: String) throws -> String {
            try folder.write(lines.map { $0 + "\n" }.joined(), to: name)
        }
        guard ownFile else {
            let lines = ["time,bpm,level,until,lasts"] + pulse(",,,") + labels(",")
            return ([try write(lines, "a.csv")], nil)
        }
        let labels = try write(["begin,level,until,lasts"] + labels(""), "labels.csv")
        return ([try write(["time,bpm"] + pulse(""), "a.csv")], LabelFiles(paths: [labels], time: "begin"))
    }

    func table(longestGap: Double = 3600) throws -> (labels: String, source: TimedTable) {
        let folder = try TemporaryFolder()
        let (paths, labels) = try files(in: folder)
        let source = try TimedTable(
            files: paths, columns: columns, labels: TableLabels(.stage), labelFiles: labels, longestGap: longestGap)
        return (Self.text(source.outline), source)
    }

    func nights(bridge: Double = 0) throws -> (labels: String, source: TimedNights) {
        let folder = try TemporaryFolder()
        let (paths, labels) = try files(in: folder)
        let source = try TimedNights(
            files: paths, columns: columns, heartRate: "bpm", activity: nil, labels: TableLabels(.stage),
            labelFiles: labels, bridge: bridge)
        return (Self.text(source.outline), source)
    }

    func refusal(sourceLocation: SourceLocation = #_sourceLocation) -> String {
        do {
            _ = try table()
        } catch {
            return "\(error)".replacing(/^.*\//, with: "")
        }
        Issue.record("it was read", sourceLocation: sourceLocation)
        return ""
    }

    private static func text(_ outline: DatasetOutline) -> String {
        outline.recordings.map { recording in
            recording.labels.map { $0.map { outline.codes[$0] } ?? "-" }.joined(separator: " ")
        }.joined(separator: " | ")
    }
}

private func times(_ count: Int, _ label: String) -> [String] { Array(repeating: label, count: count) }
private let whole = (times(10, "W") + times(20, "N2") + times(10, "N3") + times(10, "REM")).joined(separator: " ")

@Test(arguments: [true, false], [TableColumns.LabelEnd.time("until"), .seconds("lasts")])
func aLabelThatLastsIsThatOfEachSleepEpochInIt(ownFile: Bool, lasting: TableColumns.LabelEnd) throws {
    let watch = Watch(lasting: lasting, ownFile: ownFile)
    let (labels, source) = try watch.table()
    #expect(labels == whole)
    #expect(source.outline.subjects == ["ada"])
    #expect(try watch.nights().labels == whole)
}

@Test func aSleepEpochHasTheLabelOfMoreThanHalfOfIt() throws {
    // The third sleep epoch: 16 s of W and 14 s of N2; the fourth has half of each; the fifth 10 s of N1 within N2.
    let watch = Watch(spans: [
        (0, 76, "W"), (76, 105, "N2"), (105, 120, "W"), (120, 130, "N2"), (130, 140, "N1"), (140, 300, "N2"),
        (300, 1_500, "N3"),
    ])
    let (labels, source) = try watch.table()
    #expect(labels.hasPrefix("W W W - N2 N2 N2 N2 N2 N2 N3"))
    #expect(source.notes.contains("1 sleep epoch with different labels is without one"))
}

@Test func twoDevicesThatDifferLeaveNoLabelAndTwoThatAgreeTheirs() throws {
    let labels = try Watch(spans: [(0, 1_500, "N2"), (0, 90, "N2"), (300, 360, "W"), (600, 610, "W")]).table().labels
    #expect(labels == (times(10, "N2") + ["-", "-"] + times(38, "N2")).joined(separator: " "))
}

@Test func aLabelThatReachesOverAGapHoldsTheRecordingTogether() throws {
    let long = Watch(spans: [(0, 1_500, "N2")], pulseSeconds: 30)
    #expect(try long.table(longestGap: 30).source.outline.recordings.count == 1)
    // A pulse every 100 s: without the label each would be a recording of its own.
    let sparse = Watch(spans: [(0, 1_500, "N2")], pulseSeconds: 100)
    let notes = try sparse.nights(bridge: 100).source.notes
    #expect(notes.contains { $0.contains("32 sleep epochs without a heart rate count as having one") }, "\(notes)")
}

@Test func heartRatesFurtherApartThanASleepEpochAreBridgedOnlyWhereThatIsAsked() throws {
    let watch = Watch(pulseSeconds: 60)
    let (labels, source) = try watch.nights()
    #expect(labels.split(separator: " ").count { $0 == "-" } == 24)
    #expect(source.notes.contains { $0.contains("its heart rates stand 60 s apart: --bridge 90 takes") })
    // The last pulse is at 1,440 s, and behind it nothing is made up.
    #expect(try watch.nights(bridge: 60).labels == String(whole.dropLast(4)))
    #expect(try watch.nights(bridge: 59).labels == labels)
}

@Test func labelsThatLastAndAreNotSaidToAreNotedOrRefused() throws {
    // As a label of its own moment each is that of one sleep epoch.
    let watch = Watch(lasting: nil)
    #expect(
        try watch.table().source.notes.contains { $0.contains("4 of its 50 sleep epochs have a label, and nearly") })
    let error = #expect(throws: DatasetError.self) { try watch.nights() }
    #expect(error?.description.contains("with --label-end or --label-seconds, or give a row with the stage") == true)
}

@Test func aLabelThatLastsNoTimeIsNone() throws {
    let (labels, source) = try Watch(spans: [(0, 0, "W"), (0, 1_500, "N2")]).table()
    #expect(labels == times(50, "N2").joined(separator: " "))
    #expect(source.skipped.contains { $0.path.hasSuffix("labels.csv") && $0.kind == .row && $0.count == 1 })
}

@Test func endsThatAreNoneAreRefusedWithTheirLine() throws {
    func refusal(_ span: Span, _ lasting: TableColumns.LabelEnd) -> String {
        Watch(spans: [(0, 60, "W"), span], lasting: lasting).refusal()
    }
    let (ends, lengths) = (TableColumns.LabelEnd.time("until"), TableColumns.LabelEnd.seconds("lasts"))
    #expect(
        refusal((60, 30, "N1"), ends)
            == "labels.csv, line 3: column \"until\": \"1709326830\" is earlier than the time at which the label begins"
    )
    #expect(refusal((60, 90_000, "N1"), ends).hasSuffix("is more than a day behind the time at which the label begins"))
    #expect(
        refusal((60, 30, "N1"), lengths)
            == "labels.csv, line 3: column \"lasts\": \"-30\" is not how many seconds the label lasts, from 0 to 86400")
    #expect(refusal((60, 90_000, "N1"), lengths).contains("from 0 to 86400"))
    #expect(Watch(lasting: .seconds("last")).refusal().contains("did you mean \"lasts\"?"))
    #expect(
        Watch(lasting: .time("begin")).refusal().contains(
            "\"begin\" is asked for twice, as position or time and as a label's end or length"))
}

@Test func endsAreOfTheSameClockAsTimes() throws {
    // Clocks go back from 03:00 to 02:00, an hour behind the first pulse.
    let folder = try TemporaryFolder()
    let pulse = (0..<600).map { row -> String in
        let clock = 1_729_987_200 + 30 * row + (row < 120 ? 7_200 : 3_600)  // 2024-10-27T00:00:00Z
        return "\(TimeText.utc(clock * TimeText.second).dropLast()),\(60 + row % 7)\n"
    }
    let path = try folder.write("time,bpm\n" + pulse.joined(), to: "a.csv")
    let spans = ["01:50:00,W,2024-10-27T02:10:00", "04:30:00,W,2024-10-27T05:00:00", "05:00:00,N2,2024-10-27T06:00:00"]
    let labels = try folder.write(
        "time,level,until\n" + spans.map { "2024-10-27T\($0)\n" }.joined(), to: "labels.csv")
    var columns = TableColumns(
        subject: .named("ada"), recording: nil, position: "time", label: "level", values: .named(["bpm"]))
    columns.labelEnd = .time("until")
    let source = try TimedTable(
        files: [path], columns: columns, labels: TableLabels(.stage), labelFiles: LabelFiles(paths: [labels]),
        times: TimeColumn(zone: TimeZone(identifier: "Europe/Berlin")))
    let found = source.outline.recordings[0].labels
    #expect(found.indices.filter { found[$0] != nil } == Array(0..<20) + Array(420..<600))
    #expect(
        source.notes.contains(
            "1 end of labels in the hour that comes twice in Europe/Berlin: of each the first time behind the label's begin "
                + "counts"))
}

@Test func filesOfLabelsWithoutAnyAreRefused() throws {
    #expect(Watch(spans: []).refusal() == "labels.csv: no row has a label: without labels leave --label-file out")
    let unscored = Watch(spans: [(0, 1_500, "?"), (0, 0, "W")])
    #expect(unscored.refusal() == "labels.csv: no row has a label: without labels leave --label-file out")
    let later = Watch(spans: [(90_000, 91_500, "N2")]).refusal()
    #expect(later.hasPrefix("labels.csv: no sleep epoch with a value gets a label from it: its first is of subject"))
    #expect(later.contains("2024-03-02T22:00:00Z") && later.contains("2024-03-01T21:00:00Z"))
}

@Test func rowsWithoutALabelThatLastsAreCountedAsSuch() throws {
    let watch = Watch(spans: [(0, 900, "N2"), (900, 1_500, "?"), (900, 900, "W")])
    #expect(
        try watch.table().source.skipped.map(\.reason).first == "no label in it, or one that lasts no time")
    #expect(try watch.table().source.skipped.first?.count == 2)
}

@Test func whatTwoLabelsBothSpanCountsOnceWhereTheyDiffer() throws {
    // 10 s of both, a third of the sleep epoch: it has no label, as another of which little is known.
    let watch = Watch(spans: [(0, 300, "W"), (300, 310, "N1"), (300, 310, "N2"), (330, 1_500, "REM")])
    let (labels, source) = try watch.table()
    #expect(labels.hasPrefix((times(10, "W") + ["-", "REM"]).joined(separator: " ")))
    #expect(!source.notes.contains { $0.contains("different labels") }, "\(source.notes)")
}

@Test func whoNamesALabelThatTheFileOfValuesLacksIsToldOfFilesOfLabels() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("time,bpm\n\(start),60\n", to: "a.csv")
    func refusal(_ labelFiles: LabelFiles?) -> String {
        let columns = TableColumns(
            subject: .named("ada"), recording: nil, position: "time", label: "level", values: .named(["bpm"]))
        let error = #expect(throws: DatasetError.self) {
            _ = try TimedTable(files: [path], columns: columns, labels: TableLabels(.stage), labelFiles: labelFiles)
        }
        return error.map { "\($0)" } ?? ""
    }
    #expect(refusal(nil).hasSuffix("where labels are in files of their own, name those with --label-file"))
    #expect(refusal(LabelFiles(paths: [path])).hasSuffix("leave --label-file out where one file has both"))
}
