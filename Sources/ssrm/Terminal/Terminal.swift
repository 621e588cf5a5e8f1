import Foundation
import Synchronization

/// Standard error: lines that stay, and one line that changes where a person looks on.
enum Terminal {
    private static let live = Mutex(false)

    /// Whether standard error is a terminal.
    static let isInteractive = isatty(STDERR_FILENO) != 0

    /// Writes a line that stays.
    static func error(_ line: String) {
        live.withLock { isLive in
            write((isLive ? "\r\u{1B}[K" : "") + line + "\n")
            isLive = false
        }
    }

    /// Replaces the changing line; nothing unless standard error is a terminal.
    static func show(_ line: String) {
        guard isInteractive else { return }
        live.withLock { isLive in
            write("\r\u{1B}[K" + line)
            isLive = true
        }
    }

    /// Takes the changing line away.
    static func clear() {
        live.withLock { isLive in
            if isLive { write("\r\u{1B}[K") }
            isLive = false
        }
    }

    private static func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}

/// Time since the program's start that no clock change disturbs.
struct Stopwatch {
    private let start = ContinuousClock.now

    /// The time gone by.
    var elapsed: Duration { ContinuousClock.now - start }
}

extension Duration {
    /// Seconds with their fraction.
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }

    /// Like `0:07` or `1:02:45`.
    var asClock: String {
        let total = Int(components.seconds)
        let (hours, minutes, seconds) = (total / 3600, total / 60 % 60, total % 60)
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return hours > 0 ? "\(hours):\(two(minutes)):\(two(seconds))" : "\(minutes):\(two(seconds))"
    }
}
