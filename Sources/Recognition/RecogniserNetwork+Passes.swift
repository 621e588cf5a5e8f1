import CKernels
public import Layers
public import Numerics

extension RecogniserNetwork {
    /// A batch and everything that is computed from it; its memory is used again for the next.
    public final class Workspace {
        /// What one head makes of a batch.
        final class Head {
            var labels: [Int32] = []
            /// How many rows have a label.
            var known = 0
            /// The batch's negative log-likelihood per labelled row, as the last pass found it; 0 where none is
            /// labelled.
            var loss = 0.0
            var emissions = Scratch(), emissionGradient = Scratch()
            let field = CRF.Workspace()
            let partly = CRF.PartialWorkspace()

            /// Takes the classes of a batch's samples, or none where there are none at all.
            func take(_ classes: [Int32], of samples: [Int]) {
                known = 0
                if labels.count < samples.count {
                    labels = [Int32](repeating: CRF.unknown, count: samples.count)
                }
                guard !classes.isEmpty else { return }
                for (row, sample) in samples.enumerated() {
                    labels[row] = classes[sample]
                    if classes[sample] != CRF.unknown { known += 1 }
                }
            }
        }

        var batch = RaggedBatch()
        var x = Scratch(), y = Scratch()
        var dropped = Scratch(), mask = Scratch()
        var outputGradient = Scratch()
        /// After a backward pass to them, the gradient at the values read, `[rows, features]`.
        public internal(set) var inputGradient = Scratch()
        /// Values of a row of what is read.
        private(set) var rowWidth = 0
        /// The sample at each row, in the batch's layout.
        public private(set) var samples: [Int] = []
        private(set) var heads: [Head] = []
        let layer = BidirectionalLayer.Workspace()

        /// Without memory yet.
        public init() {}

        /// Lays out these samples' values and labels, where there are any.
        ///
        /// - Parameters:
        ///   - pieces: the sequences, as runs of samples.
        ///   - features: `[samples, width]`.
        ///   - width: how many values a sample has.
        ///   - before: how many values of each row come first, for others to write.
        ///   - targets: for each head the samples' classes, or `CRF.unknown`.
        ///   - threads: the most threads to use.
        public func take(
            _ pieces: [Range<Int>], features: FloatBlock, width: Int, after before: Int = 0,
            labels targets: [[Int32]], threads: Int = 1
        ) {
            reserve(pieces, rowWidth: before + width, heads: targets.count)
            nonisolated(unsafe) let features = features.base
            layOut(pieces, threads: threads) { sample, row in
                (row + before).update(from: features + sample * width, count: width)
            }
            for (place, head) in heads.enumerated() {
                head.take(place < targets.count ? targets[place] : [], of: samples)
            }
        }

        /// Lays out these samples' values, scaled, without labels.
        ///
        /// - Precondition: the scaling is of rows as wide as `features`.
        func take(_ pieces: [Range<Int>], of features: Matrix, scaled scaling: RowScaling, threads: Int) {
            precondition(features.columns == scaling.width, "\(features.columns) features scaled by \(scaling.width)")
            reserve(pieces, rowWidth: features.columns, heads: 1)
            features.elements.withUnsafeBufferPointer { values in
                nonisolated(unsafe) let values = values
                layOut(pieces, threads: threads) { sample, row in
                    guard let base = values.baseAddress else { return }
                    scaling.write(base + sample * features.columns, to: row)
                }
            }
            for head in heads { head.take([], of: samples) }
        }

        /// Makes room for a batch of these runs of samples.
        private func reserve(_ pieces: [Range<Int>], rowWidth: Int, heads: Int) {
            batch.arrange(lengths: pieces.map(\.count))
            self.rowWidth = rowWidth
            x.reserve(batch.rows * rowWidth)
            reserveHeads(max(1, heads))
            if samples.count != batch.rows { samples = [Int](repeating: 0, count: batch.rows) }
        }

