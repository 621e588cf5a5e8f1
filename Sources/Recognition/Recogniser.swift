import CKernels
import Layers
public import Numerics

/// Recognises the class of each sample of a recording from the features of all of them.
public struct Recogniser: Sendable {
    /// How it was built and trained.
    public let settings: RecogniserSettings
    /// Its network.
    public let network: RecogniserNetwork
    /// How features are scaled before the network reads them.
    public let scaling: FeatureScaling
    /// The network's parameters.
    public let parameters: FloatBlock

    /// A recogniser from its parts.
    public init(settings: RecogniserSettings, classes: Int, scaling: FeatureScaling, parameters: FloatBlock) {
        (self.settings, self.scaling, self.parameters) = (settings, scaling, parameters)
        network = RecogniserNetwork(
            cell: settings.cell, features: scaling.means.count, hidden: settings.hiddenUnits, classes: classes)
        precondition(
            parameters.count == network.parameterCount,
            "\(parameters.count) parameters for a network of \(network.parameterCount)")
    }

    /// How far a training is.
    public struct Progress: Sendable {
        /// The epochs done.
        public let epoch: Int
        /// The epochs that there will be.
        public let epochs: Int
        /// The last epoch's mean negative log-likelihood per sample, in nats.
        public let loss: Double
    }

    /// Trains a recogniser on the samples that have a label.
    ///
    /// Scaling too is fitted on these alone. The result depends on the arguments only, not on `threads`.
    ///
    /// - Parameters:
    ///   - features: `[samples, features]`.
    ///   - recordings: the samples of each recording, in order; no sequence crosses one's end, nor a sample without
    ///     label.
    ///   - labels: per sample its class, below `classes`, or nil.
    ///   - classes: how many classes there are.
    ///   - settings: how to build and train.
    ///   - threads: how many threads to use; more than two are not of use.
    ///   - progress: called after each epoch.
    /// - Returns: the trained recogniser.
    /// - Throws: `RecognitionError`, when the settings make no sense, no sample has a label or the training diverges.
    public static func fit(
        _ features: Matrix, recordings: [Range<Int>], labels: [Int?], classes: Int, settings: RecogniserSettings,
        threads: Int = 1, progress: (Progress) -> Void = { _ in }
    ) throws(RecognitionError) -> Recogniser {
        precondition(labels.count == features.rows, "\(labels.count) labels for \(features.rows) samples")
        do { try settings.validate() } catch { throw .badSetting(error) }
        let labelled = labels.indices.filter { labels[$0] != nil }
        guard !labelled.isEmpty else { throw .nothingToLearnFrom }
        let scaling = FeatureScaling(of: features, samples: labelled)
        let scaled = scaling.scaled(features)
        let network = RecogniserNetwork(
            cell: settings.cell, features: features.columns, hidden: settings.hiddenUnits, classes: classes)
        guard network.parameterCount < largestParameterCount else {
            throw .badSetting(
                SettingFault(
                    "hidden_units", settings.hiddenUnits,
                    wanted: "fewer: \(features.columns) features and that many units make "
                        + "\(network.parameterCount) parameters"))
        }
        let parameters = network.initialParameters(seed: settings.seed)
        let gradient = FloatBlock(count: parameters.count)
        var adam = Adam(
            parameterCount: parameters.count, settings: AdamSettings(learningRate: settings.learningRate))
        let workspace = RecogniserNetwork.Workspace()
        let pieces = Sequences.labelledPieces(of: recordings, labels: labels, length: settings.sequenceLength)
        for epoch in 0..<settings.epochs {
            let order = Permutation(
                count: pieces.count, seed: settings.seed, stream: RandomStream.order(epoch: epoch))
            var loss = 0.0
            for first in stride(from: 0, to: pieces.count, by: settings.batchSequences) {
                let chosen = (first..<min(first + settings.batchSequences, pieces.count)).map { pieces[order[$0]] }
                workspace.take(chosen, features: scaled, width: features.columns, labels: labels)
                let dropout = RecogniserNetwork.Dropout(rate: settings.dropout, seed: settings.seed, step: adam.step)
                let batchLoss = network.lossAndGradient(
                    workspace, parameters: parameters, into: gradient, dropout: settings.dropout > 0 ? dropout : nil,
                    threads: threads)
                guard batchLoss.isFinite else { throw .diverged(epoch: epoch) }
                loss += batchLoss * Double(workspace.batch.rows)
                clip(gradient, to: settings.gradientClip)
                adam.update(parameters, gradient: gradient, into: parameters)
            }
            progress(Progress(epoch: epoch + 1, epochs: settings.epochs, loss: loss / Double(labelled.count)))
        }
        guard parameters.isFinite else { throw .diverged(epoch: settings.epochs - 1) }
        return Recogniser(settings: settings, classes: classes, scaling: scaling, parameters: parameters)
    }

