import ArgumentParser
import Foundation
import Service
import StatusPage
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

            With --serve, a page shows it and follows the run: what `ssrm pretrain --status` does, of a run that was \
            started without or is over.

            Example:
              ssrm status runs/a
              ssrm status runs/a --serve 8080
            """)

    @Argument(help: "A run directory.", completion: .directory)
    var folder: String

    @Flag(help: "Print one JSON object.")
    var json = false

    @Option(
        help: ArgumentHelp(
            """
            Serve a page of it, with /status.json and /metrics (for Prometheus), at this port of this machine, 0 for a free \
            one, or at HOST:PORT, which others may reach; until Ctrl-C.
            """, valueName: "port"))
    var serve: String?

    @Flag(help: .hidden)
    var ofParent = false

    func validate() throws {
        if serve != nil, json { throw ValidationError("--serve has /status.json; leave --json out") }
        _ = try serve.map(address)
        if ofParent, serve == nil { throw ValidationError("--of-parent is for --serve") }
    }

    private func address(_ text: String) throws -> StatusAddress {
        do { return try StatusAddress(text) } catch { throw ValidationError("--serve \(text): \(error)") }
    }

    private func serve(at place: String) throws {
        let address = try address(place)
        let run = RunFolder(folder)
        // A page that was stopped takes no other signal; the run itself ends it by its channel.
        if ofParent { try ParentProcess.endThisWith(getppid(), by: SIGKILL) }
        // A run that starts the page writes its job soon.
        if !ofParent { _ = try RunStatus(of: run, at: Date()) }
        var isServed = false
        do {
            try StatusPage.serve(
                run, at: address, version: SSRM.configuration.version,
                channel: ofParent ? StatusChannel(descriptor: STDIN_FILENO) : nil
            ) { url in
                isServed = true
                if ofParent { return }  // which tells
                print("status page at \(url)")
                if !address.isLoopback { Terminal.error("note: whoever reaches \(url) can read it, unencrypted") }
                fflush(nil)
            }
        } catch let error where !isServed {
            throw ProgramError("--serve \(place): \(error)")
        }
    }

    func run() throws {
        if let place = serve { return try serve(at: place) }
        let status = try RunStatus(of: RunFolder(folder), at: Date())
        if json { return try printJSON(status) }
        for line in status.lines { print(line) }
    }
}
