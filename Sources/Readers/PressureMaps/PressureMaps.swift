public import Datasets
import Signals

/// Recordings of the PhysioNet Pressure Map Dataset 1.0.0 in its publisher's folders.
///
/// Experiment I: `experiment-i/S<subject>/<posture>.txt`, a frame of 64 x 32 values a line, one frame a second.
/// Experiment II: `experiment-ii/S<subject>/{Air,Sponge}_Mat/Matrix_{Air,Sponge}_<posture>.txt`, one averaged map of 64
/// lines of 27 values a file. A file is a recording; its label is the posture's code. Values stay as published.
public struct PressureMaps: RecordingSource {
    /// One of the dataset's two experiments.
    public enum Experiment: String, Sendable, CaseIterable {
        /// Frames of a mat of 64 x 32 sensors.
        case i
        /// Averaged maps of two mats of 64 x 27 sensors.
        case ii

        var folder: String { "experiment-\(rawValue)" }
        var vocabulary: LabelVocabulary { self == .i ? .pmdI : .pmdII }
        var frame: MapFrame { self == .i ? .pmdI : .pmdII }
        var rows: Int { 64 }
        var columns: Int { self == .i ? 32 : 27 }
        /// How many values a line of a file has.
        var valuesPerLine: Int { self == .i ? rows * columns : columns }
        /// How many lines of a file are one sample.
        var linesPerSample: Int { self == .i ? 1 : rows }
    }

    /// One file and what it is called in the dataset.
    private struct File {
        let name: String
        let path: String
        let subject: String
        /// The posture, as an index into the vocabulary's codes; nil where the file is not named for one.
        let code: Int?
        let count: LineWindow.Count
        var lineCount: Int { count.lineCount }
    }

    /// Values read and appended at a time: they fit in a core's own cache, beside the text that they are read from.
    private static let valuesPerPiece = 64 << 10

    private let experiment: Experiment
    private let settlingFrames: Int
    private let files: [File]

    /// The recordings that were found.
    public let outline: DatasetOutline
    /// Files and folders that were left out.
    public let skipped: [SkippedItem]

    /// Finds an experiment's recordings and counts their frames.
    ///
    /// - Parameters:
    ///   - root: the folder that holds `experiment-i` and `experiment-ii`.
    ///   - experiment: which of the two.
    ///   - settlingFrames: how many frames at the start of a recording of experiment I are left out.
    ///   - unlabelled: whether text files that are not named for a posture are taken, too, without a label.
    /// - Throws: `DatasetError`, also when there are no recordings or a file of experiment II has not 64 lines.
    public init(
        root: String, experiment: Experiment, settlingFrames: Int = 2, unlabelled: Bool = false
    ) throws(DatasetError) {
        precondition(settlingFrames >= 0, "\(settlingFrames) settling frames")
        self.experiment = experiment
        self.settlingFrames = experiment == .i ? settlingFrames : 0
        var search = Search(experiment: experiment, settlingFrames: self.settlingFrames, unlabelled: unlabelled)
        try search.lookThrough(root: root)
        files = search.files
        skipped = search.skipped
        outline = search.outline
    }

    /// Reads the files again and appends their values in the order of the outline.
    ///
    /// - Throws: `DatasetError` that names the file, line and column; `TensorFileError` from the writer.
    public func appendSamples(to writer: inout DatasetWriter) throws {
        let valuesPerSample = experiment.rows * experiment.columns
        let samplesPerPiece = Self.valuesPerPiece / valuesPerSample
        let values = UnsafeMutableBufferPointer<Float>.allocate(capacity: samplesPerPiece * valuesPerSample)
        defer { values.deallocate() }
        values.initialize(repeating: 0)
        for file in files {
            var table = try NumberTable(path: file.path, counted: file.count)
            try table.skip(lines: settlingFrames)
            var left = (file.lineCount - settlingFrames) / experiment.linesPerSample
            while left > 0 {
                let count = min(left, samplesPerPiece)
                let piece = UnsafeMutableBufferPointer(rebasing: values[..<(count * valuesPerSample)])
                try table.read(columns: experiment.valuesPerLine, into: piece)
                try writer.append(UnsafeBufferPointer(piece))
                left -= count
            }
        }
    }

    // MARK: - Finding the files

    private struct Search {
        let experiment: Experiment
        let settlingFrames: Int
        let unlabelled: Bool
        var files: [File] = []
        var skipped: [SkippedItem] = []

