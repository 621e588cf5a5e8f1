extension Duration {
    /// As a fraction of seconds.
    var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }

    /// Whole milliseconds as ZeroMQ and the kernel take them, rounded up so that no wait is cut to nothing; at least 0.
    var wholeMilliseconds: Int {
        max(
            0,
            Int(components.seconds) * 1000 + Int((components.attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
        )
    }
}
