public import Numerics

/// A multilayer perceptron with ReLU, as the paper's upstream stage has one: 1728-128-5.
public struct MLPSettings: NetworkKind {
    /// `perceptron`.
    public static let kind = "perceptron"
    /// The paper's.
    public static let standard = MLPSettings(hiddenUnits: [128], weightDeviation: 0.1)

    /// Floats as they are, or rounded to bfloat16 for the hidden layers.
    public static let products: [ElementType] = [.float32, .bfloat16]

    /// Units of each hidden layer; the last one's activations are the features.
    public var hiddenUnits: [Int]
    /// The deviation of the truncated normal distribution that hidden weights are drawn from.
    public var weightDeviation: Double

    private enum CodingKeys: String, CodingKey {
        case hiddenUnits = "hidden_units"
        case weightDeviation = "weight_deviation"
    }

    /// A perceptron of these hidden layers.
    public init(hiddenUnits: [Int], weightDeviation: Double) {
        (self.hiddenUnits, self.weightDeviation) = (hiddenUnits, weightDeviation)
    }

    /// Refuses no layers, empty ones and too many, and a deviation that is 0 or infinite as a 32-bit float.
    public func validate() throws(SettingFault) {
        try SettingFault.check(
            (1...62).contains(hiddenUnits.count) && hiddenUnits.allSatisfy { (1..<1 << 28).contains($0) },
            "hidden_units", hiddenUnits, "one layer or more, up to 62, each of 1 unit or more")
        try SettingFault.checkPositive("weight_deviation", weightDeviation)
    }

    /// Refuses more than 2^29 parameters.
    public func validate(rows: Int, columns: Int) throws(SettingFault) {
        let sizes = [rows * columns] + hiddenUnits
        var parameters = 0
        for (inputs, outputs) in zip(sizes, hiddenUnits) where parameters < 1 << 29 {
            parameters += (inputs + 1) * outputs  // no overflow: each is below 2^28
        }
        try SettingFault.check(
            parameters < 1 << 29, "hidden_units", hiddenUnits,
            "fewer: a network of \(sizes.map(String.init).joined(separator: "-")) is too large")
    }

    /// The perceptron from a sample's values to the last hidden layer's activations.
    public func makeNetwork(rows: Int, columns: Int) -> any Network {
        MLP(sizes: [rows * columns] + hiddenUnits, weightDeviation: weightDeviation)
    }
}
