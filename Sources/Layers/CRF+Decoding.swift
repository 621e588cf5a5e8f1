import CKernels
public import Numerics

// What a field says of sequences: the probabilities of their classes, and the most probable classes.

extension CRF {
    /// The most probable classes of each sequence (Viterbi 1967), of equals the lower class, and the probability of
    /// each class at each row given the emissions of the row's whole sequence.
    ///
    /// Two threads make a sequence's scores from both its ends at once.
    ///
    /// - Parameters:
    ///   - emissions: `[rows, K]` in the batch's layout.
    ///   - batch: the layout.
    ///   - parameters: the flat parameter vector.
    ///   - labels: replaced, a class for each row.
    ///   - probabilities: replaced, `[rows, K]`.
    ///   - workspace: buffers.
    ///   - threads: with two or more, two are used; the bits are the same.
    public func decode(
        emissions: FloatBlock, _ batch: RaggedBatch, parameters: FloatBlock,
        into labels: UnsafeMutablePointer<Int32>, probabilities: FloatBlock, workspace: Workspace, threads: Int
    ) {
        turn(emissions, batch, workspace)
        nonisolated(unsafe) let (workspace, labels) = (workspace, labels)  // each work writes buffers of its own
        sideBySide(threads: threads) {
            forwardScores(batch, parameters: parameters, workspace)
        } _: {
            backwardScores(batch, parameters: parameters, workspace)
        }
        sideBySide(threads: threads) {
            bestLabels(batch, parameters: parameters, into: labels, workspace)
        } _: {
            marginals(batch, workspace)
            turnBack(batch, into: probabilities, workspace)
        }
    }

    /// The probabilities as they are answered, `[rows, K]`.
    private func turnBack(_ batch: RaggedBatch, into probabilities: FloatBlock, _ workspace: Workspace) {
        let turned = workspace.probabilities.base
        for step in 0..<batch.steps {
            let at = batch.starts[step] * classes
            kernel_transpose(probabilities.base + at, turned + at, classes, batch.active[step])
        }
    }

    /// The most probable classes, after `turn`.
    private func bestLabels(
        _ batch: RaggedBatch, parameters: FloatBlock, into labels: UnsafeMutablePointer<Int32>, _ workspace: Workspace
    ) {
        workspace.best.reserve(batch.rows * classes)
        if workspace.choices.count < batch.rows * classes {
            workspace.choices = [Int32](repeating: 0, count: batch.rows * classes)
        }
        let (weights, best, classes) = (parameters.base, workspace.best.base, classes)
        let emissions = workspace.emissions.base
        workspace.choices.withUnsafeMutableBufferPointer { choices in
            for step in 0..<batch.steps {
                let (lanes, at) = (batch.active[step], batch.starts[step] * classes)
                kernel_crf_best(
                    best + at, choices.baseAddress.map { $0 + at },
                    step > 0 ? best + batch.starts[step - 1] * classes : nil, step > 0 ? batch.active[step - 1] : 0,
                    weights + startOffset, emissions + at, weights + offset, lanes, classes)
            }
            for place in 0..<batch.sequences {
                var step = batch.lengths[place] - 1
                let scores = best + batch.starts[step] * classes + place
                var label = 0
                for c in 1..<max(classes, 1)
                where scores[c * batch.active[step]] + weights[endOffset + c]
                    > scores[label * batch.active[step]] + weights[endOffset + label]
                { label = c }
                while true {
                    labels[batch.row(place: place, step: step)] = Int32(label)
                    guard step > 0 else { break }
                    label = Int(choices[batch.starts[step] * classes + label * batch.active[step] + place])
                    step -= 1
                }
            }
        }
    }
}
