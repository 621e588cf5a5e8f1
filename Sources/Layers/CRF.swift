import CKernels
public import Numerics

/// A linear-chain conditional random field over K classes, all in log space (Lafferty and others 2001).
///
/// The score of classes y for emissions e of T steps is `start[y₀] + Σ e[t, y_t] + Σ transitions[y_t, y_t+1] +
/// end[y_T-1]`, and their probability its exponential over the sum of all sequences'. Parameters stand in a flat vector
/// from `offset` on: transitions `[K, K]` from the row to the column, start `[K]`, end `[K]`.
///
/// Each step's forward and backward scores are kept relative to their largest, so that precision does not fade with the
/// length of a sequence.
public struct CRF: Sendable {
    /// How many classes there are, K.
    public let classes: Int
    /// Where its parameters begin.
    public let offset: Int

    /// A field whose parameters begin at `offset`.
    public init(classes: Int, offset: Int) {
        precondition(classes > 0, "a field over \(classes) classes")
        (self.classes, self.offset) = (classes, offset)
    }

    var startOffset: Int { offset + classes * classes }
    var endOffset: Int { startOffset + classes }

    /// The first place after its parameters.
    public var end: Int { endOffset + classes }

    /// Its parameters by name.
    public var parts: [ParameterPart] {
        [
            ParameterPart(name: "crf.transitions", offset: offset, shape: [classes, classes]),
            ParameterPart(name: "crf.start", offset: startOffset, shape: [classes]),
            ParameterPart(name: "crf.end", offset: endOffset, shape: [classes]),
        ]
    }

    /// The buffers of one field for one thread; they grow to the largest batch and are then reused.
    ///
    /// Values stand step by step as `[K, active sequences]`.
    public final class Workspace {
        var emissions = Scratch(), alpha = Scratch(), beta = Scratch(), best = Scratch()
        var shifts = Scratch(), logSums = Scratch()
        var choices: [Int32] = []
        /// The probability of each class at each row, and of each pair of classes in each sequence.
        var probabilities = Scratch(), pairs = Scratch()

        /// Buffers that are still empty.
        public init() {}
    }
}

extension CRF {
    /// The negative log-likelihood of `labels`, summed over the sequences of `batch`.
    ///
    /// - Parameters:
    ///   - labels: a class for each row.
    ///   - emissions: `[rows, K]` in the batch's layout.
    ///   - batch: the layout.
    ///   - parameters: the flat parameter vector.
    ///   - workspace: keeps what `backward` needs.
    /// - Returns: the sum in nats.
    public func negativeLogLikelihood(
        of labels: UnsafePointer<Int32>, emissions: FloatBlock, _ batch: RaggedBatch, parameters: FloatBlock,
        workspace: Workspace
    ) -> Double {
        logPartition(emissions: emissions, batch, parameters: parameters, workspace: workspace)
            - score(of: labels, emissions: emissions, batch, parameters: parameters)
    }

    /// The gradient of `scale` times the negative log-likelihood, after it was taken with the same arguments.
    ///
    /// - Parameters:
    ///   - labels: a class for each row.
    ///   - scale: what the gradients are multiplied with.
    ///   - batch: the layout.
    ///   - parameters: the flat parameter vector.
    ///   - emissionGradient: replaced, `[rows, K]`.
    ///   - gradient: as long as `parameters`; the field's part is replaced.
    ///   - workspace: as `negativeLogLikelihood` left it.
    public func backward(
        labels: UnsafePointer<Int32>, scale: Float, _ batch: RaggedBatch, parameters: FloatBlock,
        emissionGradient: FloatBlock, into gradient: FloatBlock, workspace: Workspace
    ) {
        backwardRecursion(batch, parameters: parameters, workspace: workspace)
        let (transitions, start, end) = (gradient.base + offset, gradient.base + startOffset, gradient.base + endOffset)
        kernel_sum_columns(transitions, workspace.pairs.base, classes * classes, batch.sequences)
        start.update(repeating: 0, count: 2 * classes)
        let marginals = workspace.probabilities.base
        forEachRow(batch) { place, step, row, lanes in
            let probabilities = marginals + batch.starts[step] * classes + place
            let label = Int(labels[row])
            if step > 0 { transitions[Int(labels[row - batch.active[step - 1]]) * classes + label] -= 1 }
            let isLast = step + 1 == batch.lengths[place]
            for c in 0..<classes {
                let difference = probabilities[c * lanes] - (c == label ? 1 : 0)
                emissionGradient[row * classes + c] = difference * scale
                if step == 0 { start[c] += difference }
                if isLast { end[c] += difference }
            }
        }
        kernel_scale(transitions, scale, classes * (classes + 2))
    }

    /// The logarithm of the sum over all label sequences of their exponential scores, summed over the sequences.
    func logPartition(
        emissions: FloatBlock, _ batch: RaggedBatch, parameters: FloatBlock, workspace: Workspace
    ) -> Double {
        turn(emissions, batch, workspace)
        forwardScores(batch, parameters: parameters, workspace)
        // The last step's backward scores are those of the ends: where they meet the forward scores is what is left.
        let end = parameters.base + endOffset
        let (shifts, alpha) = (workspace.shifts.base, workspace.alpha.base)
        var sum = 0.0
        forEachRow(batch) { place, step, row, lanes in
            sum += Double(shifts[row])
            guard step + 1 == batch.lengths[place] else { return }
            let last = alpha + batch.starts[step] * classes + place
            sum += logSumExp(classes) { last[$0 * lanes] + end[$0] }
        }
        return sum
    }

