public import Layers
public import Signals

/// What the upstream stage learns and how: everything of a job but its data, seed, size and length.
public struct UpstreamSettings: Codable, Equatable, Sendable {
    /// The views of a sample, the identity first; the place of a view in this list is its pretext label.
    public var views: [SampleView]
    /// Units of each hidden layer; the last one's activations are the learnt features.
    public var hiddenUnits: [Int]
    /// Output units; nil for one a view.
    public var outputUnits: Int?
    /// The weight of the cross-entropy in the loss.
    public var crossEntropyWeight: Double
    /// The weight of the divergence between the original's output and its views' outputs.
    public var divergenceWeight: Double
    /// The deviation of the truncated normal distribution that hidden weights are drawn from.
    public var weightDeviation: Double
    /// The optimiser.
    public var adam: AdamSettings

    /// Settings of one's own.
    public init(
        views: [SampleView], hiddenUnits: [Int], outputUnits: Int? = nil, crossEntropyWeight: Double,
        divergenceWeight: Double, weightDeviation: Double, adam: AdamSettings
    ) {
        self.views = views
        self.hiddenUnits = hiddenUnits
        self.outputUnits = outputUnits
        self.crossEntropyWeight = crossEntropyWeight
        self.divergenceWeight = divergenceWeight
        self.weightDeviation = weightDeviation
        self.adam = adam
    }

    /// The paper's upstream stage: five views, 128 hidden units, 0.8 cross-entropy and 0.2 divergence, Adam at 0.001.
    ///
    /// Source: Zhao, Dong and Zhou, IEEE Access 8 (2020), and the program published with it; that program's faults (merged pretext
    /// labels, a divergence that is never minimised, a softmax taken twice, half a spectrum) are not reproduced.
    public static let paper = UpstreamSettings(
        views: [.identity, .rotated90, .rotated180, .rotated270, .spectrum], hiddenUnits: [128],
        crossEntropyWeight: 0.8, divergenceWeight: 0.2, weightDeviation: 0.1, adam: AdamSettings(learningRate: 0.001))
}
