public import Numerics

/// Recognises the class of each sample of a recording from the features of all of them: one network, or an ensemble of
/// networks that were trained from other seeds.
///
/// An ensemble gives a sequence of classes the mean of its members' scores: it decodes the mean of their emissions with
/// a conditional random field of the mean of their transitions, so that its probabilities are, but for their sum, the
/// geometric mean of its members'.
public struct Recogniser: Sendable {
    /// How it was built and trained.
    public let settings: RecogniserSettings
    /// The members' network.
    public let network: RecogniserNetwork
    /// How many of the values that it reads are features of a tuned body, and so not scaled; they come first.
    public let featureCount: Int
    /// What trees say about a sample, which comes after its values; nil where there are none.
    public let forest: Forest?
    /// How the values after a body's features, and what trees say, are scaled before the network reads them.
    public let scaling: FeatureScaling
    /// The parameters of each member.
    public let members: [FloatBlock]
    /// The field's scores, at their places in a vector of parameters: the members' mean.
    let fieldParameters: FloatBlock

    /// A recogniser from its parts.
    ///
    /// - Precondition: there is a member, and each has as many parameters as the network.
    public init(
        settings: RecogniserSettings, classes: Int, featureCount: Int = 0, scaling: FeatureScaling,
        members: [FloatBlock], forest: Forest? = nil
    ) {
        (self.featureCount, self.forest) = (featureCount, forest)
        (self.settings, self.scaling, self.members) = (settings, scaling, members)
        network = RecogniserNetwork(
            cell: settings.cell, features: featureCount + scaling.means.count, hidden: settings.hiddenUnits,
            classes: classes)
        precondition(
            !members.isEmpty && members.allSatisfy { [network] in $0.count == network.parameterCount },
            "\(members.map(\.count)) parameters for a network of \(network.parameterCount)")
        fieldParameters = FloatBlock(count: network.parameterCount)
        for place in network.field.offset..<network.field.end {
            let sum = members.reduce(0.0) { $0 + Double($1[place]) }
            fieldParameters[place] = Float(sum / Double(members.count))
        }
    }

    /// How many values of a sample it is given.
    public var width: Int { network.features - (forest?.addedColumns ?? 0) }

    /// The part that what trees say has in the probabilities that are answered, 0 to 1; the network's have the rest.
    ///
    /// Above 0 each sample's label is its own most probable class, and not that in the most probable sequence.
    public var treeShare: Double {
        guard let forest, !forest.trees.isEmpty else { return 0 }
        return settings.trees.forest?.share(ofClasses: forest.classes) ?? 0
    }

    /// How far a training is.
    public struct Progress: Sendable {
        /// The epochs done, of all members together.
        public let epoch: Int
        /// The epochs that there will be.
        public let epochs: Int
        /// Those done that were kept of a training that was interrupted, and took no time.
        public let keptEpochs: Int
        /// The mean negative log-likelihood per labelled sample, in nats, of the epoch that was just done, under the
        /// scheme asked for; where held-out people choose the epoch, theirs.
        public let loss: Double
        /// Which of so many trainings, one after another, this is of.
        public private(set) var training = 1
        /// How many there are: with self-training more than one.
        public private(set) var trainings = 1

        init(epoch: Int, epochs: Int, keptEpochs: Int, loss: Double) {
            (self.epoch, self.epochs, self.keptEpochs, self.loss) = (epoch, epochs, keptEpochs, loss)
        }

        /// The same, as a part of several trainings.
        public func ofTraining(_ training: Int, of trainings: Int) -> Progress {
            var progress = self
            (progress.training, progress.trainings) = (training, trainings)
            return progress
        }
    }
}