    private func score(
        of labels: UnsafePointer<Int32>, emissions: FloatBlock, _ batch: RaggedBatch, parameters: FloatBlock
    ) -> Double {
        let weights = parameters.base
        var sum = 0.0
        forEachRow(batch) { place, step, row, _ in
            let label = Int(labels[row])
            sum += Double(emissions[row * classes + label])
            let before = step > 0 ? Int(labels[row - batch.active[step - 1]]) : 0
            sum += Double(weights[step > 0 ? offset + before * classes + label : startOffset + label])
            if step + 1 == batch.lengths[place] { sum += Double(weights[endOffset + label]) }
        }
        return sum
    }

    /// Backward scores, the marginals of classes and of pairs of them, after `logPartition`.
    func backwardRecursion(_ batch: RaggedBatch, parameters: FloatBlock, workspace: Workspace) {
        backwardScores(batch, parameters: parameters, workspace)
        marginals(batch, workspace)
        let pairCount = classes * classes * batch.sequences
        workspace.pairs.reserve(pairCount)
        let (alpha, beta, emissions) = (workspace.alpha.base, workspace.beta.base, workspace.emissions.base)
        let (pairs, shifts, logSums) = (workspace.pairs.base, workspace.shifts.base, workspace.logSums.base)
        pairs.update(repeating: 0, count: pairCount)
        for step in (0..<max(batch.steps - 1, 0)).reversed() {
            let (next, nextRow) = (batch.active[step + 1], batch.starts[step + 1])
            kernel_crf_pairs(
                pairs, batch.sequences, alpha + batch.starts[step] * classes, batch.active[step],
                emissions + nextRow * classes, beta + nextRow * classes, shifts + nextRow, logSums + nextRow,
                parameters.base + offset, next, classes)
        }
    }

    // MARK: - What passes are made of

    /// Makes room for a batch, and lays out its emissions as the kernels read them.
    func turn(_ emissions: FloatBlock, _ batch: RaggedBatch, _ workspace: Workspace) {
        reserve(batch, workspace)
        let turned = workspace.emissions.base
        for step in 0..<batch.steps {
            let at = batch.starts[step] * classes
            kernel_transpose(turned + at, emissions.base + at, batch.active[step], classes)
        }
    }

    /// The scores of all that comes before each step, and the step, after `turn`.
    func forwardScores(_ batch: RaggedBatch, parameters: FloatBlock, _ workspace: Workspace) {
        let (weights, alpha, shifts) = (parameters.base, workspace.alpha.base, workspace.shifts.base)
        let emissions = workspace.emissions.base
        for step in 0..<batch.steps {
            let (lanes, at) = (batch.active[step], batch.starts[step] * classes)
            kernel_crf_forward(
                alpha + at, shifts + batch.starts[step],
                step > 0 ? alpha + batch.starts[step - 1] * classes : nil, step > 0 ? batch.active[step - 1] : 0,
                weights + startOffset, emissions + at, weights + offset, lanes, classes)
        }
    }

    /// The scores of all that comes after each step, after `turn`.
    func backwardScores(_ batch: RaggedBatch, parameters: FloatBlock, _ workspace: Workspace) {
        let (transitions, end) = (parameters.base + offset, parameters.base + endOffset)
        let (beta, emissions) = (workspace.beta.base, workspace.emissions.base)
        for step in (0..<batch.steps).reversed() {
            let (next, nextRow) = (step + 1 < batch.steps ? batch.active[step + 1] : 0, batch.starts[step + 1])
            kernel_crf_backward(
                beta + batch.starts[step] * classes, beta + nextRow * classes, emissions + nextRow * classes, next, end,
                transitions, batch.active[step], classes)
        }
    }

    /// The probability of each class at each row, after the scores from both sides: step by step `[K, lanes]`.
    func marginals(_ batch: RaggedBatch, _ workspace: Workspace) {
        let (probabilities, logSums) = (workspace.probabilities.base, workspace.logSums.base)
        let (alpha, beta) = (workspace.alpha.base, workspace.beta.base)
        for step in 0..<batch.steps {
            let at = batch.starts[step] * classes
            kernel_crf_marginals(
                probabilities + at, logSums + batch.starts[step], alpha + at, beta + at, batch.active[step], classes)
        }
    }

    /// Visits every row: step by step, place by place.
    func forEachRow(
        _ batch: RaggedBatch, _ visit: (_ place: Int, _ step: Int, _ row: Int, _ lanes: Int) -> Void
    ) {
        for step in 0..<batch.steps {
            for place in 0..<batch.active[step] {
                visit(place, step, batch.starts[step] + place, batch.active[step])
            }
        }
    }

    private func reserve(_ batch: RaggedBatch, _ workspace: Workspace) {
        let count = batch.rows * classes
        workspace.emissions.reserve(count)
        workspace.alpha.reserve(count)
        workspace.beta.reserve(count)
        workspace.probabilities.reserve(count)
        workspace.shifts.reserve(batch.rows)
        workspace.logSums.reserve(batch.rows)
    }
}

/// The logarithm of the sum of the exponentials of `count` values, by the same functions as the kernels.
private func logSumExp(_ count: Int, _ value: (Int) -> Float) -> Double {
    var top = -Float.infinity
    for i in 0..<count { top = max(top, value(i)) }
    var (sum, part): (Float, Float) = (0, 0)
    for i in 0..<count {
        var difference = value(i) - top
        kernel_exp(&part, &difference, 1)
        sum += part
    }
    var logarithm: Float = 0
    kernel_log(&logarithm, &sum, 1)
    return Double(top) + Double(logarithm)
}
