public import ArgumentParser
public import Datasets
public import Signals

extension LabelVocabulary: ExpressibleByArgument {}
extension TableRecordings.Delimiter: ExpressibleByArgument {}

/// `ssrm data table`: a user's own recordings as CSV.
struct TableCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "table",
        abstract: "Your own recordings as CSV: a row a sample, with named columns.",
        discussion: """
            Rows may come in any order and from several files; they are sorted by subject, recording and position (a \
            whole number from 0: the number of the sleep epoch or frame). A position that is not there ends a recording. \
            A label or value that is empty, ? or NA is missing: the sample stays without its label; without one of its \
            values the row is left out. Labels are codes of the vocabulary (stage: W, N1, N2, N3, REM and other usual \
            names of stages, numbers excepted; posture: supine, right, left) or what --label-map makes of them. UTF-8 or UTF-16; a field in double quotes may hold anything.

            Example:
              ssrm data table --file nights.csv --subject id --recording night \\
                --position epoch --label stage --label-map 0=W,1=N1,2=N2,3=N3,4=REM \\
                --values hr,movement --vocabulary stage --window 11 --out own.safetensors
            """)

    @Option(name: .long, help: "A file with a header line; may be given several times.")
    var file: [String]

    @Option(name: .long, help: "The column that names the subject.")
    var subject: String

    @Option(name: .long, help: "The column that names the recording of that subject, a night for example.")
    var recording: String

    @Option(name: .long, help: "The column with the position in the recording.")
    var position: String

    @Option(name: .long, help: "The column with the label; without it no sample has one.")
    var label: String?

    @Option(
        name: .long, help: "The columns with the values, separated by commas.",
        transform: { text in text.split(separator: ",").map(String.init) })
    var values: [String] = []

    @Option(
        name: .long,
        help: "Instead of --values: every column whose name starts so, or '*' for every column that is nothing else.")
    var valuesFrom: String?

    @Option(name: .long, help: "What the labels mean: stage, posture, pmd-i or pmd-ii.")
    var vocabulary: LabelVocabulary

    @Option(
        name: .long,
        help: "What the table's labels stand for, like 0=W,1=N1,9= (nothing behind = for no label).",
        transform: { text in
            try text.split(separator: ",").map { pair in
                guard let sign = pair.lastIndex(of: "=") else {
                    throw ValidationError("--label-map is like 0=W,1=N1: \"\(pair)\" has no =")
                }
                return (String(pair[..<sign]), String(pair[pair.index(after: sign)...]))
            }
        })
    var labelMap: [(String, String)] = []

    @Option(name: .long, help: "How many rows of the table a sample spans; an odd number.")
    var window = 1

    @Option(name: .long, help: "Instead of --window: the values of a row are a map of so many rows, row by row.")
    var rows: Int?

    @Option(name: .long, help: "What stands between two columns: comma, semicolon or tab.")
    var delimiter = TableRecordings.Delimiter.comma

    @OptionGroup var output: DatasetOutput

    func validate() throws {
        try requireWindow(window)
        if let rows, rows < 1 || window != 1 {
            throw ValidationError("--rows must be at least 1, and does not go with --window")
        }
        guard values.isEmpty != (valuesFrom == nil), valuesFrom?.isEmpty != true else {
            throw ValidationError("name the columns of values with either --values or --values-from")
        }
        guard Set(labelMap.map(\.0)).count == labelMap.count else {
            throw ValidationError("--label-map names a label twice")
        }
    }

    func run() throws {
        try requireWritable(output.out, inputs: file)
        let valueColumns = valuesFrom.map { $0 == "*" ? .others : .prefixed($0) } ?? TableColumns.Values.named(values)
        try output.write(
            TableRecordings(
                files: file,
                columns: TableColumns(
                    subject: subject, recording: recording, position: position, label: label, values: valueColumns),
                labels: TableLabels(vocabulary, codeOfText: Dictionary(labelMap) { $1 }),
                shape: rows.map { .map(rows: $0) } ?? .window(window), delimiter: delimiter))
    }
}
