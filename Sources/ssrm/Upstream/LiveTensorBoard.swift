import Checkpoints
import Exports
import Foundation
import Service

/// An event file for TensorBoard that grows with a run.
final class LiveTensorBoard {
    private let folder: TensorBoardFolder
    private var path = ""
    /// When the part of the run in hand began, in seconds since 1970.
    private var start = 0.0
    /// The folders that were made for this run, the outermost first.
    private let newFolders: [String]
    /// Whether something of the run was told since it began.
    private var isUsed = false

    /// A file of a run's in a folder, which is made where it is not there.
    ///
    /// - Throws: `TensorFileError` where it can't be made, `ProgramError` where it has event files of others.
    init(_ folder: TensorBoardFolder) throws {
        self.folder = folder
        newFolders = DurableFolder.missing(folder.path)
        try DurableFolder.make(folder.path)
        try folder.requireNoOthers()
    }

    /// Takes the folder away again, where it was made for this run and has no figures of it; likewise those above it.
    func removeIfUnused() {
        if isUsed || newFolders.isEmpty { return }
        if !path.isEmpty { unlink(path) }
        for made in newFolders.reversed() { rmdir(made) }
    }

    /// Takes what `MetricsFollower` tells.
    func take(_ part: MetricsFollower.Part) throws {
        switch part {
        case .begin(let metrics, let events, let start):
            self.start = start
            var whole = TensorBoardEvents(start: start)
            if !metrics.isEmpty { whole = try TensorBoardEvents(metrics: metrics, events: events) }
            // Who reads the old file reads it to its end and goes on with the next one by name, where steps that are
            // done again have the same figures.
            try DurableFolder.make(folder.path)  // somebody may have removed it since
            let own = try folder.ownFiles()
            path = folder.file(max(Int(start), (own.map(\.number).max() ?? 0) + 1))
            try WholeFile.write(whole.bytes, to: path)
            for file in own { unlink(folder.file(named: file.name)) }
        case .lines(let lines):
            isUsed = true
            var new = TensorBoardEvents(goingOn: start)
            new.add(lines: lines)
            do {
                guard let file = FileHandle(forWritingAtPath: path) else { throw CocoaError(.fileNoSuchFile) }
                try file.seekToEnd()
                try file.write(contentsOf: new.bytes)
                try file.close()
            } catch {
                throw ProgramError(
                    access(path, F_OK) == 0
                        ? "\(path) can't be written to; is the disk full?" : "\(path) is gone")
            }
        }
    }
}
