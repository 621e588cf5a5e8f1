import CKernels
public import Numerics

/// Windows of signals, each channel divided by the mean of its absolute values and cut beyond a limit: amplifiers,
/// skins and skulls differ, and a movement must not drown what else is there.
///
/// A channel is so many of a sample's rows, one after another, as a reader of signals folds them. A channel without any
/// signal stays one.
public struct WindowPreparation: PreparationKind {
    /// `window`.
    public static let kind = "window"
    /// One channel, cut at eight times its mean.
    public static let standard = WindowPreparation()

    /// Channels of the recording.
    public var inputChannels: Int
    /// How many times the mean a value may be, either way.
    public var limit: Double

    private enum CodingKeys: String, CodingKey {
        case inputChannels = "input_channels"
        case limit
    }

    /// A preparation of windows of so many channels.
    public init(inputChannels: Int = 1, limit: Double = 8) {
        (self.inputChannels, self.limit) = (inputChannels, limit)
    }

    /// Refuses no channels, and limits below the mean.
    public func validate() throws(SettingFault) {
        try SettingFault.check(
            (1...4096).contains(inputChannels), "input_channels", inputChannels, "1 to 4096 channels of signals")
        try SettingFault.check(limit >= 1 && limit <= 1e6, "limit", limit, "a number from 1 to 1000000")
    }

    /// Refuses samples that have other channels.
    public func validate(rows: Int, columns: Int, content: [String]) throws(SettingFault) {
        try SettingFault.check(
            content.isEmpty || content.count == inputChannels, "input_channels", inputChannels,
            "\(content.count): the samples' are \(content.prefix(3).joined(separator: ", "))"
                + (content.count > 3 ? ", …" : ""))
        try SettingFault.check(
            rows % inputChannels == 0, "input_channels", inputChannels,
            "the recording's number of channels, of which each has as many of a sample's \(rows) rows")
    }

    /// Prepares each whenever it is read: no slower than a copy from memory.
    public func prepared(_ samples: Samples, frame: MapFrame?, threads: Int) -> PreparedSamples {
        let (channels, limit) = (inputChannels, Float(limit))
        return PreparedSamples(eachTime: samples) { samples, indices, result in
            let count = samples.valuesPerSample / channels
            for (place, index) in indices.enumerated() {
                for channel in 0..<channels {
                    kernel_unit_level(
                        result + (place * channels + channel) * count,
                        samples.base + (index * channels + channel) * count,
                        count, limit)
                }
            }
        }
    }
}
