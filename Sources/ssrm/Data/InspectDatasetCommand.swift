import ArgumentParser
import Datasets
import Signals

/// `ssrm data inspect`: what a dataset file holds.
struct InspectDatasetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Verify a dataset file and show what it holds.",
        discussion: """
            Example:
              ssrm data inspect pmd2.safetensors --json
            """)

    @Argument(help: "The dataset file.", completion: .file())
    var file: String

    @Flag(name: .long, help: "Print one JSON object.")
    var json = false

    private struct Contents: Encodable {
        let file: String
        let digest: String
        let kind: String
        let vocabulary: String
        let schemes: [String]
        let samples: Int
        let rows: Int
        let columns: Int
        let content: [String]
        let units: [String]
        let frame: MapFrame?
        let preparation: Preparation?
        let sources: [DatasetSource]
        let reader: ReaderRecord?
        /// When position 0 of recordings is, by their names, as far as that is known.
        let starts: [String: String]
        let recordings: Int
        let subjects: [String: Int]
        let labels: [String: Int]
        let unlabelled: Int
    }

    func run() throws {
        let dataset = try Dataset(opening: file)
        var samplesOfSubject = [Int](repeating: 0, count: dataset.subjects.count)
        var samplesOfCode = [Int](repeating: 0, count: dataset.codes.count)
        var unlabelled = 0
        for sample in 0..<dataset.samples.count {
            samplesOfSubject[dataset.subject(of: sample)] += 1
            if let code = dataset.code(of: sample) { samplesOfCode[code] += 1 } else { unlabelled += 1 }
        }
        let subjects = Array(zip(dataset.subjects, samplesOfSubject))
        let codes = Array(zip(dataset.codes, samplesOfCode))
        let contents = Contents(
            file: dataset.path, digest: dataset.digest, kind: dataset.kind, vocabulary: dataset.vocabulary.rawValue,
            schemes: LabelScheme.fitting(dataset.vocabulary).map(\.rawValue), samples: dataset.samples.count,
            rows: dataset.samples.rows, columns: dataset.samples.columns, content: dataset.content,
            units: dataset.units, frame: dataset.frame, preparation: dataset.preparation, sources: dataset.sources,
            reader: dataset.reader,
            starts: Dictionary(
                zip(dataset.recordings, dataset.starts).compactMap { name, start in start.map { (name, $0.text) } },
                uniquingKeysWith: { first, _ in first }),
            recordings: dataset.recordings.count,
            subjects: Dictionary(subjects, uniquingKeysWith: +), labels: Dictionary(codes, uniquingKeysWith: +),
            unlabelled: unlabelled)
        if json { try printJSON(contents) } else { show(contents, subjects, codes) }
    }

    /// What the values are, each with its unit.
    private func values(_ contents: Contents) -> String {
        func unit(_ place: Int) -> String {
            let unit = contents.units.indices.contains(place) ? contents.units[place] : ""
            return unit.isEmpty ? "unit not known" : unit
        }
        if contents.content.isEmpty { return "one kind (\(unit(0)))" }
        return contents.content.enumerated().map { "\($1) (\(unit($0)))" }.joined(separator: ", ")
    }

    private func show(_ contents: Contents, _ subjects: [(String, Int)], _ codes: [(String, Int)]) {
        func list(_ counts: [(String, Int)]) -> String {
            counts.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
        }
        print(
            """
            \(contents.file): \(contents.kind)
            samples     \(contents.samples) of \(contents.rows) x \(contents.columns) values
            content     \(values(contents))
            subjects    \(subjects.count): \(list(subjects))
            recordings  \(contents.recordings)
            labels      \(contents.vocabulary): \(list(codes)); without a label \(contents.unlabelled)
            schemes     \(contents.schemes.joined(separator: ", "))
            digest      \(contents.digest)
            """)
        if let frame = contents.frame {
            print("maps        baseline \(frame.baseline), \(frame.feetFirst ? "feet" : "head") first")
        }
        if let reader = contents.reader { print("read with   ssrm data \(reader.summary)") }
        if !contents.starts.isEmpty {
            print("starts      known of \(contents.starts.count) of \(contents.recordings) recordings")
        }
        if let preparation = contents.preparation { print("prepared    \(preparation.summary)") }
        for source in contents.sources {
            print(
                "source      \(source.file): \(source.kind), \(source.recordings) recordings, digest \(source.digest)")
        }
    }
}
