import ArgumentParser
import Foundation
import Service
import Upstream

/// `ssrm status`: how a run stands, from what is in its directory.
struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Tells how a run stands: step, rate, time left, machines, checkpoint, problems.",
        discussion: """
            Reads the files in the run directory alone, so it says the same wherever the run was started, by hand, with \
            Cluster/ssh-launch or by a batch system, and of runs that are over. A machine's share is its part of the \
            work in the last steps that were measured (--report-every).

            Example:
              ssrm status runs/a
            """)

    @Argument(help: "A run directory.")
    var folder: String

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        let status = try RunStatus(of: RunFolder(folder), at: Date())
        if json { return try printJSON(status) }
        for line in status.lines { print(line) }
    }
}
