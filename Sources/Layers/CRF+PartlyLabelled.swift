import CKernels
public import Numerics

// Sequences of which only some steps have a label. The likelihood of what is known is that of all sequences of classes
// that agree with it: log Z(those) - log Z(all), and its gradient the difference of the two fields' marginals. The
// field of those that agree is the same field with emissions that rule the other classes out.

extension CRF {
    /// What a step without a label has in its place.
    public static let unknown: Int32 = -1

    /// How far a class that a label rules out lies below the label's: so far that its exponential is no part of a sum.
    private static let gap: Float = 1e4

    /// The buffers for partly labelled sequences.
    public final class PartialWorkspace {
        fileprivate let all = Workspace(), agreeing = Workspace()
        fileprivate var emissions = Scratch(), gradient = Scratch()

        /// Buffers that are still empty.
        public init() {}
    }

    /// The negative log-likelihood of the labels that are known, summed over the sequences of `batch`.
    ///
    /// - Parameters:
    ///   - labels: a class for each row, or `unknown`.
    ///   - emissions: `[rows, K]` in the batch's layout.
    ///   - batch: the layout.
    ///   - parameters: the flat parameter vector.
    ///   - workspace: keeps what `backward` needs.
    /// - Returns: the sum in nats; 0, but for rounding, where nothing is known.
    public func negativeLogLikelihood(
        ofKnown labels: UnsafePointer<Int32>, emissions: FloatBlock, _ batch: RaggedBatch, parameters: FloatBlock,
        workspace: PartialWorkspace
    ) -> Double {
        let count = batch.rows * classes
        workspace.emissions.reserve(count)
        let agreeing = workspace.emissions.base
        agreeing.update(from: emissions.base, count: count)
        for row in 0..<batch.rows where labels[row] != Self.unknown {
            let label = Int(labels[row])
            let low = emissions[row * classes + label] - Self.gap
            for c in 0..<classes where c != label { agreeing[row * classes + c] = low }
        }
        let all = logPartition(emissions: emissions, batch, parameters: parameters, workspace: workspace.all)
        return all
            - logPartition(
                emissions: workspace.emissions.block, batch, parameters: parameters, workspace: workspace.agreeing)
    }

    /// The gradient of `scale` times that, after it was taken with the same arguments.
    ///
    /// - Parameters:
    ///   - scale: what the gradients are multiplied with.
    ///   - batch: the layout.
    ///   - parameters: the flat parameter vector.
    ///   - emissionGradient: replaced, `[rows, K]`.
    ///   - gradient: as long as `parameters`; the field's part is replaced.
    ///   - workspace: as `negativeLogLikelihood(ofKnown:…)` left it.
    public func backwardOfKnown(
        scale: Float, _ batch: RaggedBatch, parameters: FloatBlock, emissionGradient: FloatBlock,
        into gradient: FloatBlock, workspace: PartialWorkspace
    ) {
        let (all, agreeing) = (workspace.all, workspace.agreeing)
        for field in [all, agreeing] {
            backwardRecursion(batch, parameters: parameters, workspace: field)
        }
        let (transitions, start, end) = (gradient.base + offset, gradient.base + startOffset, gradient.base + endOffset)
        workspace.gradient.reserve(classes * classes)
        kernel_sum_columns(transitions, all.pairs.base, classes * classes, batch.sequences)
        kernel_sum_columns(workspace.gradient.base, agreeing.pairs.base, classes * classes, batch.sequences)
        for i in 0..<classes * classes { transitions[i] -= workspace.gradient.base[i] }
        start.update(repeating: 0, count: 2 * classes)
        forEachRow(batch) { place, step, row, lanes in
            let at = batch.starts[step] * classes + place
            let isLast = step + 1 == batch.lengths[place]
            for c in 0..<classes {
                let difference = all.probabilities.base[at + c * lanes] - agreeing.probabilities.base[at + c * lanes]
                emissionGradient[row * classes + c] = difference * scale
                if step == 0 { start[c] += difference }
                if isLast { end[c] += difference }
            }
        }
        kernel_scale(transitions, scale, classes * (classes + 2))
    }
}
