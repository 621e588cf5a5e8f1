public import Numerics

/// A convolutional network over a sample's rows and columns: layers of square kernels with ReLU, each followed by the
/// largest of every 2 x 2.
///
/// The standard is the one that was measured on pressure maps of 32 x 16: 512 features, 24,000 parameters.
public struct ConvolutionSettings: NetworkKind {
    /// `convolution`.
    public static let kind = "convolution"
    /// 5 x 5 to 16 channels, 3 x 3 to 32, 3 x 3 to 64.
    public static let standard = ConvolutionSettings(channels: [16, 32, 64], kernels: [5, 3, 3])

    /// Channels of each layer; the last one's, over what is left of rows and columns, are the features.
    public var channels: [Int]
    /// Rows and columns of each layer's kernel; odd.
    public var kernels: [Int]

    /// A network of these layers.
    public init(channels: [Int], kernels: [Int]) { (self.channels, self.kernels) = (channels, kernels) }

    /// Refuses no layers and too many, kernels that are even or not one a layer, and layers beyond all limits.
    public func validate() throws(SettingFault) {
        try SettingFault.check(
            (1...24).contains(channels.count) && channels.allSatisfy { (1...4096).contains($0) }, "channels", channels,
            "one layer or more, up to 24, each of 1 to 4096 channels")
        try SettingFault.check(
            kernels.count == channels.count && kernels.allSatisfy { (1...31).contains($0) && $0 % 2 == 1 }, "kernels",
            kernels, "an odd number from 1 to 31 for each of \(channels.count) layers")
    }

    /// Refuses more than 2^29 parameters, and as many features.
    public func validate(rows: Int, columns: Int) throws(SettingFault) {
        let network = Convolution(rows: rows, columns: columns, channels: channels, kernels: kernels)
        // No overflow: a layer has at most 2^34 weights, and features are fewer than 2^36.
        let parameters = network.layers.reduce(0) { $0 + $1.weightCount + $1.channels }
        try SettingFault.check(
            parameters < 1 << 29 && network.featureCount < 1 << 29, "channels", channels,
            "fewer: the network would have more than 2^29 parameters")
    }

    /// The network from a sample's values to the last layer's.
    public func makeNetwork(rows: Int, columns: Int) -> any Network {
        Convolution(rows: rows, columns: columns, channels: channels, kernels: kernels)
    }
}
