import ArgumentParser

/// Links as people write them.
enum LinkText {
    private static let rates = [
        ("kbit", 1e3), ("mbit", 1e6), ("gbit", 1e9),
    ]
    private static let times = [("us", 1e-6), ("ms", 1e-3), ("s", 1.0)]

    /// Bits a second of a text like `100mbit`.
    static func rate(_ text: String) throws -> Double {
        guard let rate = value(text, rates), (1e3...1e13).contains(rate) else {
            throw ValidationError("use a rate like 1gbit, 100mbit or 56kbit, not '\(text)'")
        }
        return rate
    }

    /// Seconds of a text like `20ms`.
    static func delay(_ text: String) throws -> Double {
        guard let time = value(text, times), (0...60).contains(time) else {
            throw ValidationError("use a time like 0.1ms, 20ms or 1s, not '\(text)'")
        }
        return time
    }

    /// A number followed by one of the units, in whatever case.
    private static func value(_ text: String, _ units: [(name: String, factor: Double)]) -> Double? {
        let text = text.lowercased()
        for (name, factor) in units where text.hasSuffix(name) {
            if let number = Double(text.dropLast(name.count)), number.isFinite { return number * factor }
        }
        return nil
    }
}
