import ArgumentParser
import Datasets
import Signals

/// Recordings, and how they are read.
struct ReadRecordings {
    let source: any RecordingSource
    let record: ReaderRecord

    init(_ source: any RecordingSource, _ record: ReaderRecord) { (self.source, self.record) = (source, record) }
}

/// A command that makes a dataset of recordings, and can tell how others are read alike.
protocol ReaderCommand: ParsableCommand {
    /// Where the dataset goes.
    var output: DatasetOutput { get }
    /// The files and folders that are read.
    var inputs: [String] { get }

    /// The recordings.
    ///
    /// - Throws: `DatasetError` for what can't be read.
    func recordings() throws -> ReadRecordings
}

extension ReaderCommand {
    /// Writes the dataset.
    func run() throws {
        try requireWritable([output.out], inputs: inputs)
        let read = try recordings()
        try output.write(read.source, reader: read.record)
    }
}
