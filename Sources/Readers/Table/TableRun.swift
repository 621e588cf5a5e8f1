import Datasets

/// Rows of a table that follow each other without a gap, and become a recording.
struct TableRun {
    /// The index of the subject and recording as the table names them.
    let name: Int
    /// The position of the first row.
    let firstPosition: Int
    /// A label for each row, as an index into the vocabulary's codes.
    let labels: [Int?]
    /// When position 0 is; nil where nobody knows.
    var start: RecordingStart?

    /// The recordings of runs, which stand in the order of their names and positions.
    ///
    /// A recording keeps its name, with its subject's in front where two subjects share one and its position behind
    /// where it is not the first part, and an apostrophe where the name is taken all the same.
    static func recordings(_ runs: [TableRun], _ names: [TableNames.Name]) -> [FoundRecording] {
        let areShared = Set(names.map(\.recording)).count < names.count
        var last = -1
        var taken: Set<String> = []
        return runs.map { run in
            let name = names[run.name]
            let whole = areShared ? "\(name.subject)/\(name.recording)" : name.recording
            defer { last = run.name }
            var unique = run.name == last ? "\(whole)+\(run.firstPosition)" : whole
            while !taken.insert(unique).inserted { unique += "'" }
            return FoundRecording(
                name: unique, subject: name.subject, firstPosition: run.firstPosition, labels: run.labels,
                start: run.start)
        }
    }
}
