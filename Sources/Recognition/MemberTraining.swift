import CKernels
import Layers
import Numerics

/// What is known before any member of an ensemble is trained, and the same for all.
struct TrainingMaterial: Sendable {
    let network: RecogniserNetwork
    /// The scaled values, `[samples, width]`.
    let values: FloatBlock
    /// For each head the samples' classes, or `CRF.unknown`.
    let labels: [[Int32]]
    /// The sequences trained on.
    let pieces: [Range<Int>]
    /// Those that choose the epoch whose parameters are kept; none where the last one's are.
    let stoppingPieces: [Range<Int>]

    /// How many samples of these sequences have a label of the first head.
    func labelledCount(in pieces: [Range<Int>]) -> Int {
        pieces.reduce(0) { $0 + $1.count { labels[0][$0] != CRF.unknown } }
    }
}

/// The training of one recogniser: of an ensemble's member, or of the only one.
struct MemberTraining {
    let material: TrainingMaterial
    let settings: RecogniserSettings
    let seed: UInt64
    let threads: Int

    /// What it leaves.
    struct Outcome: Sendable {
        let parameters: FloatBlock
        /// The mean negative log-likelihood per labelled sample of the last epoch, or of the held-out people where they
        /// chose the epoch.
        let loss: Double
    }

    /// The batches of an epoch.
    var batchesPerEpoch: Int { (material.pieces.count + settings.batchSequences - 1) / settings.batchSequences }

    /// The optimiser's steps.
    var stepCount: Int { settings.steps > 0 ? settings.steps : settings.epochs * batchesPerEpoch }

    /// Trains.
    ///
    /// - Parameter progress: told after each epoch its number from 1 and its loss.
    func run(progress: (_ epoch: Int, _ loss: Double) -> Void) throws(RecognitionError) -> Outcome {
        let (network, pieces) = (material.network, material.pieces)
        let parameters = network.initialParameters(seed: seed)
        let gradient = FloatBlock(count: parameters.count)
        var adam = Adam(
            parameterCount: parameters.count, settings: AdamSettings(learningRate: settings.learningRate))
        let workspace = RecogniserNetwork.Workspace()
        var best: Outcome?
        var (epoch, loss) = (0, 0.0)
        while adam.step < stepCount {
            let order = Permutation(count: pieces.count, seed: seed, stream: RandomStream.order(epoch: epoch))
            var (sum, labelled) = (0.0, 0)
            for first in stride(from: 0, to: pieces.count, by: settings.batchSequences) where adam.step < stepCount {
                let chosen = (first..<min(first + settings.batchSequences, pieces.count)).map { pieces[order[$0]] }
                let step = adam.step
                take(chosen, into: workspace, step: step)
                let dropout = RecogniserNetwork.Dropout(rate: settings.dropout, seed: seed, step: step)
                let batchLoss = network.lossAndGradient(
                    workspace, parameters: parameters, into: gradient, dropout: settings.dropout > 0 ? dropout : nil,
                    threads: threads)
                guard batchLoss.isFinite else { throw .diverged(epoch: epoch) }
                sum += batchLoss * Double(workspace.heads[0].known)
                labelled += workspace.heads[0].known
                Self.clip(gradient, to: settings.gradientClip)
                update(parameters, gradient: gradient, by: &adam)
            }
            loss = sum / Double(max(labelled, 1))
            epoch += 1
            if !material.stoppingPieces.isEmpty {
                loss = heldOutLoss(of: parameters, workspace)
                guard loss.isFinite else { throw .diverged(epoch: epoch - 1) }
                if loss < best?.loss ?? .infinity { best = Outcome(parameters: copied(parameters), loss: loss) }
            }
            progress(epoch, loss)
        }
        guard parameters.isFinite else { throw .diverged(epoch: epoch - 1) }
        return best ?? Outcome(parameters: parameters, loss: loss)
    }

    /// Lays out a batch, with its noise.
    private func take(_ pieces: [Range<Int>], into workspace: RecogniserNetwork.Workspace, step: Int) {
        let width = material.network.features
        workspace.take(pieces, features: material.values, width: width, labels: material.labels)
        guard settings.inputNoise > 0 else { return }
        var draws = RandomSequence(seed: seed, stream: RandomStream.noise(step: step))
        kernel_add_noise(
            workspace.x.base, workspace.batch.rows * width, Float(settings.inputNoise), draws.next())
    }

    /// A step of Adam at the schedule's rate; before it, decay takes its part of the matrices (Loshchilov and Hutter,
    /// "Decoupled Weight Decay Regularization", ICLR 2019).
    private func update(_ parameters: FloatBlock, gradient: FloatBlock, by adam: inout Adam) {
        let factor = settings.schedule.factor(step: adam.step, of: stepCount, warmup: settings.warmupSteps)
        let rate = settings.learningRate * factor
        if settings.weightDecay > 0 {
            for range in material.network.matrices {
                kernel_scale(parameters.base + range.lowerBound, Float(1 - rate * settings.weightDecay), range.count)
            }
        }
        adam.update(parameters, gradient: gradient, into: parameters, rate: rate)
    }

    /// The loss on the people held out, per labelled sample.
    private func heldOutLoss(of parameters: FloatBlock, _ workspace: RecogniserNetwork.Workspace) -> Double {
        let (network, pieces) = (material.network, material.stoppingPieces)
        var (sum, labelled) = (0.0, 0)
        for first in stride(from: 0, to: pieces.count, by: settings.batchSequences) {
            let chosen = Array(pieces[first..<min(first + settings.batchSequences, pieces.count)])
            workspace.take(chosen, features: material.values, width: network.features, labels: material.labels)
            sum +=
                network.loss(workspace, parameters: parameters, threads: threads) * Double(workspace.heads[0].known)
            labelled += workspace.heads[0].known
        }
        return sum / Double(max(labelled, 1))
    }

    private func copied(_ block: FloatBlock) -> FloatBlock {
        let copy = FloatBlock(uninitialised: block.count)
        copy.copy(from: block)
        return copy
    }

    /// Shortens `gradient` to a norm of `limit`, if that is above 0 and the norm above it.
    private static func clip(_ gradient: FloatBlock, to limit: Double) {
        guard limit > 0 else { return }
        let norm = kernel_sum_of_squares(gradient.base, gradient.count).squareRoot()
        if norm > limit { kernel_scale(gradient.base, Float(limit / norm), gradient.count) }
    }
}
