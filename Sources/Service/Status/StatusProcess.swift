import Foundation
import Messaging

/// The process that serves a run's page: another one, so that nothing that is done to the page reaches the run.
final class StatusProcess {
    private static let startPatience = Duration.seconds(20)
    /// How long a port is tried that can't be had.
    private static let portPatience = Duration.seconds(1.5)
    private static let endPatience = Duration.seconds(10)
    /// How long it is waited where no process can be started.
    private static let retryPause = Duration.seconds(10)
    private static let program = "/proc/self/exe"
    private let address: StatusAddress
    private let folder: String
    private(set) var channel: StatusChannel
    private var pid: pid_t
    private var started = Stopwatch()
    private var replacement = Replacement()
    private var delay: Duration?
    /// Where the page is served.
    let port: Int

    /// Starts it and waits until the page can be looked at.
    ///
    /// - Throws: when it can't be, like where the port is somebody else's.
    init(_ address: StatusAddress, folder: String) throws {
        (self.address, self.folder) = (address, folder)
        replacement.onStart()
        let watch = Stopwatch()
        while true {
            (pid, channel) = try Self.spawn(address.text, folder: folder)
            switch Self.answer(on: channel) {
            case .served(let port):
                self.port = port
                replacement.onJoined()
                return
            case .failed(let reason):
                waitpid(pid, nil, 0)
                // The page of a run that was killed just now lives on for a moment.
                if watch.elapsed > Self.portPatience { throw ServiceError("--status \(address.text): \(reason)") }
                usleep(200_000)
            case nil:
                kill(pid, SIGKILL)
                waitpid(pid, nil, 0)
                throw ServiceError("--status \(address.text): its process ended or said nothing for too long")
            }
        }
    }

    private static func answer(on channel: StatusChannel) -> StatusChannel.Answer? {
        let watch = Stopwatch()
        while watch.elapsed < startPatience {
            guard let message = channel.receive(patience: startPatience - watch.elapsed) else { continue }
            return try? JSONDecoder().decode(StatusChannel.Answer.self, from: message)
        }
        return nil
    }

    private static func spawn(_ address: String, folder: String) throws -> (pid_t, StatusChannel) {
        let (own, other) = try StatusChannel.pair()
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, other.descriptor, STDIN_FILENO)
        // What the run prints on standard output is the run's alone.
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
        let arguments = ["ssrm", "status", "--serve", address, "--of-parent", "--", folder]
        var words = arguments.map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var pid = pid_t()
        let code = posix_spawn(&pid, program, &actions, &attributes, &words, environ)
        if code != 0 { throw ServiceError("the status page can't be started: \(String(cString: strerror(code)))") }
        return (pid, own)
    }

    /// Has another one take its place where it has ended.
    ///
    /// The page does without it for a while, or for good where one after another ends; the run goes on.
    func tick() {
        if pid > 0 {
            var status: Int32 = 0
            guard waitpid(pid, &status, WNOHANG) == pid else { return }
            pid = 0
            let signal = status & 0x7F
            let how = signal == 0 ? "exit code \((status >> 8) & 0xFF)" : "signal \(signal)"
            let next = replacement.onEnd(after: started.elapsed, isKilled: signal != 0)
            switch next {
            case .now, .after:
                // The port may be held by what is left of connections, so not at once; where many end soon, later and
                // later.
                var pause = Duration.seconds(1)
                if case .after(let longer) = next { pause = max(pause, longer) }
                delay = started.elapsed + pause
                Terminal.error("the process of the status page ended (\(how)); another is started")
            case .never:
                delay = nil
                Terminal.error("the process of the status page ended (\(how)); the run goes on without a page")
            }
        }
        guard let due = delay, started.elapsed >= due else { return }
        (delay, started) = (nil, Stopwatch())
        replacement.onStart()
        do {
            (pid, channel) = try Self.spawn(address.text(withPort: port), folder: folder)
            if case .served? = Self.answer(on: channel) { replacement.onJoined() }
        } catch {
            delay = started.elapsed + Self.retryPause
            Terminal.error("\(error); it is tried again")
        }
    }

    /// Has it show how the run ended, and ends it.
    func end() {
        guard pid > 0 else { return }
        channel.endSending()
        let watch = Stopwatch()
        // A machine that is busy with other things may let it wait; one that was stopped says nothing more.
        while watch.elapsed < Self.endPatience, !wasStopped {
            // Its end closes its side.
            if let message = channel.receive(patience: .milliseconds(200)), message.isEmpty { break }
        }
        kill(pid, SIGKILL)  // what it had to say was said
        waitpid(pid, nil, 0)
        pid = 0
    }

    /// Whether a signal stopped it since this was asked last.
    private var wasStopped: Bool {
        var what = siginfo_t()
        return waitid(P_PID, id_t(pid), &what, WSTOPPED | WNOHANG) == 0 && what.si_signo == SIGCHLD
    }
}
