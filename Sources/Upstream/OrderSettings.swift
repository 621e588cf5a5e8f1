public import Numerics

/// In which order a job takes its samples.
///
/// A blockwise order reads a few blocks of neighbouring samples at a time, so that workers without the dataset can do
/// with little memory and fetch each block about once a training epoch. Which blocks those are is `Job.orderBlocks`.
public struct OrderSettings: Codable, Equatable, Sendable {
    /// The orders that there are.
    public enum Kind: String, Codable, CaseIterable, Sendable {
        /// A random order of all samples, or of all recordings or persons where the task takes groups.
        case samples
        /// Blocks in random order, samples in random order within windows of blocks.
        case blockwise
    }

    /// The window's blocks where nothing else is said.
    public static let standardWindow = 8
    /// Larger datasets, in bytes of samples, are taken blockwise where nothing is said: 4 GiB, beyond what a worker can
    /// be expected to hold.
    public static let blockwiseBeyond = 4 << 30

    /// Which order; nil leaves it to the dataset's size, and in a job is the order of samples.
    public var kind: Kind?
    /// Blocks of a window, for each shard its own; nil for the standard.
    ///
    /// Alone, it asks for a blockwise order.
    public var windowBlocks: Int?

    private enum CodingKeys: String, CodingKey {
        case kind = "order"
        case windowBlocks = "window_blocks"
    }

    /// An order.
    public init(_ kind: Kind? = nil, windowBlocks: Int? = nil) {
        (self.kind, self.windowBlocks) = (kind, windowBlocks)
    }

    /// What a job on samples of so many bytes in all has: everything said for a blockwise order, and nothing for the
    /// other, whose jobs are those of before there was a choice.
    public func settled(bytes: Int) -> OrderSettings {
        // A window alone asks for the order that has windows.
        let chosen = kind ?? (windowBlocks != nil || bytes > Self.blockwiseBeyond ? .blockwise : .samples)
        return chosen == .samples
            ? OrderSettings() : OrderSettings(.blockwise, windowBlocks: windowBlocks ?? Self.standardWindow)
    }

    /// Refuses windows of no block or beyond all limits, and a window where there is none.
    ///
    /// - Throws: `SettingFault`.
    public func validate() throws(SettingFault) {
        guard let windowBlocks else { return }
        try SettingFault.check((1...65_536).contains(windowBlocks), "window_blocks", windowBlocks, "1 to 65536 blocks")
        try SettingFault.check(
            kind != .samples, "window_blocks", windowBlocks, "no window: order samples has none, blockwise has")
    }
}

extension Job {
    /// How many samples are a block, about a mebibyte: what a blockwise order keeps together, and what travels to a
    /// worker without the dataset at a time.
    ///
    /// - Precondition: rows and columns are within their limits.
    public var samplesPerBlock: Int { max(1, (1 << 18) / (rows * columns)) }

    /// The blocks and windows of a blockwise order; nil for the order of samples.
    ///
    /// Blocks count the samples that are trained on.
    public var orderBlocks: OrderBlocks? {
        guard settings.order.kind == .blockwise else { return nil }
        return OrderBlocks(size: samplesPerBlock, window: settings.order.windowBlocks ?? OrderSettings.standardWindow)
    }
}
