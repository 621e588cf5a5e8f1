import Datasets
import Foundation
import Readers
import TestKit
import Testing

private let start = 1_709_326_800  // 2024-03-01T21:00:00Z
private let epochs = 40

/// What an actigraph counts in a second of the night.
private func count(inSecond second: Int) -> Double { second / 90 % 3 == 0 ? 0 : Double(second / 45 % 7) / 8 }

/// Rows of what was counted in so many seconds each, but for those that are left out.
private func rows(of seconds: Int, without left: Set<Int> = []) -> [String] {
    stride(from: 0, to: epochs * 30, by: seconds).filter { !left.contains($0) }.map { begin in
        "\(start + begin),\((begin..<begin + seconds).reduce(0) { $0 + count(inSecond: $1) }),"
    }
}
private let labels = (0..<epochs).map { "\(start + $0 * 30),,\(["W", "N2", "N3", "REM"][$0 / 10])" }

private func made(_ rows: [String], activitySeconds: Double?) throws -> (data: Dataset, source: TimedNights) {
    let folder = try TemporaryFolder()
    let path = try folder.write((["time,count,stage"] + labels + rows).map { $0 + "\n" }.joined(), to: "a.csv")
    let source = try TimedNights(
        files: [path],
        columns: TableColumns(
            subject: .named("ada"), recording: nil, position: "time", label: "stage", values: .others),
        heartRate: nil, activity: "count", labels: TableLabels(.stage), activitySeconds: activitySeconds)
    _ = try source.write(to: folder.path("data"))
    return (try Dataset(opening: folder.path("data")), source)
}

private func samples(_ data: Dataset) -> [[Float]] { (0..<data.samples.count).map { Array(data.samples[$0]) } }

@Test(arguments: [1, 5, 10, 15, 30])
func countsOfShorterTimesAreAddedUp(seconds: Int) throws {
    let (whole, _) = try made(rows(of: 30), activitySeconds: nil)
    let (parts, source) = try made(rows(of: seconds), activitySeconds: Double(seconds))
    #expect(parts.samples.count == epochs)
    for (one, other) in zip(samples(whole), samples(parts)) {
        #expect(zip(one, other).allSatisfy { abs($0 - $1) < 1e-5 })
    }
    #expect(!source.notes.contains { $0.contains("the mean of them is taken") })
}

@Test func countsOfAMinuteAreDividedEvenly() throws {
    // A row of a minute's half for each sleep epoch says the same.
    let minutes = rows(of: 60)
    let halves = minutes.flatMap { row -> [String] in
        let fields = row.split(separator: ",")
        guard let time = Int(fields[0]), let count = Double(fields[1]) else { return [] }
        return ["\(time),\(count / 2),", "\(time + 30),\(count / 2),"]
    }
    #expect(
        try samples(made(minutes, activitySeconds: 60).data) == samples(made(halves, activitySeconds: nil).data))
    // Where they are taken for those of sleep epochs, half of these have none.
    let source = try made(minutes, activitySeconds: nil).source
    #expect(
        source.notes.contains {
            $0.hasSuffix(
                "its activity counts stand 60 s apart: --activity-seconds 60 divides each among the sleep epochs in it")
        }, "\(source.notes)")
}

@Test func aSleepEpochOfWhichLessThanHalfIsCountedHasNoCount() throws {
    // Of one sleep epoch 20 of 30 s are left, of another 10.
    let (data, _) = try made(rows(of: 10, without: [310, 610, 620]), activitySeconds: 10)
    let column = try #require(data.content.firstIndex(of: "count"))
    let unlabelled = (0..<data.samples.count).filter { data.code(of: $0) == nil }
    #expect(unlabelled == [20])
    let left = (300..<310).reduce(0) { $0 + count(inSecond: $1) } + (320..<330).reduce(0) { $0 + count(inSecond: $1) }
    #expect(abs(data.samples[10][column] - Float(left * 1.5)) < 1e-5)
}

@Test(arguments: [(30, 60.0), (60, 30.0), (15, 30.0)])
func countsOfAnotherLengthThanTheyStandApartAreRefused(distance: Int, seconds: Double) throws {
    let error = #expect(throws: DatasetError.self) { _ = try made(rows(of: distance), activitySeconds: seconds) }
    let question = "its activity counts mostly stand \(distance) s apart: are they of \(Int(seconds)) s each?"
    #expect(error.map { "\($0)" }?.contains(question) == true)
}
