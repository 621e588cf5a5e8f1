import Dispatch
import Foundation
import Synchronization

/// Standard error: lines that stay, and one line that changes where a person looks on.
///
/// A thread of its own writes, so that nobody waits for a reader that is slow, stopped or gone; that it is gone raises
/// no signal there.
package enum Terminal {
    private static let queue = Mutex(TerminalQueue())
    /// Those who wait until all that was put until then is written.
    private static let waiting = Mutex<[DispatchSemaphore]>([])
    private static let work = DispatchSemaphore(value: 0)
    private static let hasThread = startThread()

    /// Whether standard error is a terminal on which a line can change.
    package static let isInteractive =
        isatty(STDERR_FILENO) != 0 && ProcessInfo.processInfo.environment["TERM"] != "dumb"

    /// How many characters a line of the terminal has; nil where it does not say.
    private static var width: Int? {
        var size = winsize()
        return ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : nil
    }

    /// Writes a line that stays, as far as a terminal is to show it, and never more than one; returns at once.
    package static func error(_ line: String) {
        queue.withLock { $0.put(TerminalText.line(line)) }
        wake()
    }

    /// Replaces the changing line, as much of it as fits, and returns at once; nothing unless standard error is a
    /// terminal.
    package static func show(_ line: String) {
        guard isInteractive else { return }
        let line = TerminalText.line(line)
        let shown = width.map { TerminalText.fitted(line, width: $0 - 1) } ?? line
        queue.withLock { $0.show(shown) }
        wake()
    }

    /// Takes the changing line away, and flushes: what follows may go to the same terminal by another way.
    package static func clear() {
        if isInteractive { queue.withLock { $0.clear() } }
        flush()
    }

    /// Waits until all is written, but no longer than `patience` for a reader: one that is there reads at once.
    package static func flush(patience: Duration = .milliseconds(200)) {
        let written = DispatchSemaphore(value: 0)
        waiting.withLock { $0.append(written) }
        wake()
        // Where there is room for what is said, it is the thread that writes that had no turn: on a busy machine, or
        // where the whole process was held, that time is over before it had one.
        for _ in 0..<50 {
            if written.wait(timeout: .now() + patience.seconds) == .success || !takesMore { return }
        }
    }

    /// Whether what is written now would be taken.
    private static var takesMore: Bool {
        var item = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
        return poll(&item, 1, 0) > 0
    }

    /// Opens what the caller closed of standard input, output and error, or the next file opened would take its place.
    package static func openStandardStreams() {
        for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
            _ = open("/dev/null", O_RDONLY)  // what is written to one that was closed is to fail
        }
    }

    // MARK: - The thread that writes

    private static func wake() {
        if hasThread { work.signal() } else { writeAll() }
    }

    /// Starts it with signals blocked: those that ask a process to end are for others, and the one that a reader who is
    /// gone causes is for nobody.
    ///
    /// - Returns: false where the system has no more threads; then whoever has something to say writes it.
    private static func startThread() -> Bool {
        var (blocked, before) = (sigset_t(), sigset_t())
        sigfillset(&blocked)
        for fault in [SIGBUS, SIGSEGV, SIGILL, SIGFPE, SIGTRAP, SIGABRT] { sigdelset(&blocked, fault) }
        pthread_sigmask(SIG_BLOCK, &blocked, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { _ in
                while true {
                    Terminal.work.wait()
                    Terminal.writeAll()
                }
            }, nil)
        if code == 0 { pthread_detach(thread) }
        return code == 0
    }

    private static func writeAll() {
        // Taken first: what they wait for was put before.
        let waiting = waiting.withLock { waiting in
            defer { waiting = [] }
            return waiting
        }
        while let text = queue.withLock({ $0.next() }) { write(text) }
        for waiter in waiting { waiter.signal() }
    }

    /// Best effort: a terminal that was closed must not end a night's training.
    private static func write(_ text: String) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let written = bytes.withUnsafeBytes { Foundation.write(STDERR_FILENO, $0.baseAddress, $0.count) }
            if written < 0, errno == EINTR { continue }
            if written < 0, errno == EAGAIN {  // whoever shares the descriptor made it so
                var item = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
                _ = poll(&item, 1, -1)
                continue
            }
            guard written > 0 else { return }
            bytes = bytes.dropFirst(written)
        }
    }
}
