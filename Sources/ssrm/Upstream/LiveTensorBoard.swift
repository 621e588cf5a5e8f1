import Checkpoints
import Exports
import Foundation
import Service

/// An event file for TensorBoard that grows with a run.
final class LiveTensorBoard {
    private let folder: String
    private var path = ""
    /// When the part of the run in hand began, in seconds since 1970.
    private var start = 0.0

    /// A file in a folder, which is made where it is not there.
    ///
    /// - Throws: `TensorFileError` where it can't be made.
    init(_ folder: String) throws {
        self.folder = folder
        try DurableFolder.make(folder)
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
            let own = try FileManager.default.contentsOfDirectory(atPath: folder).filter { Self.number(of: $0) != nil }
            let number = max(Int(start), (own.compactMap(Self.number).max() ?? 0) + 1)
            path = "\(folder)/\(TensorBoardEvents.fileName(number))"
            try WholeFile.write(whole.bytes, to: path)
            for name in own { unlink("\(folder)/\(name)") }
        case .lines(let lines):
            var new = TensorBoardEvents(goingOn: start)
            new.add(lines: lines)
            let file = try FileHandle(forWritingTo: URL(filePath: path))
            try file.seekToEnd()
            try file.write(contentsOf: new.bytes)
            try file.close()
        }
    }

    /// The number in the name of such a file; nil of another.
    private static func number(of name: String) -> Int? {
        let parts = name.split(separator: ".")
        guard parts.count == 5, let number = Int(parts[3]), TensorBoardEvents.fileName(number) == name else {
            return nil
        }
        return number
    }
}
