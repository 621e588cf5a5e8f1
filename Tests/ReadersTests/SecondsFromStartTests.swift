import Datasets
import Foundation
import Readers
import TestKit
import Testing

/// Rows of a device at 2 Hz, whose times count from its start, with a stage each.
private func rows(from start: Double = 0, epochs: Int = 12, labelled: Bool = true) -> String {
    (0..<epochs * 60).map { row in
        let stage = labelled ? ",\(["W", "N1", "N2"][row / 60 % 3])" : ""
        return "\(start + Double(row) / 2),\(60 + row / 60)\(stage)\n"
    }.joined()
}
private let expected = Array(repeating: "W N1 N2", count: 4).joined(separator: " ")

private func columns(_ subject: String = "S1", recording: String? = nil, label: String? = "stage") -> TableColumns {
    TableColumns(
        subject: .named(subject), recording: recording, position: "time", label: label, values: .named(["hr"]))
}

private func table(
    _ paths: [String], _ columns: TableColumns = columns(), labels: LabelFiles? = nil
) throws -> TimedTable {
    try TimedTable(files: paths, columns: columns, labels: TableLabels(.stage), labelFiles: labels, times: .fromStart)
}

private func text(_ outline: DatasetOutline) -> [String] {
    outline.recordings.map { recording in
        recording.labels.map { $0.map { outline.codes[$0] } ?? "-" }.joined(separator: " ")
    }
}

@Test(arguments: [0, 12.25, -3_600])
func secondsFromTheStartAreTimesOfARecordingThatIsItsFile(start: Double) throws {
    let folder = try TemporaryFolder()
    let paths = try ["a", "b"].map {
        try folder.write("time,hr,stage\n" + rows(from: start), to: "\($0).csv")
    }
    let source = try table(paths)
    #expect(text(source.outline) == [expected, expected])
    #expect(source.outline.recordings.map(\.name) == ["a", "b"])
    #expect(source.outline.recordings.allSatisfy { $0.start == nil })
    let nights = try TimedNights(
        files: paths, columns: columns(), heartRate: "hr", activity: nil, labels: TableLabels(.stage),
        times: .fromStart)
    #expect(text(nights.outline) == [expected, expected])
}

@Test func aGapInsideARecordingFromItsStartDividesOnlyItsSamples() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("time,hr,stage\n" + rows() + rows(from: 9_000), to: "a.csv")
    let source = try table([path])
    #expect(source.outline.recordings.map(\.name) == ["a", "a+300"])
    #expect(text(source.outline) == [expected, expected])
}

@Test func labelsOfSecondsFromTheStartMayHaveAFileOfTheirOwn() throws {
    let folder = try TemporaryFolder()
    let values = try folder.write("time,hr\n" + rows(labelled: false), to: "a.csv")
    let stages = (0..<12).map { "\($0 * 30),\(["W", "N1", "N2"][$0 % 3]),30\n" }
    let labels = try folder.write("time,stage,seconds\n" + stages.joined(), to: "stages.csv")
    var columns = columns()
    columns.labelEnd = .seconds("seconds")
    #expect(try text(table([values], columns, labels: LabelFiles(paths: [labels])).outline) == [expected])
    let other = try folder.write("time,hr\n" + rows(labelled: false), to: "b.csv")
    let error = #expect(throws: DatasetError.self) {
        _ = try table([values, other], columns, labels: LabelFiles(paths: [labels]))
    }
    #expect(error.map { "\($0)" }?.contains("nothing says from which recording's start its times count") == true)
}

@Test(arguments: ["2024-03-01T22:00:00", "28800000", "1709326800", "1e300"])
func whatCountsNoSecondsFromAStartIsRefused(time: String) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("time,hr,stage\n0,60,W\n\(time),60,W\n", to: "a.csv")
    let error = #expect(throws: DatasetError.self) { _ = try table([path]) }
    let reason =
        "a.csv, line 3: column \"time\": \"\(time)\" is no number of seconds within a month of the recording's start"
    #expect(error.map { "\($0)" }?.hasSuffix(reason) == true)
}

/// Of devices that measure so often, each with a label.
@Test(arguments: [1.0, 1.25, 2, 4, 25, 30, 32, 64, 100, 128])
func labelsOfRowsAtAnyRateAreThoseOfTheirSleepEpochs(rate: Double) throws {
    let folder = try TemporaryFolder()
    let rows = (0..<Int(360 * rate)).map { row -> String in
        let time = Double(row) / rate
        return String(format: "%.6f,%d,%@\n", time, 60 + row % 7, ["W", "N1", "N2"][Int(time / 30) % 3])
    }
    let path = try folder.write("time,hr,stage\n" + rows.joined(), to: "a.csv")
    #expect(try text(table([path]).outline) == [expected])
}
