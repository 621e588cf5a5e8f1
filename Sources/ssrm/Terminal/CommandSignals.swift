import ArgumentParser
import Service

/// The signals of commands that may run for days, taken over as early as the program has a say in it.
enum CommandSignals {
    /// What such commands take signals from.
    ///
    /// Made when it is asked for first, which `begin` does before there are other threads.
    private static let inbox = Result {
        let isQuiet = CommandLine.arguments.contains("--quiet")
        return try SignalInbox { isQuiet ? nil : "before it began; nothing was changed" }
    }
    private static let commands: Set = ["pretrain", "coordinator", "worker", "relay"]

    /// Takes them over if the command line has one of these commands; others end by signals as programs do, even where
    /// whoever started this one had blocked them, as some daemons have in what they start.
    static func begin() {
        SignalInbox.unblock()
        if let name = CommandLine.arguments.dropFirst().first, commands.contains(name) { _ = inbox }
    }

    /// - Throws: when there are no descriptors for them.
    static func take() throws -> SignalInbox { try inbox.get() }

    /// Says which signal ended a worker or a relay; returns what the program ends with.
    static func end(by signal: Int32, isQuiet: Bool) -> ExitCode {
        if !isQuiet {
            Terminal.error(SignalInbox.note(on: signal) ?? "ended by \(SignalInbox.name(of: signal)); no work is lost")
        }
        return ExitCode(128 + signal)
    }
}
