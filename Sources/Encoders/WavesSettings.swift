public import Numerics

/// A convolutional network over time for windows of signals: layers of kernels with strides and ReLU; the mean and the
/// largest value over time of each of the last layer's channels are the features.
///
/// The standard is the one that was measured on sleep epochs of 30 s at 50 Hz: half a second under the first kernel,
/// 128 features.
public struct WavesSettings: NetworkKind {
    /// `waves`.
    public static let kind = "waves"
    /// 24 channels of 25 values in steps of 5, 48 of 9 in steps of 3, 64 of 5 in steps of 2; one channel of signals.
    public static let standard = WavesSettings(channels: [24, 48, 64], kernels: [25, 9, 5], strides: [5, 3, 2])

    /// Channels of the recording: a sample's first rows are the first one's, and so on.
    public var inputChannels: Int
    /// Channels of each layer.
    public var channels: [Int]
    /// Times under each layer's kernel.
    public var kernels: [Int]
    /// Times from one place of a layer's kernel to the next.
    public var strides: [Int]

    private enum CodingKeys: String, CodingKey {
        case inputChannels = "input_channels"
        case channels, kernels, strides
    }

    /// A network of these layers.
    public init(inputChannels: Int = 1, channels: [Int], kernels: [Int], strides: [Int]) {
        self.inputChannels = inputChannels
        (self.channels, self.kernels, self.strides) = (channels, kernels, strides)
    }

    /// Refuses no layers and too many, kernels and strides that are not one a layer, strides that leave values out, and
    /// layers beyond all limits.
    public func validate() throws(SettingFault) {
        try SettingFault.check(
            (1...4096).contains(inputChannels), "input_channels", inputChannels, "1 to 4096 channels of signals")
        try SettingFault.check(
            (1...24).contains(channels.count) && channels.allSatisfy { (1...4096).contains($0) }, "channels", channels,
            "one layer or more, up to 24, each of 1 to 4096 channels")
        try SettingFault.check(
            kernels.count == channels.count && kernels.allSatisfy { (1...4096).contains($0) }, "kernels", kernels,
            "a number from 1 to 4096 for each of \(channels.count) layers")
        try SettingFault.check(
            strides.count == channels.count && zip(strides, kernels).allSatisfy { (1...$1).contains($0) }, "strides",
            strides, "for each of \(channels.count) layers a number from 1 to its kernel's")
    }

    /// Refuses samples whose rows are not those of so many channels, and more than 2^29 parameters.
    public func validate(rows: Int, columns: Int) throws(SettingFault) {
        try SettingFault.check(
            rows % inputChannels == 0, "input_channels", inputChannels,
            "the recording's number of channels, of which each has as many of a sample's \(rows) rows")
        let network = makeWaves(rows: rows, columns: columns)
        // No overflow: a layer has at most 2^36 weights.
        let parameters = network.layers.reduce(0) { $0 + $1.weightCount + $1.channels }
        try SettingFault.check(
            parameters < 1 << 29, "channels", channels, "fewer: the network would have more than 2^29 parameters")
    }

    /// The network from a sample's values to the last layer's means and largest values.
    public func makeNetwork(rows: Int, columns: Int) -> any Network { makeWaves(rows: rows, columns: columns) }

    private func makeWaves(rows: Int, columns: Int) -> Waves {
        Waves(
            inputChannels: inputChannels, times: rows / inputChannels * columns, channels: channels, kernels: kernels,
            strides: strides)
    }
}
