import Checkpoints
import Exports
import Foundation
import Upstream

/// A folder of event files of one run: TensorBoard draws all that are in a folder as one run's.
struct TensorBoardFolder {
    private static let prefix = "events.out.tfevents."
    let path: String
    /// What tells this run's files from others': the ends of their names, first that of the job in hand.
    private let suffixes: [String]

    /// A folder of a run's.
    ///
    /// - Parameters:
    ///   - path: where it is.
    ///   - job: the job of the run; nil where nothing tells.
    ///   - stepCounts: how many steps earlier parts of the run had to do in all.
    /// - Throws: where the job can't be written as its digest takes it.
    init(_ path: String, job: Job?, stepCounts: Set<Int>) throws {
        self.path = path
        guard let job else {
            suffixes = [""]
            return
        }
        let earlier = try stepCounts.subtracting([job.steps]).sorted().map { steps in
            var earlier = job
            earlier.steps = steps
            return try earlier.digest
        }
        suffixes = try ([job.digest] + earlier).map { "-\($0.prefix(8))" }
    }

    /// The run's files there, with their numbers; none where there is no folder.
    func ownFiles() throws -> [(name: String, number: Int)] {
        try names().compactMap { name in number(of: name).map { (name, $0) } }
    }

    /// Refuses a folder in which there are event files of others, with a `ProgramError`.
    func requireNoOthers() throws {
        guard let other = try names().first(where: { number(of: $0) == nil }) else { return }
        throw ProgramError(
            """
            \(path) has event files of another run (\(other)), which TensorBoard would draw as this one's; name another \
            folder
            """)
    }

    private func names() throws -> [String] {
        guard access(path, F_OK) == 0 else { return [] }
        return try FileManager.default.contentsOfDirectory(atPath: path).filter { $0.hasPrefix(Self.prefix) }.sorted()
    }

    /// Where a file of the run in hand is.
    func file(_ number: Int) -> String { "\(path)/\(TensorBoardEvents.fileName(number))\(suffixes[0])" }

    /// Where one that was found is.
    func file(named name: String) -> String { "\(path)/\(name)" }

    /// The number in the name of such a file; nil of another.
    private func number(of name: String) -> Int? {
        let parts = name.split(separator: ".")
        guard parts.count == 5, let number = Int(parts[3]),
            suffixes.contains(where: { TensorBoardEvents.fileName(number) + $0 == name })
        else { return nil }
        return number
    }
}