        /// Writes the sample at each row, step by step, and has its values written.
        private func layOut(
            _ pieces: [Range<Int>], threads: Int,
            _ write: @Sendable (_ sample: Int, _ row: UnsafeMutablePointer<Float>) -> Void
        ) {
            let (batch, rowWidth) = (batch, rowWidth)
            let first = batch.order.map { pieces[$0].lowerBound }
            nonisolated(unsafe) let x = x.base
            samples.withUnsafeMutableBufferPointer { buffer in
                nonisolated(unsafe) let samples = buffer
                let stepWidth = batch.rows / max(batch.steps, 1) * rowWidth
                inRowParts(of: batch.steps, width: stepWidth, threads: threads) { steps in
                    for step in steps {
                        let start = batch.starts[step]
                        for place in 0..<batch.active[step] {
                            samples[start + place] = first[place] + step
                            write(first[place] + step, x + (start + place) * rowWidth)
                        }
                    }
                }
            }
        }

        func reserveHeads(_ count: Int) {
            while heads.count < count { heads.append(Head()) }
        }
    }

    /// The workspace's batch read by the recurrent layer and the heads; the result is each head's `emissions`.
    ///
    /// Where a backward pass is to follow, what it needs has to be kept.
    func readBatch(
        _ workspace: Workspace, parameters: FloatBlock, dropout: Dropout? = nil, keeping: Bool, threads: Int
    ) {
        let rows = workspace.batch.rows
        workspace.reserveHeads(heads.count)
        if let layer {
            workspace.y.reserve(rows * width)
            layer.forward(
                workspace.x.block, workspace.batch, parameters: parameters, into: workspace.y.block,
                workspace: workspace.layer, keeping: keeping, threads: threads)
        }
        var y = layer == nil ? workspace.x.base : workspace.y.base
        if let dropout {
            workspace.dropped.reserve(rows * width)
            workspace.mask.reserve(rows * width)
            dropout.drop(
                y, count: rows * width, into: workspace.dropped.base, mask: workspace.mask.base, threads: threads)
            y = workspace.dropped.base
        }
        for (head, own) in zip(heads, workspace.heads) {
            let classes = head.classes
            own.emissions.reserve(rows * classes)
            nonisolated(unsafe) let (read, emissions) = (y, own.emissions.base)
            inRowParts(of: rows, width: width, threads: threads) { rows in
                let target = emissions + rows.lowerBound * classes
                product(
                    m: rows.count, n: classes, k: width, read + rows.lowerBound * width, aRow: width,
                    parameters.base + head.weightOffset, bRow: classes, into: target, cRow: classes)
                kernel_add_bias(target, parameters.base + head.biasOffset, rows.count, classes)
            }
        }
    }

    /// The batch's negative log-likelihood per labelled time step, in nats, summed over the heads, and its gradient.
    ///
    /// - Parameters:
    ///   - workspace: holds the batch with its labels.
    ///   - parameters: the flat parameter vector.
    ///   - gradient: replaced, as long as `parameters`.
    ///   - dropout: what is dropped; nil drops nothing.
    ///   - toInputs: whether the gradient at the values read is wanted too: the workspace's `inputGradient`.
    ///   - threads: two or more give each direction its own thread; the bits are the same.
    /// - Returns: the loss.
    public func lossAndGradient(
        _ workspace: Workspace, parameters: FloatBlock, into gradient: FloatBlock, dropout: Dropout? = nil,
        toInputs: Bool = false, threads: Int = 1
    ) -> Double {
        readBatch(workspace, parameters: parameters, dropout: dropout, keeping: true, threads: threads)
        let (batch, rows) = (workspace.batch, workspace.batch.rows)
        workspace.outputGradient.reserve(rows * width)
        var loss = 0.0
        for (head, own) in zip(heads, workspace.heads) {
            own.emissionGradient.reserve(rows * head.classes)
            loss += head.lossAndGradient(own, batch, parameters: parameters, into: gradient)
            kernel_sum_rows(gradient.base + head.biasOffset, own.emissionGradient.base, rows, head.classes)
        }
        guard let layer else {
            backwardThroughHeads(0..<width, workspace, parameters, into: gradient, drops: dropout != nil)
            swap(&workspace.inputGradient, &workspace.outputGradient)
            return loss
        }
        if toInputs { workspace.inputGradient.reserve(rows * features) }
        nonisolated(unsafe) let shared = workspace  // each direction writes columns of its own
        layer.backward(
            workspace.outputGradient.block,
            preparedBy: { backwardThroughHeads($0, shared, parameters, into: gradient, drops: dropout != nil) },
            x: workspace.x.block, output: workspace.y.block, batch, parameters: parameters, into: gradient,
            inputGradient: toInputs ? workspace.inputGradient.block : nil, workspace: workspace.layer, threads: threads)
        return loss
    }

