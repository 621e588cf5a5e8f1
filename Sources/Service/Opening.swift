import CLinux
import Foundation
import Messaging
import Synchronization

/// What a command does before its loop takes signals: reading options, hashing a dataset, reading a checkpoint.
///
/// That can take minutes. Whoever ends the command meanwhile is told what became of it: a thread of its own waits for
/// that until `end()`.
package final class Opening: Sendable {
    private enum Phase {
        /// With the words for how far it has come; nil to say nothing.
        case open(words: @Sendable () -> String?)
        case over
    }
    private let phase: Mutex<Phase>
    /// Has the thread look whether the opening is over.
    private let over: Mailbox<Void>

    /// From now on one of `signals`, which this process blocks, ends it with exit code 128 and its number, and one line
    /// that says so.
    ///
    /// - Parameters:
    ///   - signals: those that ask to end.
    ///   - words: what else is to be said then, beginning with when it was; nil to say nothing.
    /// - Throws: when there are no descriptors or threads left.
    init(signals: sigset_t, words: @escaping @Sendable () -> String?) throws {
        phase = Mutex(.open(words: words))
        over = try Mailbox()
        var signals = signals
        let descriptor = signalfd(-1, &signals, Int32(SFD_NONBLOCK | SFD_CLOEXEC))
        if descriptor < 0 { throw ServiceError("no descriptor for signals: \(String(cString: strerror(errno)))") }
        let watch: @Sendable () -> Void = { [self] in
            defer { close(descriptor) }
            while isOpen {
                var items = [descriptor, over.descriptor].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
                _ = poll(&items, 2, -1)
                var info = signalfd_siginfo()
                let size = MemoryLayout<signalfd_siginfo>.size
                if read(descriptor, &info, size) == size { endProcess(by: Int32(info.ssi_signo)) }
            }
        }
        do { try OwnThread.start("opening", watch) } catch {
            close(descriptor)
            throw error
        }
    }

    private var isOpen: Bool {
        phase.withLock { phase in
            if case .open = phase { return true }
            return false
        }
    }

    /// Has other words said from now on.
    package func say(_ words: @escaping @Sendable () -> String?) {
        phase.withLock { phase in if case .open = phase { phase = .open(words: words) } }
    }

    /// The loop takes signals from now on.
    package func end() {
        phase.withLock { $0 = .over }
        over.put(())
    }

    private func endProcess(by signal: Int32) {
        let words: (@Sendable () -> String?)? = phase.withLock { phase in
            guard case .open(let words) = phase else { return nil }
            return words
        }
        // It came in the moment that the loop began: it is the loop's.
        guard let words else { return _ = kill(getpid(), signal) }
        if let text = words() {
            Terminal.error("ssrm: ended by \(SignalInbox.name(of: signal)) \(text)")
        }
        Terminal.flush()
        _exit(128 + signal)
    }
}
