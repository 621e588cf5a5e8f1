public import Layers
import Numerics
public import Signals

/// How a recogniser is built and trained: the downstream half of a preset, under the names that preset files use.
public struct RecogniserSettings: Codable, Sendable, Equatable {
    /// What it has of an encoder.
    public var encoder: EncoderUse = .frozen
    /// Adam's step size for the encoder's body, where that is trained on.
    public var encoderLearningRate = 1e-3
    /// The recurrent cell, or none.
    public var cell: RecogniserCell
    /// Units of the recurrent layer, each way.
    public var hiddenUnits: Int
    /// Samples in a sequence; nil takes recordings whole.
    public var sequenceLength: Int?
    /// Sequences in a batch.
    public var batchSequences: Int
    /// Adam's step size.
    public var learningRate: Double
    /// How step sizes change in the course of the training.
    public var schedule: LearningRateSchedule = .constant
    /// Over how many steps they rise from 0.
    public var warmupSteps = 0
    /// What part of each matrix, times the step size, is taken from it at each step.
    public var weightDecay = 0.0
    /// How often each sequence is trained on, unless `steps` says how long.
    public var epochs: Int
    /// How many batches are trained on, drawn epoch by epoch; 0 for `epochs`.
    public var steps = 0
    /// How often each sequence is trained on; 0 where `steps` says how long.
    public var trainedEpochs: Int { steps > 0 ? 0 : epochs }
    /// The part of what the heads read that is dropped at each training step, 0 to below 1.
    public var dropout: Double
    /// The largest Euclidean norm of a step's gradient; 0 sets no limit.
    public var gradientClip: Double
    /// The deviation of the noise that is added to scaled values at each training step.
    public var inputNoise = 0.0
    /// How far from 0 a scaled value may be; 0 sets no limit.
    public var inputClip = 0.0
    /// What becomes of samples without a label between labelled ones.
    public var unlabelled: UnlabelledSamples = .cut
    /// How many of the people trained on are held out to choose the epoch whose parameters are kept; 0 for the last.
    public var stopSubjects = 0
    /// A scheme that is learnt beside the one asked for: its name, "others" for each that the labels fit, or "none".
    public var secondScheme = Self.noScheme
    /// How many recognisers of other seeds answer together.
    public var members = 1
    /// Whether samples are recognised together with their mirrors.
    public var mirrorAverage = false
    /// Whether each feature of a frozen encoder is first brought to mean 0 and deviation 1 over each recording.
    ///
    /// People differ, and so do electrodes. A body that is trained on makes features batch by batch: there it changes
    /// nothing.
    public var recordingScaling = false
    /// For how many steps the encoder learns from a first recogniser's answers for the samples without a label, before
    /// a second recogniser is trained on its features; nil or 0 for none.
    ///
    /// May be missing in files.
    public var selfTrainingSteps: Int?
    /// The part of the logarithm of each class's share of the labelled samples that is taken from its scores at
    /// recognition: above 0, rare classes are answered more often.
    public var rareClassCorrection = 0.0
    /// How many principal components of the samples follow the encoder's features.
    public var principalComponents: Int
    /// How many Gaussians the mixture over the principal components has whose Fisher vectors follow; 0 for none.
    public var fisherComponents: Int
    /// Whether Fisher vectors are brought to signed roots and to norm 1.
    public var fisherNormalised: Bool
    /// Whether a sample's own values come last.
    public var includeInputs: Bool
    /// What is done to a sample whenever a body is trained on it.
    ///
    /// A kind and its settings of their own, so no part of this type's coding.
    public var augmentation = Augmentation.none
    /// What trees say about each sample, read beside its values.
    ///
    /// A kind and its settings of their own, so no part of this type's coding.
    public var trees = TreeSettings.none
    /// What every random number of the training comes from.
    public var seed: UInt64

    /// What `secondScheme` is where nothing is learnt beside, and where all that fits is.
    static let (noScheme, otherSchemes) = ("none", "others")

    /// Settings; without arguments: what the paper gives, and nothing added to the encoder's features.
    public init(
        cell: RecogniserCell = .lstm, hiddenUnits: Int = 128, sequenceLength: Int? = 10, batchSequences: Int = 128,
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
        case encoder
        case encoderLearningRate = "encoder_learning_rate"
        case cell
        case hiddenUnits = "hidden_units"
        case sequenceLength = "sequence_length"
        case batchSequences = "batch_sequences"
        case learningRate = "learning_rate"
        case schedule
        case warmupSteps = "warmup_steps"
        case weightDecay = "weight_decay"
        case epochs, steps, dropout
        case gradientClip = "gradient_clip"
        case inputNoise = "input_noise"
        case inputClip = "input_clip"
        case unlabelled
        case stopSubjects = "stop_subjects"
        case secondScheme = "second_scheme"
        case members
        case mirrorAverage = "mirror_average"
        case recordingScaling = "recording_scaling"
        case selfTrainingSteps = "self_training_steps"
        case rareClassCorrection = "rare_class_correction"
        case principalComponents = "principal_components"
        case fisherComponents = "fisher_components"
        case fisherNormalised = "fisher_normalised"
        case includeInputs = "include_inputs"
        case seed
    }

    /// The schemes to be learnt beside `scheme`, of those that labels of a vocabulary fit.
    ///
    /// - Throws: `LabelError` for one that they don't.
    public func schemesBeside(_ scheme: LabelScheme, for vocabulary: LabelVocabulary) throws(LabelError)
        -> [LabelScheme]
    {
        if secondScheme == Self.otherSchemes { return LabelScheme.fitting(vocabulary).filter { $0 != scheme } }
        guard let second = LabelScheme(rawValue: secondScheme), second != scheme else { return [] }
        _ = try second.classes(for: vocabulary)
        return [second]
    }

    /// Whether there are trees where so many classes are told apart.
    public func hasTrees(ofClasses classes: Int) -> Bool { trees.forest(ofClasses: classes) != nil }

    /// The seed of an ensemble's member; the first has the recogniser's own.
    func seed(ofMember member: Int) -> UInt64 {
        guard member > 0 else { return seed }
        let words = CounterGenerator(seed: seed, stream: RandomStream.members).block(UInt64(member))
        return UInt64(words[0]) << 32 | UInt64(words[1])
    }
}
