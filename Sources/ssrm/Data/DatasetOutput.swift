import ArgumentParser
import Datasets
import Foundation
import Service
import Signals

/// Where a dataset goes and how its summary is printed: the options of every `ssrm data` command that makes one.
struct DatasetOutput: ParsableArguments {
    @Option(name: .long, help: "The dataset file to write.", completion: .file())
    var out: String

    @Flag(
        name: .long,
        help: "Print the summary as one JSON object, with every thing that was left out or noted by itself.")
    var json = false

    private static func unlabelled(_ count: Int, of samples: Int) -> String {
        switch count {
        case 0: ""
        case samples: "; none has a label"
        default: "; \(samples - count) with a label, \(count) without"
        }
    }

    private struct Summary: Encodable {
        let file: String
        let digest: String
        let kind: String
        let samples: Int
        let unlabelled: Int
        let rows: Int
        let columns: Int
        let subjects: Int
        let recordings: Int
        let skipped: [SkippedItem]
        let notes: [String]
    }

    /// How many files of which the same was left out have a line each.
    private static let mostOfAReason = 3

    /// What was left out: a line for each thing, but for rows, sleep epochs and annotations that the same is said of in
    /// many files, which have one together.
    private static func lines(_ skipped: [SkippedItem]) -> [String] {
        func key(_ item: SkippedItem) -> String? {
            item.kind == .file || item.kind == .recording ? nil : "\(item.kind.rawValue) \(item.reason)"
        }
        let alike = Dictionary(grouping: skipped, by: key)
        var told: Set<String> = []
        return skipped.compactMap { item in
            if let key = key(item), let items = alike[key], items.count > mostOfAReason {
                guard told.insert(key).inserted else { return nil }
                let count = items.reduce(0) { $0 + $1.count }
                let named = items.prefix(mostOfAReason).map {
                    "\(URL(filePath: $0.path).lastPathComponent) \($0.count)"
                }
                let files = "\(named.joined(separator: ", ")) and \(items.count - mostOfAReason) more"
                return "\(count) \(item.kind.name(for: count)) of \(items.count) files (\(files)): \(item.reason)"
            }
            let what =
                item.kind == .file ? item.path : "\(item.count) \(item.kind.name(for: item.count)) of \(item.path)"
            return "\(what): \(item.reason)"
        }
    }

    /// Says on standard error what a reader assumed, names each thing that it left out, then how many of each kind.
    static func tell(_ notes: [String], _ skipped: [SkippedItem]) {
        for note in notes { Terminal.error("note: \(note)") }
        for line in lines(skipped) { Terminal.error("skipped \(line)") }
        let totals = SkippedItem.Kind.allCases.compactMap { kind -> String? in
            let count = skipped.filter { $0.kind == kind }.reduce(0) { $0 + $1.count }
            return count == 0 ? nil : "\(count) \(kind.name(for: count))"
        }
        if !totals.isEmpty { Terminal.error("skipped \(totals.joined(separator: ", ")) in all") }
    }

    /// Writes the dataset, names what was left out on standard error and prints a summary.
    ///
    /// - Parameters:
    ///   - source: the recordings.
    ///   - reader: how they are read; nil where nothing else can be read alike.
    /// - Throws: `DatasetError` for what can't be read, `TensorFileError` for what can't be written.
    func write(_ source: some RecordingSource, reader: ReaderRecord? = nil) throws {
        let outline = source.outline
        var line = ProgressLine("samples")
        var notesOfValues: [String] = []
        let (digest, skipped) = try source.write(to: out, reader: reader, note: { notesOfValues.append($0) }) {
            line.show($0, of: $1)
        }
        line.end()
        Self.tell(source.notes + notesOfValues, skipped)
        let summary = Summary(
            file: out, digest: digest, kind: outline.kind, samples: outline.sampleCount,
            unlabelled: outline.unlabelledCount, rows: outline.rows,
            columns: outline.columns, subjects: outline.subjects.count, recordings: outline.recordings.count,
            skipped: skipped, notes: source.notesInFull + notesOfValues)
        if json {
            try printJSON(summary)
        } else {
            print(
                """
                \(summary.samples) samples of \(summary.rows) x \(summary.columns) values (\(summary.kind)), \
                \(many(summary.subjects, "subject")), \(many(summary.recordings, "recording"))\
                \(Self.unlabelled(summary.unlabelled, of: summary.samples))
                digest \(summary.digest)
                wrote \(summary.file)
                """)
        }
    }
}
