import ArgumentParser
import CLinux
import Checkpoints
import Foundation
import Messaging
import Service

/// The program: one executable, a subcommand a task.
@main
struct SSRM: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ssrm",
        abstract: "Learns sleep from unlabelled recordings on several machines, recognises it from few labels.",
        discussion: """
            recordings --ssrm data--> dataset --ssrm pretrain--> encoder --ssrm train--> model --ssrm predict--> labels

            Example:
              ssrm data synthetic --kind pressure --subjects 6 --seed 1 \\
                --out maps.safetensors

            Exit codes: 0 done, 1 it could not be done, 2 wrong usage, 128 + n ended by signal n.
            """,
        version: "0.8.0",
        subcommands: [
            DataCommand.self, PretrainCommand.self, CoordinatorCommand.self, WorkerCommand.self, RelayCommand.self,
            KeysCommand.self, PlanCommand.self,
            TrainCommand.self,
            EvaluateCommand.self, PredictCommand.self, ReportCommand.self, ExportCommand.self, PresetCommand.self,
            InspectCommand.self, StatusCommand.self, DoctorCommand.self,
            BenchCommand.self,
        ])

    /// The version, and what tells this build of it from others, whose arithmetic may be another; the version alone
    /// where the program may be run and not read.
    static var build: String {
        guard let program = try? MappedFile(path: "/proc/self/exe") else { return configuration.version }
        return "\(configuration.version) (\(SHA256Digest.hex(of: program.bytes).prefix(12)))"
    }

    /// Ends where the stack is too small for any work (`ulimit -s`): it would in the middle of some, without a word.
    private static func requireStack() {
        let (least, usual) = (rlim_t(512 << 10), rlim_t(8 << 20))
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_STACK.rawValue), &limit) == 0, limit.rlim_cur < least else { return }
        limit.rlim_cur = min(limit.rlim_max, usual)
        if limit.rlim_cur >= least, setrlimit(__rlimit_resource_t(RLIMIT_STACK.rawValue), &limit) == 0 { return }
        Terminal.error(
            "ssrm: a stack of \(limit.rlim_cur >> 10) KiB is too small for any work: raise it (ulimit -s 8192)")
        end(1)
    }

    /// Parses and runs.
    ///
    /// Exit codes: 0 done, 1 it could not be done, 2 wrong usage, 128 + n ended by signal n.
    static func main() {
        Terminal.openStandardStreams()
        linux_widen_threads(1 << 20)
        requireStack()
        CommandSignals.begin()
        MappedFile.outliveCuts()  // a dataset that somebody cuts is an error with its name
        signal(SIGXFSZ, SIG_IGN)  // a file beyond the limit of sizes is an error of its write, with its name
        Descriptors.raiseLimit()
        _ = linux_set_process_name("ssrm")  // a worker is started as /proc/self/exe, and would be called so
        // Gradients come in messages of the same large size over and over: keep that memory instead of returning it
        // each time.
        mallopt(M_MMAP_THRESHOLD, 1 << 30)
        mallopt(M_TRIM_THRESHOLD, 1 << 30)
        // Help would have no column for its texts.
        if let width = getenv("COLUMNS"), Int(String(cString: width)).map({ $0 <= 0 }) ?? false { unsetenv("COLUMNS") }
        // Not even the program's own name: the system tells arguments by /proc alone.
        if CommandLine.arguments.isEmpty {
            Terminal.error(
                "ssrm: /proc is not mounted here, and without it no command can be read: mount -t proc proc /proc")
            end(1)
        }
        if let place = firstArgumentThatIsNoText() {
            Terminal.error(
                "ssrm: argument \(place) is not UTF-8 text, and a path that is not can't be used here: rename the file or folder"
            )
            end(2)
        }
        if let lines = unknownCommand(in: CommandLine.arguments.dropFirst()) { endForUsage(lines) }
        do {
            var command = try parseAsRoot(joiningNegativeNumbers(CommandLine.arguments.dropFirst()))
            if let lines = optionGivenTwice(in: CommandLine.arguments.dropFirst()) { endForUsage(lines) }
            try command.run()
            end(0)
        } catch {
            let code = exitCode(for: error)
            if let ended = error as? ExitCode { end(ended.rawValue) }
            if code.isSuccess {
                print(withUsageLinesBroken(fullMessage(for: error)))
                end(0)
            }
            let isUsage = code == .validationFailure
            let lines = isUsage ? usageLines(for: error) : ["ssrm: \(error)"]
            for line in lines { Terminal.error(line) }
            end(isUsage || (error as? ProgramError)?.isUsage ?? false ? 2 : 1)
        }
    }

    /// What is wrong with the usage, with what was given in one line each time that it is quoted.
    private static func usageLines(for error: any Error) -> [String] {
        var text = fullMessage(for: error)
        // Who misspelt an option hears of that, not that the right one is missing, nor of one that is little like it.
        let isOfOptions = ["Missing expected argument", "Unknown option"].contains { text.hasPrefix("Error: \($0)") }
        if isOfOptions, let first = text.firstIndex(of: "\n"),
            let unknown = unknownArgument(in: CommandLine.arguments.dropFirst())
        {
            text = unknown + text[first...]
        }
        let values = CommandLine.arguments.flatMap { argument in
            [argument] + argument.split(separator: "=", maxSplits: 1).dropFirst().map(String.init)
        }
        for value in values where value.contains(where: \.isNewline) && !value.allSatisfy(\.isWhitespace) {
            text = text.replacing(value, with: TerminalText.line(value))
        }
        return withUsageLinesBroken(text).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    /// Ends the process after it has told what is wrong with the usage.
    private static func endForUsage(_ lines: [String]) -> Never {
        for line in lines { Terminal.error(line) }
        end(2)
    }

    /// Which argument, counted from 1, is no UTF-8: what `CommandLine.arguments` makes of it names another file.
    private static func firstArgumentThatIsNoText() -> Int? {
        (1..<max(1, Int(CommandLine.argc))).first { place in
            CommandLine.unsafeArgv[place].map { String(validatingCString: $0) == nil } ?? false
        }
    }

    /// Whether standard output is a pipe that nobody reads any more.
    private static var isReaderGone: Bool {
        var output = pollfd(fd: STDOUT_FILENO, events: 0, revents: 0)
        return poll(&output, 1, 0) == 1 && output.revents & Int16(POLLERR) != 0
    }

    /// Ends the process without the libraries' own endings: a thread may still compute with code that they would unmap.
    private static func end(_ code: Int32) -> Never {
        Terminal.flush()
        let isFlushed = fflush(nil) == 0
        let reason = isFlushed ? "some of it is lost; is the disk full?" : String(cString: strerror(errno))
        // Whoever reads no more wants no message: it ends as the signal would have ended it.
        if code == 0, !isFlushed || linux_output_has_failed() != 0, isReaderGone { _exit(128 + SIGPIPE) }
        // What did not fit into the buffer was written before, and its failure is only noted.
        if !isFlushed || linux_output_has_failed() != 0, code == 0 {
            Terminal.error("ssrm: standard output can't be written: \(reason)")
            Terminal.flush()
            _exit(1)
        }
        _exit(code)
    }
}
