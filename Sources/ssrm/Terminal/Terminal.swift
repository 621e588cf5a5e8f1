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
    static func openStandardStreams() {
        for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
            _ = open("/dev/null", O_RDWR)
        }
    }
}

/// Prints one JSON object on standard output, its keys sorted.
func printJSON(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    print(String(decoding: try encoder.encode(value), as: UTF8.self))
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

    /// Like `3 seconds` or `0.5 seconds`.
    var asWords: String { seconds == seconds.rounded() ? "\(Int(seconds)) seconds" : "\(seconds) seconds" }

    /// Like `0:07` or `1:02:45`.
    var asClock: String {
        let total = Int(components.seconds)
        let (hours, minutes, seconds) = (total / 3600, total / 60 % 60, total % 60)
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return hours > 0 ? "\(hours):\(two(minutes)):\(two(seconds))" : "\(minutes):\(two(seconds))"
    }
}
