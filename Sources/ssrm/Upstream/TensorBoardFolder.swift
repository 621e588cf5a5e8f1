import Checkpoints
import Exports
import Foundation
import Upstream

/// A folder of event files of one run: TensorBoard draws all that are in a folder as one run's.
struct TensorBoardFolder {
    private static let prefix = "events.out.tfevents."
    /// Seconds since 1970 that no run has begun at.
    private static let largest = 10_000_000_000
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
            suffixes = []
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
            \(path) has event files of another run (\(other)), or of a part of this one that its directory does not tell \
            of: TensorBoard would draw them as this one's; name another folder
            """)
    }

    private func names() throws -> [String] {
        var status = stat()
        // Who makes the folder says why it can't.
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { return [] }
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
            throw ProgramError("\(path) can't be read, so that nobody knows whose event files are there")
        }
        return names.filter { $0.hasPrefix(Self.prefix) }.sorted()
    }

    /// Where a file of the run in hand is.
    func file(_ number: Int) -> String { "\(path)/\(TensorBoardEvents.fileName(number))\(suffixes.first ?? "")" }

    /// Where one that was found is.
    func file(named name: String) -> String { "\(path)/\(name)" }

    /// The number in the name of such a file; nil of another.
    private func number(of name: String) -> Int? {
        let parts = name.split(separator: ".")
        guard parts.count == 5, let number = Int(parts[3]), number <= Self.largest,
            suffixes.contains(where: { TensorBoardEvents.fileName(number) + $0 == name })
        else { return nil }
        return number
    }
}
