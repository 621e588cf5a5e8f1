import Foundation
import Synchronization

/// Standard error: lines that stay, and one line that changes where a person looks on.
package enum Terminal {
    private static let live = Mutex(false)

    /// Whether standard error is a terminal.
    package static let isInteractive = isatty(STDERR_FILENO) != 0

    /// Writes a line that stays.
    package static func error(_ line: String) {
        live.withLock { isLive in
            write((isLive ? "\r\u{1B}[K" : "") + line + "\n")
            isLive = false
        }
    }

    /// Replaces the changing line; nothing unless standard error is a terminal.
    package static func show(_ line: String) {
        guard isInteractive else { return }
        live.withLock { isLive in
            write("\r\u{1B}[K" + line)
            isLive = true
        }
    }

    /// Takes the changing line away.
    package static func clear() {
        live.withLock { isLive in
            if isLive { write("\r\u{1B}[K") }
            isLive = false
        }
    }

    /// Best effort: a terminal that was closed must not end a night's training.
    private static func write(_ text: String) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let written = bytes.withUnsafeBytes { Foundation.write(STDERR_FILENO, $0.baseAddress, $0.count) }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { return }
            bytes = bytes.dropFirst(written)
        }
    }

    /// Opens what the caller closed of standard input, output and error, or the next file opened would take its place.
    package static func openStandardStreams() {
        for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
            _ = open("/dev/null", O_RDWR)
        }
    }
}
