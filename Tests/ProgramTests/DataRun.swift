import Datasets
import TestKit
import Testing

/// What `ssrm data … --json` prints.
struct DataSummary: Decodable {
    let file: String
    let kind: String
    let digest: String
    let samples: Int
    let rows: Int
    let columns: Int
    let subjects: Int
    let recordings: Int
    let skipped: [SkippedItem]
}

/// The error of an `ssrm data` command that must fail: one line, exit code 1, and nothing written.
func refusal(
    _ arguments: [String], in folder: TemporaryFolder, sourceLocation: SourceLocation = #_sourceLocation
) throws -> String {
    let before = try folder.contents
    let result = try ProgramRun(["data"] + arguments).result()
    #expect(result.status == 1 && result.output.isEmpty, "\(result.errors)", sourceLocation: sourceLocation)
    #expect(result.errors.count { $0 == "\n" } == 1, "\(result.errors)", sourceLocation: sourceLocation)
    #expect(try folder.contents == before, sourceLocation: sourceLocation)
    return result.errors
}
