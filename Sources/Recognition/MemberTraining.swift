import CKernels
import Layers
import Numerics

/// What is known before any member of an ensemble is trained, and the same for all.
struct TrainingMaterial: Sendable {
    let network: RecogniserNetwork
    /// The scaled values, `[samples, valueCount]`.
    let values: FloatBlock
    /// How many there are of a sample; a body's features come before them.
    let valueCount: Int
    /// The body that is trained on together with the recogniser, where one is.
    let body: TunedBody?
    /// For each head the samples' classes, or `CRF.unknown`.
    let labels: [[Int32]]
    /// The sequences trained on.
    let pieces: [Range<Int>]
    /// Those that choose the epoch whose parameters are kept; none where the last one's are.
    let stoppingPieces: [Range<Int>]

    /// The most rows of a batch of so many sequences.
    func mostRows(inBatchesOf sequences: Int) -> Int {
        func rows(_ pieces: [Range<Int>]) -> Int {
            pieces.map(\.count).sorted(by: >).prefix(sequences).reduce(0, +)
        }
        return max(rows(pieces), rows(stoppingPieces))
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
        /// The tuned body's, where there is one.
        let body: FloatBlock?
        /// The mean negative log-likelihood per labelled sample under the scheme asked for, of the last epoch, or of
        /// the held-out people where they chose the epoch.
        let loss: Double
    }

    /// The batches of an epoch.
    var batchesPerEpoch: Int { (material.pieces.count + settings.batchSequences - 1) / settings.batchSequences }

    /// The optimiser's steps.
    var stepCount: Int { settings.steps > 0 ? settings.steps : settings.epochs * batchesPerEpoch }

    /// Trains.
    ///
    /// - Parameters:
    ///   - keeper: keeps where it stands, and says where it was when it was interrupted; nil where nothing is kept.
    ///   - progress: told after each epoch its number from 1 and its loss.
    /// - Returns: the parameters, and the loss that they were left with.
    /// - Throws: `RecognitionError.diverged`.
    func run(
        keeping keeper: MemberKeeper?, progress: (_ epoch: Int, _ loss: Double) -> Void
    ) throws(RecognitionError) -> Outcome {
        var keeper = keeper
        var course = begin(from: keeper?.state)
        while course.adam.step < stepCount {
            try trainForAnEpoch(&course)
            if !material.stoppingPieces.isEmpty { try compareWithBest(&course) }
            keeper?.onEpoch(isDone: course.adam.step >= stepCount) { course.state }
            progress(course.epoch, course.loss)
        }
        guard course.parameters.isFinite, course.body?.parameters.isFinite ?? true else {
            throw .diverged(epoch: course.epoch - 1)
        }
        return course.best?.outcome
            ?? Outcome(parameters: course.parameters, body: course.body?.parameters, loss: course.loss)
    }

    /// Where a training stands.
    private struct Course {
        let parameters: FloatBlock
        let gradient: FloatBlock
        var adam: Adam
        let body: BodyTraining?
        let workspace = RecogniserNetwork.Workspace()
        /// What the held-out people have chosen so far, and their loss under all heads.
        var best: (outcome: Outcome, joint: Double)?
        /// Epochs done.
        var epoch: Int
        /// The last one's.
        var loss: Double

        /// All that is kept of it.
        var state: MemberState {
            MemberState(
                epoch: epoch, step: adam.step, loss: loss, best: best.map { ($0.outcome.loss, $0.joint) },
                network: MemberState.Part(parameters, adam, best: best?.outcome.parameters),
                body: body?.state(best: best?.outcome.body))
        }
    }

    private func begin(from kept: MemberState?) -> Course {
        let parameters =
            kept.map { FloatBlock(copying: $0.network.parameters) }
            ?? material.network.initialParameters(seed: seed)
        let rates = AdamSettings(learningRate: settings.learningRate)
        let adam =
            kept.map { $0.network.adam(settings: rates, step: $0.step) }
            ?? Adam(parameterCount: parameters.count, settings: rates)
        let body = material.body.map {
            BodyTraining(
                $0, rows: material.mostRows(inBatchesOf: settings.batchSequences), seed: seed,
                rate: settings.encoderLearningRate, from: kept, threads: threads)
        }
        return Course(
            parameters: parameters, gradient: FloatBlock(count: parameters.count), adam: adam, body: body,
            best: kept?.bestOutcome, epoch: kept?.epoch ?? 0, loss: kept?.loss ?? 0)
    }

