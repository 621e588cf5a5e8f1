import ArgumentParser
import Datasets
import Foundation

/// Where a dataset goes and how its summary is printed: the options of every `ssrm data` command that makes one.
struct DatasetOutput: ParsableArguments {
    @Option(name: .long, help: "The dataset file to write.")
    var out: String

    @Flag(name: .long, help: "Print the summary as one JSON object.")
    var json = false

    private struct Summary: Encodable {
        let file: String
        let digest: String
        let kind: String
        let samples: Int
        let rows: Int
        let columns: Int
        let subjects: Int
        let recordings: Int
        let skipped: [SkippedItem]
    }

    /// Writes the dataset, names what was left out on standard error and prints a summary.
    func write(_ source: some RecordingSource) throws {
        let outline = source.outline
        for item in source.skipped { Terminal.error("skipped \(item.path): \(item.reason)") }
        if !source.skipped.isEmpty {
            let noun = source.skipped.count == 1 ? "file or folder" : "files or folders"
            Terminal.error("skipped \(source.skipped.count) \(noun) in all")
        }
        let digest = try source.write(to: out)
        let summary = Summary(
            file: out, digest: digest, kind: outline.kind, samples: outline.sampleCount, rows: outline.rows,
            columns: outline.columns, subjects: outline.subjects.count, recordings: outline.recordings.count,
            skipped: source.skipped)
        if json {
            try printJSON(summary)
        } else {
            print(
                """
                \(summary.samples) samples of \(summary.rows) x \(summary.columns) values (\(summary.kind)), \
                \(summary.subjects) subjects, \(summary.recordings) recordings, \(summary.skipped.count) skipped
                digest \(summary.digest)
                wrote \(summary.file)
                """)
        }
    }
}
