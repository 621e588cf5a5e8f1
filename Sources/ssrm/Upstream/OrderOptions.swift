import ArgumentParser
import Upstream

/// In which order samples are taken.
struct OrderOptions: ParsableArguments {
    @Option(
        help: """
            In which order samples are taken: samples, a random order of all, or blockwise, within windows of a few blocks of \
            neighbouring samples, so that workers without the dataset need little memory. By default the preset's, or \
            blockwise for more than 4 GiB of samples.
            """,
        transform: kind)
    var order: OrderSettings.Kind?

    @Option(
        help: """
            Blocks of about 1 MiB in a window of a blockwise order, for each shard its own; by default 8. Alone, it asks \
            for that order.
            """)
    var windowBlocks: Int?

    func validate() throws {
        if let windowBlocks, !(1...65_536).contains(windowBlocks) {
            throw ValidationError("--window-blocks must be 1 to 65536 blocks, not \(windowBlocks)")
        }
        if order == .samples, windowBlocks != nil {
            throw ValidationError("--window-blocks is for --order blockwise; --order samples has no window")
        }
    }

    /// Replaces what was asked for.
    func replace(_ settings: inout OrderSettings) {
        if let order {
            settings = OrderSettings(order, windowBlocks: order == .blockwise ? settings.windowBlocks : nil)
        }
        if let windowBlocks { settings = OrderSettings(settings.kind ?? .blockwise, windowBlocks: windowBlocks) }
    }

    private static func kind(_ text: String) throws -> OrderSettings.Kind {
        guard let kind = OrderSettings.Kind(rawValue: text) else {
            throw ValidationError(
                "use \(OrderSettings.Kind.allCases.map(\.rawValue).joined(separator: " or ")), not '\(text)'")
        }
        return kind
    }
}