        init(experiment: Experiment, settlingFrames: Int, unlabelled: Bool) {
            (self.experiment, self.settlingFrames, self.unlabelled) = (experiment, settlingFrames, unlabelled)
        }

        mutating func lookThrough(root: String) throws(DatasetError) {
            guard try Folder.names(in: root).contains(experiment.folder) else {
                throw .nothingFound(path: root, wanted: "a folder \(experiment.folder) in it")
            }
            let folder = "\(root)/\(experiment.folder)"
            var found: [(number: Int, name: String)] = []
            for name in try Folder.names(in: folder) where !name.hasPrefix("subject-info") {
                if name.hasPrefix("S"), let number = Int(name.dropFirst()), name == "S\(number)" {
                    found.append((number, name))
                } else {
                    skip("\(folder)/\(name)", "not a subject's folder (S1, S2, …)")
                }
            }
            for subject in found.sorted(by: { $0 < $1 }) {
                let filesBefore = files.count
                try lookThrough(folder: folder, subject: subject.name)
                if files.count == filesBefore { skip("\(folder)/\(subject.name)", "no recordings in it") }
            }
            guard !files.isEmpty else {
                let layout = experiment == .i ? "S1/1.txt" : "S1/Air_Mat/Matrix_Air_B1.txt"
                throw .nothingFound(path: folder, wanted: "files like \(layout)")
            }
        }

        private mutating func lookThrough(folder: String, subject: String) throws(DatasetError) {
            if experiment == .i {
                try take(from: "\(folder)/\(subject)", named: subject, of: subject, prefix: "")
                return
            }
            for name in try Folder.names(in: "\(folder)/\(subject)") {
                if name == "Air_Mat" || name == "Sponge_Mat" {
                    let prefix = "Matrix_\(name.prefix { $0 != "_" })_"
                    try take(
                        from: "\(folder)/\(subject)/\(name)", named: "\(subject)/\(name)", of: subject, prefix: prefix)
                } else {
                    skip("\(folder)/\(subject)/\(name)", "not a mat's folder (Air_Mat, Sponge_Mat)")
                }
            }
        }

        /// Takes the files `<prefix><code>.txt` of one folder, in the order of the codes.
        private mutating func take(
            from folder: String, named name: String, of subject: String, prefix: String
        ) throws(DatasetError) {
            let names = try Folder.names(in: folder)
            let codes = experiment.vocabulary.codes
            let known = Set(codes.map { "\(prefix)\($0).txt" })
            let others = names.filter { unlabelled && !known.contains($0) && $0.hasSuffix(".txt") }
            for name in names where !known.contains(name) && !others.contains(name) {
                skip("\(folder)/\(name)", "not named for a posture (\(prefix)\(codes[0]).txt, …)")
            }
            let labelled = codes.enumerated().map { (code: Optional($0), file: "\(prefix)\($1).txt") }
            for (code, file) in labelled.filter({ names.contains($0.file) }) + others.map({ (nil, $0) }) {
                let path = "\(folder)/\(file)"
                let count = try NumberTable(path: path).count
                let lineCount = count.lineCount
                if experiment == .ii, lineCount != experiment.rows {
                    throw .wrongRows(path: path, found: lineCount, expected: experiment.rows)
                }
                if lineCount > settlingFrames {
                    let file = File(
                        name: "\(name)/\(file.dropLast(4))", path: path, subject: subject, code: code,
                        count: count)
                    files.append(file)
                } else {
                    skip(path, "its \(lineCount) frames are all settling frames")
                }
            }
        }

        private mutating func skip(_ path: String, _ reason: String) {
            skipped.append(SkippedItem(path: path, reason: reason))
        }

        var outline: DatasetOutline {
            var outline = DatasetOutline(
                kind: "pmd-\(experiment.rawValue)", vocabulary: experiment.vocabulary, rows: experiment.rows,
                columns: experiment.columns, units: ["1"],  // raw readings, which the publisher gives no unit
                of: files.map { file in
                    FoundRecording(
                        name: file.name, subject: file.subject, firstPosition: settlingFrames,
                        labels: Array(
                            repeating: file.code,
                            count: (file.lineCount - settlingFrames) / experiment.linesPerSample))
                })
            outline.frame = experiment.frame
            return outline
        }
    }
}
