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
    private let address: StatusAddress
    private let folder: String
    private(set) var channel: StatusChannel
    private var process: ChildProcess?
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
            (process, channel) = try Self.start(address.text, folder: folder)
            switch Self.answer(on: channel) {
            case .served(let port):
                self.port = port
                replacement.onJoined()
                return
            case .failed(let reason, let isPortTaken):
                process?.end()
                // The page of a run that was killed just now lives on for a moment.
                if !isPortTaken || watch.elapsed > Self.portPatience {
                    throw ServiceError("--status \(address.text): \(reason)")
                }
                usleep(200_000)
            case nil:
                process?.end()
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

    private static func start(_ address: String, folder: String) throws -> (ChildProcess, StatusChannel) {
        let (own, other) = try StatusChannel.pair()
        let process = try ChildProcess(
            ["status", "--serve", address, "--of-parent", "--", folder], name: "the status page",
            standardInput: other.descriptor)
        return (process, own)
    }

    /// Has another one take its place where it has ended.
    ///
    /// The page does without it for a while, or for good where one after another ends; the run goes on.
    func tick() {
        if let process {
            guard let end = process.takeEnd() else { return }
            self.process = nil
            let next = replacement.onEnd(after: started.elapsed, isKilled: end.isKilled)
            switch next {
            case .now, .after:
                // The port may be held by what is left of connections, so not at once; where many end soon, later and
                // later.
                var pause = Duration.seconds(1)
                if case .after(let longer) = next { pause = max(pause, longer) }
                delay = started.elapsed + pause
                Terminal.error("the process of the status page ended (\(end.how)); another is started")
            case .never:
                delay = nil
                Terminal.error("the process of the status page ended (\(end.how)); the run goes on without a page")
            }
        }
        guard let due = delay, started.elapsed >= due else { return }
        (delay, started) = (nil, Stopwatch())
        replacement.onStart()
        do {
            (process, channel) = try Self.start(address.text(withPort: port), folder: folder)
            if case .served? = Self.answer(on: channel) { replacement.onJoined() }
        } catch {
            delay = started.elapsed + Self.retryPause
            Terminal.error("\(error); it is tried again")
        }
    }

    /// Has it show how the run ended, and ends it.
    func end() {
        guard let process else { return }
        channel.endSending()
        let watch = Stopwatch()
        // A machine that is busy with other things may let it wait; one that was stopped says nothing more.
        while watch.elapsed < Self.endPatience, !wasStopped(process) {
            // Its end closes its side.
            if let message = channel.receive(patience: .milliseconds(200)), message.isEmpty { break }
        }
        process.end()  // what it had to say was said
        self.process = nil
    }

    /// Whether a signal stopped it since this was asked last.
    private func wasStopped(_ process: ChildProcess) -> Bool {
        var what = siginfo_t()
        return waitid(P_PID, id_t(process.pid), &what, WSTOPPED | WNOHANG) == 0 && what.si_signo == SIGCHLD
    }
}
