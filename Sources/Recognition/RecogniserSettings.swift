import Foundation
public import Layers

/// How a recogniser is built and trained: the downstream half of a preset.
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
    /// Whether a sample's own values follow the encoder's features.
    public var includeInputs: Bool
    /// The largest Euclidean norm of a step's gradient; 0 sets no limit.
    public var gradientClip: Double
    /// What every random number of the training comes from.
    public var seed: UInt64

    /// Settings; those with defaults are the paper's.
    public init(
        cell: RecurrentCell = .lstm, hiddenUnits: Int = 128, sequenceLength: Int? = 10, batchSequences: Int = 128,
        learningRate: Double = 0.01, epochs: Int, dropout: Double = 0, includeInputs: Bool = false,
        gradientClip: Double = 0, seed: UInt64 = 0
    ) {
        (self.cell, self.hiddenUnits, self.sequenceLength) = (cell, hiddenUnits, sequenceLength)
        (self.batchSequences, self.learningRate, self.epochs) = (batchSequences, learningRate, epochs)
        (self.dropout, self.includeInputs, self.gradientClip, self.seed) = (dropout, includeInputs, gradientClip, seed)
    }

    /// A named choice of settings.
    public struct Preset: Sendable {
        /// What it is asked for by.
        public let name: String
        /// One line on what it is for.
        public let purpose: String
        /// The settings.
        public let settings: RecogniserSettings
    }

    /// The presets, the paper's first.
    ///
    /// In all of them features are brought to mean 0 and deviation 1 as the training samples have them; the paper does not
    /// say whether it does.
    public static let presets = [
        Preset(
            name: "paper", purpose: "the method as published: sequences of 10, BiLSTM of 128, CRF, Adam at 0.01",
            settings: RecogniserSettings(epochs: 40)),
        Preset(
            name: "night",
            purpose: "whole nights of sleep: features and inputs, BiLSTM of 32, dropout, clipped gradients",
            settings: RecogniserSettings(
                hiddenUnits: 32, sequenceLength: nil, batchSequences: 4, learningRate: 5e-3, epochs: 30, dropout: 0.3,
                includeInputs: true, gradientClip: 1)),
    ]

    /// The settings of the preset called `name`.
    ///
    /// - Throws: `RecognitionError.unknownPreset`.
    public static func preset(named name: String) throws(RecognitionError) -> RecogniserSettings {
        guard let preset = presets.first(where: { $0.name == name }) else {
            throw .unknownPreset(name: name, known: presets.map(\.name))
        }
        return preset.settings
    }

    /// Refuses values that make no sense.
    ///
    /// - Throws: `RecognitionError.badSetting` for the first of them.
    public func validate() throws(RecognitionError) {
        func check(_ holds: Bool, _ name: String, _ value: Any, _ wanted: String) throws(RecognitionError) {
            guard holds else { throw .badSetting(name: name, value: "\(value)", wanted: wanted) }
        }
        try check((1...65_536).contains(hiddenUnits), "hiddenUnits", hiddenUnits, "1 to 65536")
        try check(sequenceLength.map { $0 > 0 } ?? true, "sequenceLength", sequenceLength ?? 0, "1 or more, or none")
        try check(batchSequences > 0, "batchSequences", batchSequences, "1 or more")
        try check(learningRate > 0 && learningRate.isFinite, "learningRate", learningRate, "a number above 0")
        try check(epochs > 0, "epochs", epochs, "1 or more")
        try check(dropout >= 0 && dropout < 1, "dropout", dropout, "0 to below 1")
        try check(gradientClip >= 0 && gradientClip.isFinite, "gradientClip", gradientClip, "0 or more")
    }
}
