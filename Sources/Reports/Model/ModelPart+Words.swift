extension ModelPart {
    /// A preparation's summary, like `window (input_channels 3, limit 8)`, in words.
    static func words(of summary: String) -> String {
        if let window = summary.wholeMatch(of: /window \(input_channels (\d+), limit ([\d.]+)\)/)?.output {
            let channels = window.1 == "1" ? "the channel" : "each of the \(window.1) channels"
            return "\(channels) divided by the mean of its absolute values and cut at \(window.2) times that"
        }
        return switch summary {
        case "norm": "each sample divided by its length"
        case let map where map.hasPrefix("map ("): "all made alike \(settings(map.dropFirst(4)))"
        case "log": "each value as the logarithm of one more than its size, with its sign"
        default: settings(summary[...])
        }
    }

    private static func settings(_ text: Substring) -> String {
        String(text).replacing("_", with: " ").replacing("true", with: "yes").replacing("false", with: "no")
    }
}
