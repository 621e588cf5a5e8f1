import CLinux
import Foundation

/// Signals as something to read in a poll set, instead of handlers that interrupt.
///
/// Made once, at the start of a command and before any other thread, so that no thread takes the signals first.
package final class SignalInbox {
    /// Readable while a signal waits.
    let descriptor: Int32

    /// Takes over these signals for the whole process.
    package init(_ signals: [Int32]) throws {
        var set = sigset_t()
        sigemptyset(&set)
        for signal in signals { sigaddset(&set, signal) }
        pthread_sigmask(SIG_BLOCK, &set, nil)
        descriptor = signalfd(-1, &set, Int32(SFD_NONBLOCK | SFD_CLOEXEC))
        if descriptor < 0 { throw ServiceError("no descriptor for signals: \(String(cString: strerror(errno)))") }
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
