import ArgumentParser
import Service

/// Whether and where a run is shown while it goes on.
struct StatusOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            Serve a page that shows the run while it goes on, at this port of this machine, 0 for a free one, or at \
            HOST:PORT, which others may reach.
            """,
            discussion: """
                The page can only be looked at. Beside it are /status.json and /metrics (for Prometheus). To look at it from \
                elsewhere: ssh -L 8080:localhost:8080 THIS-MACHINE. It is served by a process of its own that gives way to \
                the run.
                """, valueName: "port"))
    var status: String?

    @Option(
        help: ArgumentHelp(
            """
            Write the figures into an event file of this folder as they come, for TensorBoard; what `ssrm export RUN \
            --tensorboard` writes afterwards.
            """, discussion: "Each run has a folder of its own.", valueName: "dir"),
        completion: .directory)
    var tensorboard: String?

    func validate() throws { _ = try address() }

    func address() throws -> StatusAddress? {
        guard let status else { return nil }
        do { return try StatusAddress(status) } catch { throw ValidationError("--status \(status): \(error)") }
    }
}
