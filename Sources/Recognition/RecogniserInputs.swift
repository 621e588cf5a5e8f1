public import Numerics
public import Signals

/// What a recogniser reads of a sample: the encoder's features and, where its settings say so, the sample's places
/// along principal components, its Fisher vector and its own values, in this order.
///
/// The published program can append three principal components and Fisher vectors of a mixture of five Gaussians to the
/// 128 features, without a word on what they are made of. Here the components are those of the samples divided by
/// their norms. The mixture is one of the samples' places along these components, each divided
/// by its deviation: it has the same meaning for every kind of sample (the rows of a pressure map are lines of one
/// mattress, those of a wrist-worn sensor different quantities, so neither rows nor columns could be compared in
/// general), and 2 x 5 x 3 values stay small beside the features.
///
/// Samples are prepared first, as a network's are where that is not for networks alone; see `Preparation.ofValues`.
public struct RecogniserInputs: Sendable, Equatable {
    /// What is done to a sample before anything of it is read here.
    public let preparation: Preparation
    /// Whether the sample's own values come last.
    public let includesSamples: Bool
    /// The components, where any are read.
    public let components: PrincipalComponents?
    /// The mixture over places along the components, where Fisher vectors are read.
    public let mixture: GaussianMixture?
    /// Whether Fisher vectors are brought to signed roots and to norm 1.
    public let normalisesFisherVectors: Bool

    /// Inputs from their parts.
    public init(
        preparation: Preparation = .none, includesSamples: Bool, components: PrincipalComponents?,
        mixture: GaussianMixture?, normalisesFisherVectors: Bool
    ) {
        precondition(
            mixture.map { $0.means.columns == components?.count } ?? true, "a mixture without its components")
        (self.includesSamples, self.components, self.mixture) = (includesSamples, components, mixture)
        (self.normalisesFisherVectors, self.preparation) = (normalisesFisherVectors, preparation)
    }

    /// Fits what the settings ask for.
    ///
    /// - Parameters:
    ///   - samples: where the samples are, prepared.
    ///   - preparation: how they are.
    ///   - training: the samples to fit on; no other has any influence.
    ///   - settings: say what is read and from which seed the mixture starts.
    /// - Throws: `RecognitionError`, when there are too few samples or they differ too little.
    public init(
        of samples: PreparedSamples, by preparation: Preparation = .none, training: [Int], settings: RecogniserSettings
    ) throws(RecognitionError) {
        do { try settings.validate() } catch { throw .badSetting(error) }
        var (components, mixture): (PrincipalComponents?, GaussianMixture?)
        if settings.principalComponents > 0 {
            let fitted = try PrincipalComponents(of: samples, training: training, count: settings.principalComponents)
            components = fitted
            if settings.fisherComponents > 0 {
                let points = training.map { sample in
                    Self.point(fitted, samples.withValues(of: sample) { fitted.scores(of: $0) })
                }
                mixture = try GaussianMixture(of: points, count: settings.fisherComponents, seed: settings.seed)
            }
        }
        self.init(
            preparation: preparation, includesSamples: settings.includeInputs, components: components, mixture: mixture,
            normalisesFisherVectors: settings.fisherNormalised)
    }

    /// Places along components in units of their deviations.
    private static func point(_ components: PrincipalComponents, _ scores: [Double]) -> [Double] {
        zip(scores, components.variances).map { $0 / Double($1).squareRoot() }
    }

    /// How many values are read of a sample of `valuesPerSample` values that has `featureCount` features.
    public func width(featureCount: Int, valuesPerSample: Int) -> Int {
        let dimensions = components?.count ?? 0
        return featureCount + dimensions + 2 * dimensions * (mixture?.count ?? 0)
            + (includesSamples ? valuesPerSample : 0)
    }

    /// Whether anything is read beside features.
    public var areAny: Bool { includesSamples || components != nil }

    /// What is read of each sample, `[samples, width]`.
    ///
    /// - Precondition: `features` has a row for each sample; the samples are prepared.
    public func matrix(_ features: Matrix, samples: PreparedSamples) -> Matrix {
        precondition(features.rows == samples.count, "\(features.rows) rows of features for \(samples.count) samples")
        let width = width(featureCount: features.columns, valuesPerSample: samples.valuesPerSample)
        guard width > features.columns else { return features }
        var elements: [Float] = []
        elements.reserveCapacity(samples.count * width)
        for sample in 0..<samples.count {
            elements += features.row(sample)
            samples.withValues(of: sample) { values in
                if let components {
                    let scores = components.scores(of: values)
                    elements += scores.map { Float($0) }
                    if let mixture {
                        let point = Self.point(components, scores)
                        elements += mixture.fisherVector(of: point, isNormalised: normalisesFisherVectors)
                            .map { Float($0) }
                    }
                }
                if includesSamples { elements += values }
            }
        }
        return Matrix(rows: samples.count, columns: width, elements: elements)
    }
}
