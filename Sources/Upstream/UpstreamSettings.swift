public import Layers
public import Numerics
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
    private var wireElement: ElementType?
    private var productElement: ElementType?

    private enum CodingKeys: String, CodingKey {
        case views, hiddenUnits, outputUnits, crossEntropyWeight, divergenceWeight, weightDeviation, adam
        case wireElement = "wire"
        case productElement = "products"
    }

    /// How gradients and parameters are exchanged; `float32` is left out of a job's JSON.
    public var wire: ElementType {
        get { wireElement ?? .float32 }
        set { wireElement = newValue == .float32 ? nil : newValue }
    }

    /// What the factors of the hidden layers' products are rounded to; `float32` is left out of a job's JSON.
    public var products: ElementType {
        get { productElement ?? .float32 }
        set { productElement = newValue == .float32 ? nil : newValue }
    }

    /// Settings of one's own.
    public init(
        views: [SampleView], hiddenUnits: [Int], outputUnits: Int? = nil, crossEntropyWeight: Double,
        divergenceWeight: Double, weightDeviation: Double, adam: AdamSettings, wire: ElementType = .float32,
        products: ElementType = .float32
    ) {
        self.views = views
        self.hiddenUnits = hiddenUnits
        self.outputUnits = outputUnits
        self.crossEntropyWeight = crossEntropyWeight
        self.divergenceWeight = divergenceWeight
        self.weightDeviation = weightDeviation
        self.adam = adam
        (self.wire, self.products) = (wire, products)
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
