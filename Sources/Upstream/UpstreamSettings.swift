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

    /// Refuses values that make no sense.
    ///
    /// - Throws: `UpstreamError.badSetting` for the first of them, under its name in preset files.
    public func validate() throws {
        func check(_ holds: Bool, _ name: String, _ value: Any, _ wanted: String) throws {
            guard holds else { throw UpstreamError.badSetting(name: name, value: "\(value)", wanted: wanted) }
        }
        let views = views.map(\.rawValue)
        try check(
            views.first == SampleView.identity.rawValue && Set(views).count == views.count, "views", views,
            "\(SampleView.identity.rawValue) first, and no view twice")
        try check(
            !hiddenUnits.isEmpty && hiddenUnits.allSatisfy { (1..<1 << 28).contains($0) }, "hidden_units", hiddenUnits,
            "one layer or more, each of 1 unit or more")
        let weights = [("cross_entropy_weight", crossEntropyWeight), ("divergence_weight", divergenceWeight)]
        for (name, weight) in weights { try check(weight >= 0 && weight.isFinite, name, weight, "0 or more") }
        try check(
            crossEntropyWeight + divergenceWeight > 0, "cross_entropy_weight", crossEntropyWeight,
            "a number above 0, or give divergence_weight one")
        try check(
            weightDeviation > 0 && weightDeviation.isFinite, "weight_deviation", weightDeviation, "a number above 0")
        try check(
            adam.learningRate > 0 && adam.learningRate.isFinite, "learning_rate", adam.learningRate,
            "a number above 0")
        for (name, beta) in [("beta1", adam.beta1), ("beta2", adam.beta2)] {
            try check(beta >= 0 && beta < 1, name, beta, "0 to below 1")
        }
        try check(adam.epsilon > 0 && adam.epsilon.isFinite, "epsilon", adam.epsilon, "a number above 0")
    }
}