    /// One update of `parameters` by `adam` at step size `rate`.
    ///
    /// With two or more threads two of them take about half of the parameters each; the bits are the same.
    public func update(
        _ parameters: FloatBlock, gradient: FloatBlock, by adam: inout Adam, rate: Double, threads: Int
    ) {
        adam.update(
            parameters, gradient: gradient, into: parameters, rate: rate, threads: min(threads, 2), fewest: 1 << 16)
    }

    /// The heads' weights' gradient and that at what they read, for some columns of what they read.
    private func backwardThroughHeads(
        _ columns: Range<Int>, _ workspace: Workspace, _ parameters: FloatBlock, into gradient: FloatBlock, drops: Bool
    ) {
        let (rows, first) = (workspace.batch.rows, columns.lowerBound)
        let y = (drops ? workspace.dropped : layer == nil ? workspace.x : workspace.y).base + first
        let outputGradient = workspace.outputGradient.base + first
        for (place, (head, own)) in zip(heads, workspace.heads).enumerated() {
            let (classes, weights) = (head.classes, head.weightOffset + first * head.classes)
            let de = own.emissionGradient.base
            product(
                m: columns.count, n: classes, k: rows, y, .transposed, aRow: width, de, bRow: classes,
                into: gradient.base + weights, cRow: classes)
            product(
                m: rows, n: columns.count, k: classes, de, aRow: classes, parameters.base + weights, .transposed,
                bRow: classes, adding: place > 0, into: outputGradient, cRow: width)
        }
        guard drops else { return }
        let mask = workspace.mask.base + first
        for row in stride(from: 0, to: rows * width, by: width) {
            kernel_multiply(outputGradient + row, outputGradient + row, mask + row, columns.count)
        }
    }

    /// The loss that `lossAndGradient` returns, alone and without dropout.
    func loss(_ workspace: Workspace, parameters: FloatBlock, threads: Int) -> Double {
        readBatch(workspace, parameters: parameters, keeping: false, threads: threads)
        return zip(heads, workspace.heads).reduce(0) { $0 + $1.0.loss($1.1, workspace.batch, parameters: parameters) }
    }
}

extension RecogniserNetwork.Head {
    /// The negative log-likelihood per labelled time step; 0 where none is labelled.
    fileprivate func loss(
        _ own: RecogniserNetwork.Workspace.Head, _ batch: RaggedBatch, parameters: FloatBlock
    ) -> Double {
        own.loss = 0
        guard own.known > 0 else { return 0 }
        let emissions = own.emissions.block
        let sum =
            own.known == batch.rows
            ? field.negativeLogLikelihood(
                of: own.labels, emissions: emissions, batch, parameters: parameters, workspace: own.field)
            : field.negativeLogLikelihood(
                ofKnown: own.labels, emissions: emissions, batch, parameters: parameters, workspace: own.partly)
        own.loss = sum / Double(own.known)
        return own.loss
    }

    /// The same, with its gradients at the emissions and at the field's parameters.
    fileprivate func lossAndGradient(
        _ own: RecogniserNetwork.Workspace.Head, _ batch: RaggedBatch, parameters: FloatBlock,
        into gradient: FloatBlock
    ) -> Double {
        let loss = loss(own, batch, parameters: parameters)
        if own.known == batch.rows {
            field.backward(
                labels: own.labels, scale: 1 / Float(own.known), batch, parameters: parameters,
                emissionGradient: own.emissionGradient.block, into: gradient, workspace: own.field)
        } else if own.known > 0 {
            field.backwardOfKnown(
                scale: 1 / Float(own.known), batch, parameters: parameters,
                emissionGradient: own.emissionGradient.block, into: gradient, workspace: own.partly)
        } else {
            own.emissionGradient.base.update(repeating: 0, count: batch.rows * classes)
            (gradient.base + field.offset).update(repeating: 0, count: field.end - field.offset)
        }
        return loss
    }
}
