import Checkpoints
import Exports
import Foundation
import Service

/// An event file for TensorBoard that grows with a run.
final class LiveTensorBoard {
    private static let prefix = "events.out.tfevents."
    private let folder: String
    /// What tells this run's files from others': the ends of their names, first that of the job in hand.
    private let suffixes: [String]
    private var path = ""
    /// When the part of the run in hand began, in seconds since 1970.
    private var start = 0.0
    /// The folders that were made for this run, the outermost first.
    private let newFolders: [String]
    /// Whether something of the run was told since it began.
    private var isUsed = false

    /// A file of a run's in a folder, which is made where it is not there.
    ///
    /// - Parameters:
    ///   - folder: where it is.
    ///   - job: the digest of the run's job.
    ///   - earlier: those of the same job with other numbers of steps, which the run had before it was resumed.
    /// - Throws: `TensorFileError` where it can't be made, `ProgramError` where it has event files of others:
    ///   TensorBoard would draw both as one run.
    init(_ folder: String, job: String, earlier: [String]) throws {
        (self.folder, suffixes) = (folder, ([job] + earlier).map { "-\($0.prefix(8))" })
        newFolders = DurableFolder.missing(folder)
        try DurableFolder.make(folder)
        let others = try eventFiles.filter { number(of: $0) == nil }.sorted()
        guard let other = others.first else { return }
        throw ProgramError(
            """
            \(folder) has event files of another run (\(other)), which TensorBoard would draw as this one's; name another \
            folder
            """)
    }

    /// Takes the folder away again, where it was made for this run and has no figures of it; likewise those above it.
    func removeIfUnused() {
        if isUsed || newFolders.isEmpty { return }
        if !path.isEmpty { unlink(path) }
        for made in newFolders.reversed() { rmdir(made) }
    }

    private var eventFiles: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasPrefix(Self.prefix) } }
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
            try DurableFolder.make(folder)  // somebody may have removed it since
            let own = try eventFiles.filter { number(of: $0) != nil }
            let newest = max(Int(start), (own.compactMap { number(of: $0) }.max() ?? 0) + 1)
            path = "\(folder)/\(fileName(newest, suffixes[0]))"
            try WholeFile.write(whole.bytes, to: path)
            for name in own { unlink("\(folder)/\(name)") }
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

    private func fileName(_ number: Int, _ suffix: String) -> String { TensorBoardEvents.fileName(number) + suffix }

    /// The number in the name of such a file; nil of another.
    private func number(of name: String) -> Int? {
        let parts = name.split(separator: ".")
        guard parts.count == 5, let number = Int(parts[3]), suffixes.contains(where: { fileName(number, $0) == name })
        else { return nil }
        return number
    }
}
