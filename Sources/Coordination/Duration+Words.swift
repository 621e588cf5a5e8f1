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
    /// So many seconds, like `0:07` or `1:02:45`; below none and beyond what any run takes at the nearest that is told.
    package var asClock: String {
        let total = Int(self, clampedTo: 0...1_000_000_000_000) ?? 0
        let (hours, minutes, seconds) = (total / 3600, total / 60 % 60, total % 60)
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return hours > 0 ? "\(hours):\(two(minutes)):\(two(seconds))" : "\(minutes):\(two(seconds))"
    }
}
