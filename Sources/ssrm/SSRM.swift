import ArgumentParser

/// The program: one executable, a subcommand a task.
@main
struct SSRM: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ssrm",
        abstract: "Learns sleep from unlabelled recordings on several machines, recognises it from few labels.",
        version: "0.1.0",
        subcommands: [DataCommand.self])
}
