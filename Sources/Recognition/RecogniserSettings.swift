public import Layers
public import Numerics

/// How a recogniser is built and trained: the downstream half of a preset, under the names that preset files use.
public struct RecogniserSettings: Codable, Sendable, Equatable {
    /// The recurrent cell.
    public var cell: RecurrentCell
    /// Units of the recurrent layer, each way.
    public var hiddenUnits: Int
    /// Samples in a sequence; nil takes recordings whole.
    public var sequenceLength: Int?
    /// Sequences in a batch.
    public var batchSequences: Int
    /// Adam's step size.
    public var learningRate: Double
    /// How often each sequence is trained on.
    public var epochs: Int
    /// The part of the recurrent layer's outputs that is dropped at each training step, 0 to below 1.
    public var dropout: Double
    /// How many principal components of the samples follow the encoder's features.
    public var principalComponents: Int
    /// How many Gaussians the mixture over the principal components has whose Fisher vectors follow; 0 for none.
    public var fisherComponents: Int
    /// Whether Fisher vectors are brought to signed roots and to norm 1.
    public var fisherNormalised: Bool
    /// Whether a sample's own values come last.
    public var includeInputs: Bool
    /// The largest Euclidean norm of a step's gradient; 0 sets no limit.
    public var gradientClip: Double
    /// What every random number of the training comes from.
    public var seed: UInt64

    /// Settings; without arguments: what the paper gives, and nothing added to the encoder's features.
    public init(
        cell: RecurrentCell = .lstm, hiddenUnits: Int = 128, sequenceLength: Int? = 10, batchSequences: Int = 128,
        learningRate: Double = 0.01, epochs: Int, dropout: Double = 0, principalComponents: Int = 0,
        fisherComponents: Int = 0, fisherNormalised: Bool = true, includeInputs: Bool = false,
        gradientClip: Double = 0, seed: UInt64 = 0
    ) {
        (self.cell, self.hiddenUnits, self.sequenceLength) = (cell, hiddenUnits, sequenceLength)
        (self.batchSequences, self.learningRate, self.epochs) = (batchSequences, learningRate, epochs)
        (self.dropout, self.gradientClip, self.seed) = (dropout, gradientClip, seed)
        (self.principalComponents, self.fisherComponents) = (principalComponents, fisherComponents)
        (self.fisherNormalised, self.includeInputs) = (fisherNormalised, includeInputs)
    }

    private enum CodingKeys: String, CodingKey {
        // In the order in which preset files have them.
        case cell
        case hiddenUnits = "hidden_units"
        case sequenceLength = "sequence_length"
        case batchSequences = "batch_sequences"
        case learningRate = "learning_rate"
        case epochs, dropout
        case gradientClip = "gradient_clip"
        case principalComponents = "principal_components"
        case fisherComponents = "fisher_components"
        case fisherNormalised = "fisher_normalised"
        case includeInputs = "include_inputs"
        case seed
    }

    /// Refuses values that make no sense as what they are computed with: 32-bit floats, and for dropout 65,536ths.
    ///
    /// - Throws: `SettingFault` for the first of them.
    public func validate() throws(SettingFault) {
        let check = SettingFault.check
        try check((1...65_536).contains(hiddenUnits), "hidden_units", hiddenUnits, "1 to 65536")
        try check(sequenceLength.map { $0 > 0 } ?? true, "sequence_length", sequenceLength ?? 0, "1 or more, or whole")
        try check(batchSequences > 0, "batch_sequences", batchSequences, "1 or more")
        try AdamSettings(learningRate: learningRate).validate()
        try check(epochs > 0, "epochs", epochs, "1 or more")
        try check(
            dropout == 0 || (0..<1).contains(dropout) && (1...65_535).contains((dropout * 65_536).rounded()), "dropout",
            dropout, "0 to below 1: 0 itself, or 0.00001 to 0.99999")
        // Adam divides by the root of squared gradients plus its epsilon of 1e-8: much shorter ones would train
        // nothing.
        try check(
            gradientClip == 0 || gradientClip >= 1e-6 && gradientClip.isFinite, "gradient_clip", gradientClip,
            "0, or 0.000001 or more")
        try check((0...64).contains(principalComponents), "principal_components", principalComponents, "0 to 64")
        try check((0...64).contains(fisherComponents), "fisher_components", fisherComponents, "0 to 64")
        try check(
            fisherComponents == 0 || principalComponents > 0, "fisher_components", fisherComponents,
            "0, or principal_components of 1 or more, which Fisher vectors stand on")
    }
}
