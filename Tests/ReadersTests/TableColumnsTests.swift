import Datasets
import Readers
import Signals
import TestKit
import Testing

/// Which column of a table is what, where one is named for two things.
@Suite struct TableColumnsTests {
    private let columns = TableColumns(
        subject: .column("id"), recording: "night", position: "epoch", label: "stage", values: .named(["hr", "move"]))

    /// A dataset of so many nights of each of three people.
    private func dataset(_ columns: TableColumns, nights: Int = 1) throws -> Dataset {
        let lines = ["ada", "10", "9"].flatMap { id in
            (0..<nights).flatMap { night in (0..<12).map { "\(id),\(night),\($0),N2,\(60 + $0),\(night + $0)" } }
        }
        let folder = try TemporaryFolder()
        let table = try folder.write(
            (["id,night,epoch,stage,hr,move"] + lines).joined(separator: "\n") + "\n", to: "own.csv")
        let source = try TableRecordings(
            files: [table], columns: columns, labels: TableLabels(.stage, codeOfText: [:]), shape: .window(1),
            format: TableRecordings.Format())
        _ = try source.write(to: folder.path("data"))
        return try Dataset(opening: folder.path("data"))
    }

    private func refusal(_ change: (inout TableColumns) -> Void, nights: Int = 1) -> String {
        var changed = columns
        change(&changed)
        do { _ = try dataset(changed, nights: nights) } catch { return "\(error)" }
        return ""
    }

    @Test func aColumnThatIsTwoThingsIsRefusedWithBoth() {
        let own = "each has a column of its own"
        let cases = [
            (refusal { $0.position = "id" }, "\"id\" is asked for twice, as subject and as position or time: \(own)"),
            (refusal { $0.label = "epoch" }, "\"epoch\" is asked for twice, as position or time and as label: \(own)"),
            (
                refusal { $0.recording = "epoch" },
                "\"epoch\" is asked for twice, as recording and as position or time: \(own)"
            ),
            (
                refusal { $0.values = .named(["hr", "id"]) },
                "\"id\" is asked for twice, as subject and as values: \(own)"
            ),
            (
                refusal { $0.values = .named(["hr", "hr"]) },
                "\"hr\" is asked for twice, among the values: leave one out"
            ),
        ]
        for (found, words) in cases { #expect(found.hasSuffix("own.csv, line 1: column \(words)"), "\(found)") }
    }

    @Test func whoHasOneRecordingNeedsNoColumnForIt() throws {
        var one = columns
        one.recording = "id"
        let (data, named) = (try dataset(one), try dataset(columns))
        #expect(data.recordings == data.subjects && data.subjects == named.subjects)
        #expect(data.recordingRanges == named.recordingRanges && data.samples.count == 36)
        // Two nights of one person have the same positions.
        #expect(refusal({ $0.recording = "id" }, nights: 2).contains("recording 9 is also at"))
    }
}