    /// Trains on each sequence once, or until the steps are done.
    private func trainForAnEpoch(_ course: inout Course) throws(RecognitionError) {
        let (pieces, workspace, body) = (material.pieces, course.workspace, course.body)
        let order = Permutation(count: pieces.count, seed: seed, stream: RandomStream.order(epoch: course.epoch))
        var (sum, labelled) = (0.0, 0)
        for first in stride(from: 0, to: pieces.count, by: settings.batchSequences) {
            let step = course.adam.step
            if step >= stepCount { break }
            let chosen = (first..<min(first + settings.batchSequences, pieces.count)).map { pieces[order[$0]] }
            take(chosen, into: workspace, step: step)
            body?.forward(workspace, step: step)
            let dropout = RecogniserNetwork.Dropout(rate: settings.dropout, seed: seed, step: step)
            let loss = material.network.lossAndGradient(
                workspace, parameters: course.parameters, into: course.gradient,
                dropout: settings.dropout > 0 ? dropout : nil, toInputs: body != nil, threads: threads)
            guard loss.isFinite else { throw .diverged(epoch: course.epoch) }
            sum += workspace.heads[0].loss * Double(workspace.heads[0].known)
            labelled += workspace.heads[0].known
            body?.backward(workspace)
            clip([course.gradient] + (body.map { [$0.gradient] } ?? []))
            update(course.parameters, gradient: course.gradient, by: &course.adam, body)
        }
        course.loss = sum / Double(max(labelled, 1))
        course.epoch += 1
    }

    /// Asks the people held out, and keeps what the epoch has left where it is the best for them until now.
    private func compareWithBest(_ course: inout Course) throws(RecognitionError) {
        let heldOut = heldOutLoss(of: course.parameters, course.body, course.workspace)
        guard heldOut.joint.isFinite else { throw .diverged(epoch: course.epoch - 1) }
        course.loss = heldOut.own
        guard heldOut.joint < course.best?.joint ?? .infinity else { return }
        let outcome = Outcome(
            parameters: FloatBlock(copying: course.parameters),
            body: course.body.map { FloatBlock(copying: $0.parameters) }, loss: course.loss)
        course.best = (outcome, heldOut.joint)
    }

    /// Lays out a batch, with its noise: all but the features of a body.
    private func take(_ pieces: [Range<Int>], into workspace: RecogniserNetwork.Workspace, step: Int?) {
        let width = material.valueCount
        let before = material.network.features - width
        workspace.take(
            pieces, features: material.values, width: width, after: before, labels: material.labels,
            threads: threads)
        guard settings.inputNoise > 0, width > 0, let step else { return }
        var draws = RandomSequence(seed: seed, stream: RandomStream.noise(step: step))
        let (rows, deviation) = (workspace.batch.rows, Float(settings.inputNoise))
        guard before > 0 else {
            return kernel_add_noise(workspace.x.base, rows * width, deviation, draws.next())
        }
        for row in 0..<rows {
            kernel_add_noise(workspace.x.base + row * (before + width) + before, width, deviation, draws.next())
        }
    }

    /// A step of Adam at the schedule's rate; before it, decay takes its part of the matrices (Loshchilov and Hutter,
    /// "Decoupled Weight Decay Regularization", ICLR 2019).
    private func update(
        _ parameters: FloatBlock, gradient: FloatBlock, by adam: inout Adam, _ body: BodyTraining?
    ) {
        let factor = settings.schedule.factor(step: adam.step, of: stepCount, warmup: settings.warmupSteps)
        let rate = settings.learningRate * factor
        parameters.shrink(material.network.matrices, decay: settings.weightDecay, rate: rate)
        material.network.update(parameters, gradient: gradient, by: &adam, rate: rate, threads: threads)
        body?.update(rate: settings.encoderLearningRate * factor, decay: settings.weightDecay)
    }

    /// The loss on the people held out, per labelled sample: that under the scheme asked for, and that of all heads
    /// together, which chooses the epoch: the sum of their losses in each batch, weighted by its labels of that scheme.
    private func heldOutLoss(
        of parameters: FloatBlock, _ body: BodyTraining?, _ workspace: RecogniserNetwork.Workspace
    ) -> (own: Double, joint: Double) {
        let (network, pieces) = (material.network, material.stoppingPieces)
        var (own, joint, labelled) = (0.0, 0.0, 0)
        for first in stride(from: 0, to: pieces.count, by: settings.batchSequences) {
            let chosen = Array(pieces[first..<min(first + settings.batchSequences, pieces.count)])
            take(chosen, into: workspace, step: nil)
            body?.forward(workspace, step: nil)
            let (loss, known) = (
                network.loss(workspace, parameters: parameters, threads: threads), workspace.heads[0].known
            )
            own += workspace.heads[0].loss * Double(known)
            joint += loss * Double(known)
            labelled += known
        }
        return (own / Double(max(labelled, 1)), joint / Double(max(labelled, 1)))
    }

    /// Shortens the gradients together to the norm that the settings allow.
    private func clip(_ gradients: [FloatBlock]) {
        let limit = settings.gradientClip
        guard limit > 0 else { return }
        let norm = gradients.reduce(0.0) { $0 + kernel_sum_of_squares($1.base, $1.count) }.squareRoot()
        if norm > limit {
            for gradient in gradients { kernel_scale(gradient.base, Float(limit / norm), gradient.count) }
        }
    }
}
