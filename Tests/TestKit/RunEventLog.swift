package import Coordination
import Foundation

/// What a run tells in its `events.jsonl`, awaited with a deadline.
package final class RunEventLog {
    /// One event, with what it tells.
    package struct Entry: Decodable, Sendable {
        /// What kind it is.
        package let event: RunEvent.Kind
        /// Since the begin of its part of the run.
        package let seconds: Double
        /// The wall clock's, as ISO 8601 has it.
        package let time: String
        /// The worker that it is of, as `host:process`.
        package let worker: String?
        /// What it computes with: an instruction set, and a library with its version.
        package let numerics: String?
        /// A worker's process that the run started.
        package let process: Int32?
        /// How that ended.
        package let how: String?
        /// Where the run listens.
        package let endpoint: String?
        /// What was refused.
        package let what: String?
        /// Why something failed.
        package let reason: String?
        /// Whether what one worker found was found before.
        package let confirmed: Bool?
        /// Steps done, or the step that is meant.
        package let step: Int?

        /// The number of the process that the event's worker is.
        package var pid: Int32? { worker?.split(separator: ":").last.flatMap { Int32($0) } }
    }

    /// An event that did not come in time.
    package struct Missing: Error, CustomStringConvertible {
        /// What was waited for, and what came instead.
        package let description: String
    }

    private let path: String
    private let program: ProgramRun?
    private let skipped: Int

    /// The events of the run in a directory, which need not be there yet.
    ///
    /// - Parameters:
    ///   - run: the run directory.
    ///   - program: the run's process; when it ends, nothing more is waited for.
    ///   - isResumed: whether what is in the file by now belongs to an earlier part of the run, and does not count.
    package init(of run: String, by program: ProgramRun? = nil, isResumed: Bool = false) {
        (path, self.program) = (run + "/events.jsonl", program)
        skipped = isResumed ? Self.lines(of: path).count : 0
    }

    private init(_ path: String, by program: ProgramRun?, skipping count: Int) {
        (self.path, self.program, skipped) = (path, program, count)
    }

    /// The same run's, from now on: on a busy machine what is awaited may have happened before its cause.
    package var later: RunEventLog { RunEventLog(path, by: program, skipping: Self.lines(of: path).count) }

    private static func lines(of path: String) -> [Data] {
        let content = FileManager.default.contents(atPath: path) ?? Data()
        // A last line without its end is one that is being written.
        return content.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast().map { $0 }
    }

    /// The events so far.
    package var entries: [Entry] {
        get throws {
            try Self.lines(of: path).dropFirst(skipped).map { try JSONDecoder().decode(Entry.self, from: $0) }
        }
    }

    /// Waits for events of a kind.
    ///
    /// - Parameters:
    ///   - kind: what is awaited.
    ///   - count: how many of them.
    ///   - seconds: for how long.
    ///   - isMeant: which of that kind count.
    /// - Returns: the first so many.
    /// - Throws: `Missing` when they have not come in time, or the program has ended without.
    @discardableResult
    package func waits(
        for kind: RunEvent.Kind, count: Int, seconds: Double = 600, where isMeant: (Entry) -> Bool = { _ in true }
    ) throws -> [Entry] {
        let deadline = Date(timeIntervalSinceNow: seconds)
        while true {
            // Asked before the file is read: what the program wrote before its end is there then.
            let isOver = program?.hasEnded ?? false || Date() > deadline
            let found = try entries.filter { $0.event == kind && isMeant($0) }
            if found.count >= count { return Array(found.prefix(count)) }
            if isOver {
                let came = Self.lines(of: path).map { String(decoding: $0, as: UTF8.self) }.joined(separator: "\n")
                throw Missing(
                    description: """
                        \(found.count) of \(count) events '\(kind.rawValue)' came; \(path) has
                        \(came)
                        \(program?.errorsSoFar ?? "")
                        """)
            }
            usleep(5000)
        }
    }

    /// Waits for one event of a kind.
    ///
    /// - Parameters:
    ///   - kind: what is awaited.
    ///   - seconds: for how long.
    ///   - isMeant: which of that kind counts.
    /// - Returns: the first.
    /// - Throws: `Missing` when it has not come in time, or the program has ended without.
    @discardableResult
    package func waits(
        for kind: RunEvent.Kind, seconds: Double = 600, where isMeant: (Entry) -> Bool = { _ in true }
    ) throws -> Entry {
        try waits(for: kind, count: 1, seconds: seconds, where: isMeant)[0]
    }

    /// Waits until the run can be reached, and returns where.
    ///
    /// - Throws: `Missing` when it has not come to that in time.
    package func endpoint() throws -> String {
        let entry = try waits(for: .listening)
        guard let endpoint = entry.endpoint else {
            throw Missing(description: "an event 'listening' names no endpoint")
        }
        return endpoint
    }
}
