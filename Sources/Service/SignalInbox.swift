import CLinux
import Foundation

/// Signals as something to read in a poll set, instead of handlers that interrupt.
///
/// Made once, at the start of a command and before any other thread, so that no thread takes the signals first.
package final class SignalInbox: Sendable {
    /// Readable while a signal waits.
    let descriptor: Int32
    /// What ends the process until a loop takes signals; nil where nothing does.
    package let opening: Opening?

    /// The signals that ask a process to end.
    ///
    /// Beside Ctrl-C and `kill`: what a closed terminal or a dropped ssh connection sends (SIGHUP), what batch systems
    /// send some time before the end (SIGUSR1, SIGUSR2), and the limit on processor time (SIGXCPU).
    package static let askingToEnd = [SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2, SIGTERM, SIGXCPU]

    /// Those that a person or an impatient system sends once more: the second one ends the process at once.
    private static let insisting = [SIGINT, SIGQUIT, SIGTERM]
    /// How long after the first one another is its echo.
    private static let echoMilliseconds = 250

    /// Takes over the signals that ask to end, for the whole process, and the ends of its child processes.
    ///
    /// What the caller had this process ignore, as `nohup` does with SIGHUP, stays ignored; not so SIGINT, which a
    /// shell has all its background jobs ignore.
    ///
    /// - Parameter words: what is to be said when one asks the process to end before a loop takes them, as `Opening`
    ///   has it; without any it waits for the loop.
    /// - Throws: when there are no descriptors left.
    package init(opening words: (@Sendable () -> String?)? = nil) throws {
        // Whoever read what this process says may be gone, as with a dropped connection: that ends no run.
        signal(SIGPIPE, SIG_IGN)
        // Where the caller has it ignored, children leave nothing to wait for.
        signal(SIGCHLD, SIG_DFL)
        var set = sigset_t()
        sigemptyset(&set)
        sigaddset(&set, SIGCHLD)
        for signal in Self.askingToEnd where signal == SIGINT || signal == SIGTERM || !Self.isIgnored(signal) {
            sigaddset(&set, signal)
        }
        pthread_sigmask(SIG_BLOCK, &set, nil)
        descriptor = signalfd(-1, &set, Int32(SFD_NONBLOCK | SFD_CLOEXEC))
        if descriptor < 0 { throw ServiceError("no descriptor for signals: \(String(cString: strerror(errno)))") }
        sigdelset(&set, SIGCHLD)
        Self.leaveTimeToEnd()
        opening = try words.map { try Opening(signals: set, words: $0) }
    }

    /// Has SIGXCPU come some time before the processor time is over at which the system kills this process: a limit set
    /// by `ulimit -t` alone has both at once.
    private static func leaveTimeToEnd() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_CPU.rawValue), &limit) == 0, limit.rlim_max != .max,
            limit.rlim_cur == limit.rlim_max, limit.rlim_max > 1
        else { return }
        limit.rlim_cur = limit.rlim_max - min(10, limit.rlim_max / 2)
        setrlimit(__rlimit_resource_t(RLIMIT_CPU.rawValue), &limit)
    }

    /// Whether the caller had this process ignore a signal. (A blocked one waits even where it is ignored, so that this
    /// has to be asked.)
    package static func isIgnored(_ signal: Int32) -> Bool { linux_is_ignored(signal) != 0 }

    /// Lets the signals that ask to end through where the caller of this process had blocked them.
    package static func unblock() {
        var set = sigset_t()
        sigemptyset(&set)
        for signal in askingToEnd { sigaddset(&set, signal) }
        pthread_sigmask(SIG_UNBLOCK, &set, nil)
    }

    /// What a signal that asks to end is called.
    package static func name(of signal: Int32) -> String {
        switch signal {
        case SIGHUP: "SIGHUP"
        case SIGINT: "SIGINT"
        case SIGQUIT: "SIGQUIT"
        case SIGUSR1: "SIGUSR1"
        case SIGUSR2: "SIGUSR2"
        case SIGTERM: "SIGTERM"
        case SIGXCPU: "SIGXCPU"
        default: "signal \(signal)"
        }
    }

    /// What a person reads of a run that a signal ended; nil for Ctrl-C and `kill`, which explain themselves.
    package static func note(on signal: Int32) -> String? {
        switch signal {
        case SIGHUP: "ended by SIGHUP: the terminal or the connection was closed (nohup keeps a run going then)"
        case SIGQUIT: "ended by SIGQUIT, which Ctrl-\\ sends"
        case SIGUSR1: "ended by SIGUSR1, which batch systems send before the time is over"
        case SIGUSR2: "ended by SIGUSR2, which batch systems send before the time is over"
        case SIGXCPU: "ended by SIGXCPU: the limit on processor time is reached (ulimit -t)"
        default: nil
        }
    }

    /// Has the next Ctrl-C, Ctrl-\\ or `kill` end the process at once, whatever it waits for; said after the first one.
    ///
    /// Files are whole or not there at any moment, so nothing that was written is lost.
    func endAtOnceOnNext() {
        let insisting = Self.insisting.filter { $0 != SIGQUIT || !Self.isIgnored($0) }
        linux_end_on_next(insisting, Int32(insisting.count), Self.echoMilliseconds)
    }

    deinit { close(descriptor) }

    /// The numbers of the signals that came.
    func takeAll() -> [Int32] {
        var numbers: [Int32] = []
        var info = signalfd_siginfo()
        while read(descriptor, &info, MemoryLayout<signalfd_siginfo>.size) == MemoryLayout<signalfd_siginfo>.size {
            numbers.append(Int32(info.ssi_signo))
        }
        return numbers
    }
}