    /// A network of this size or more is not trained: it, its gradient and its moments would fill the memory.
    private static let largestParameterCount = 1 << 29

    /// Shortens `gradient` to a norm of `limit`, if that is above 0 and the norm above it.
    private static func clip(_ gradient: FloatBlock, to limit: Double) {
        guard limit > 0 else { return }
        let norm = kernel_sum_of_squares(gradient.base, gradient.count).squareRoot()
        if norm > limit { kernel_scale(gradient.base, Float(limit / norm), gradient.count) }
    }

    /// What was recognised.
    public struct Recognition: Sendable, Equatable {
        /// Per sample its class in the most probable sequence of classes.
        public let labels: [Int]
        /// Per sample the probability of each class given the whole sequence, `[samples, classes]`.
        public let probabilities: Matrix
    }

    /// Recognises every sample, by Viterbi's algorithm; the probabilities are the field's marginals.
    ///
    /// - Parameters:
    ///   - features: `[samples, features]`.
    ///   - recordings: the samples of each recording, in order; every sample is in one.
    ///   - threads: how many threads to use; the bits are the same.
    ///   - workspace: buffers, for callers that recognise again and again.
    /// - Returns: a class and probabilities for every sample.
    public func recognise(
        _ features: Matrix, recordings: [Range<Int>], threads: Int = 1,
        workspace: RecogniserNetwork.Workspace = RecogniserNetwork.Workspace()
    ) -> Recognition {
        let classes = network.classes
        var labels = [Int](repeating: 0, count: features.rows)
        var probabilities = Matrix(rows: features.rows, columns: classes)
        let scaled = scaling.scaled(features)
        var found: [Int32] = []
        var marginals = Scratch()
        let pieces = Sequences.pieces(of: recordings, length: settings.sequenceLength)
        for first in stride(from: 0, to: pieces.count, by: settings.batchSequences) {
            let chosen = Array(pieces[first..<min(first + settings.batchSequences, pieces.count)])
            workspace.take(chosen, features: scaled, width: features.columns, labels: nil)
            network.readBatch(workspace, parameters: parameters, dropout: nil, threads: threads)
            let batch = workspace.batch
            marginals.reserve(batch.rows * classes)
            if found.count < batch.rows { found = [Int32](repeating: 0, count: batch.rows) }
            network.field.viterbi(
                emissions: workspace.emissions.block, batch, parameters: parameters, into: &found,
                workspace: workspace.field)
            network.field.marginals(
                emissions: workspace.emissions.block, batch, parameters: parameters, into: marginals.block,
                workspace: workspace.field)
            for (place, piece) in batch.order.lazy.map({ chosen[$0] }).enumerated() {
                for (step, sample) in piece.enumerated() {
                    let row = batch.row(place: place, step: step)
                    labels[sample] = Int(found[row])
                    for c in 0..<classes { probabilities[sample, c] = marginals.base[row * classes + c] }
                }
            }
        }
        return Recognition(labels: labels, probabilities: probabilities)
    }
}
