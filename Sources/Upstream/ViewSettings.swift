public import Encoders
public import Numerics
public import Signals

/// The paper's pretext task: which views there are, and how much their divergence weighs.
public struct ViewSettings: TaskKind {
    /// `views`.
    public static let kind = "views"
    /// The paper's: five views, 0.8 x cross-entropy + 0.2 x divergence.
    public static let standard = ViewSettings(
        views: SampleView.published, crossEntropyWeight: 0.8, divergenceWeight: 0.2)

    /// The views of a sample, the identity first; the place of a view in this list is its pretext label.
    public var views: [SampleView]
    /// The weight of the cross-entropy in the loss.
    public var crossEntropyWeight: Double
    /// The weight of the divergence between the original's output and its views' outputs.
    public var divergenceWeight: Double
    /// Outputs of the network where they are more than the views; nil for one a view.
    public var outputUnits: Int?

    private enum CodingKeys: String, CodingKey {
        case views
        case crossEntropyWeight = "cross_entropy_weight"
        case divergenceWeight = "divergence_weight"
        case outputUnits = "output_units"
    }

    /// Settings of one's own.
    public init(
        views: [SampleView], crossEntropyWeight: Double, divergenceWeight: Double, outputUnits: Int? = nil
    ) {
        (self.views, self.outputUnits) = (views, outputUnits)
        (self.crossEntropyWeight, self.divergenceWeight) = (crossEntropyWeight, divergenceWeight)
    }

    /// One row for each view.
    public var rowsPerOriginal: Int { views.count }

    /// Fresh moments and twice the step size: the loss of as many synchronous steps, and below, for up to 100 steps.
    public func localSteps(_ steps: Int) -> LocalSteps {
        LocalSteps(steps: steps, innerState: .fresh, rateScale: 2)
    }

    /// How many outputs there are: one for each view, unless there are more.
    var outputCount: Int { outputUnits ?? views.count }

    /// One affine layer, the paper's.
    public func head(rows: Int, columns: Int) -> Head { Head(outputs: outputCount) }

    /// Refuses views without the identity first or twice the same, weights that are negative or both 0, and too few
    /// outputs.
    public func validate() throws(SettingFault) {
        let names = views.map(\.rawValue)
        try SettingFault.check(
            views.first == .identity && Set(names).count == names.count, "views", names,
            "\(SampleView.identity.rawValue) first, and no view twice")
        let weights = [("cross_entropy_weight", crossEntropyWeight), ("divergence_weight", divergenceWeight)]
        for (name, weight) in weights {
            // As the 32-bit floats that gradients are.
            try SettingFault.check(
                weight == 0 || (Float(weight) >= .leastNormalMagnitude && Float(weight).isFinite), name, weight,
                "0, or a number from 1e-37 to 3e38")
        }
        try SettingFault.check(
            crossEntropyWeight + divergenceWeight > 0, "cross_entropy_weight", crossEntropyWeight,
            "a number above 0")
        try SettingFault.check(
            (views.count..<1 << 20).contains(outputCount), "output_units", outputCount,
            "\(views.count) or more, below 2^20: each view needs one")
    }

    /// Refuses samples whose spectrum would need tables beyond all limits.
    public func validate(rows: Int, columns: Int) throws(SettingFault) {
        try SettingFault.check(
            !views.contains(.spectrum) || max(rows, columns) <= 4096, "views", views.map(\.rawValue),
            "no spectrum: it is for samples of at most 4096 rows and columns, not [\(rows), \(columns)]")
    }

    /// The loss, and the part of the rows whose view has the largest output.
    public func figures(originalsPerStep: Int, originalsPerLeaf: Int) -> [Figure] {
        [
            Figure(name: "loss", divisor: 1),
            Figure(
                name: "pretext_accuracy", divisor: Double(originalsPerStep * views.count),
                largestPerLeaf: Double(originalsPerLeaf * views.count)),
        ]
    }

    /// The task of telling the views apart.
    public func makeTask(_ surroundings: TaskSurroundings) -> any PretextTask {
        ViewRecognition(
            settings: self, rows: surroundings.rows, columns: surroundings.columns, capacity: surroundings.capacity)
    }
}
