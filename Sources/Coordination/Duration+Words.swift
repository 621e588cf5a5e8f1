import Numerics

extension Duration {
    /// Seconds with their fraction.
    package var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }

    /// Like `3 seconds` or `0.5 seconds`.
    var inWords: String {
        seconds == seconds.rounded() ? "\(components.seconds) seconds" : "\(seconds) seconds"
    }

    /// Like `0:07` or `1:02:45`.
    package var asClock: String { seconds.asClock }
}

extension Double {
    /// So many seconds, like `0:07`, `1:02:45` or, from three days on, `3 d 04:05:06`.
    ///
    /// Below none and beyond what any run takes it is the nearest that is told.
    package var asClock: String {
        let total = Int(self, clampedTo: 0...1_000_000_000_000) ?? 0
        let (hours, minutes, seconds) = (total / 3600, total / 60 % 60, total % 60)
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        if hours >= 72 { return "\(hours / 24) d \(two(hours % 24)):\(two(minutes)):\(two(seconds))" }
        return hours > 0 ? "\(hours):\(two(minutes)):\(two(seconds))" : "\(minutes):\(two(seconds))"
    }
}
