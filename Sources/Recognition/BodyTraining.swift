import Encoders
import Layers
import Numerics
import Signals

/// A tuned body in the training of one recogniser: its parameters, its passes and its optimiser.
///
/// The rows of a batch are cut into chunks whose size depends on the training alone; each has its pass, and the chunks'
/// gradients are summed by the fixed tree. So the bits are the same on any number of threads.
final class BodyTraining {
    private let body: TunedBody
    private let seed: UInt64
    private let threads: Int
    /// Rows of a chunk.
    private let chunkRows: Int
    private let passes: [any NetworkPass]
    private let gradients: [FloatBlock]
    private let inputs: FloatBlock
    private var mirrored: [Bool]
    private var adam: Adam
    /// The parameters, and the block that the next ones go to: a pass knows by the block that they are others.
    private(set) var parameters: FloatBlock
    private var next: FloatBlock
    /// The batch's gradient, after `backward`.
    private(set) var gradient: FloatBlock

    /// The fewest rows of a chunk, and the most chunks.
    private static let (fewestRows, mostChunks) = (16, 32)

    /// A body for batches of up to `rows` rows, as a kept state has it, where there is one.
    init(_ body: TunedBody, rows: Int, seed: UInt64, rate: Double, from kept: MemberState?, threads: Int) {
        (self.body, self.seed, self.threads) = (body, seed, threads)
        chunkRows = max(Self.fewestRows, (rows + Self.mostChunks - 1) / Self.mostChunks)
        let (network, chunkRows) = (body.network, chunkRows)
        let chunks = (rows + chunkRows - 1) / chunkRows
        passes = (0..<chunks).map { _ in network.makePass(rows: chunkRows, arithmetic: Arithmetic()) }
        let count = network.parameterCount
        gradients = (0..<chunks).map { _ in FloatBlock(count: count) }
        gradient = gradients[0]
        inputs = FloatBlock(count: rows * network.inputCount)
        mirrored = [Bool](repeating: false, count: rows)
        parameters = FloatBlock(count: count)
        next = FloatBlock(count: count)
        let state = kept?.body
        parameters.copy(
            from: state?.parameters ?? body.parameters
                ?? network.initialParameters(seed: seed, stream: RandomStream.body))
        let rates = AdamSettings(learningRate: rate)
        adam =
            state?.adam(settings: rates, step: kept?.step ?? 0) ?? Adam(parameterCount: count, settings: rates)
        takeParameters()
    }

    /// Where it stands, with the parameters of the best epoch, where one is chosen.
    func state(best: FloatBlock?) -> MemberState.Part { MemberState.Part(parameters, adam, best: best) }

    /// Gives the parameters to all passes, whether the next batch is long enough for each or not.
    ///
    /// Blocks come in turn, and a pass that had not seen this one would know the next by its old values.
    private func takeParameters() { for pass in passes { pass.take(parameters: parameters) } }

    /// About how many floats the passes for batches of so many rows take.
    static func floats(_ body: TunedBody, rows: Int) -> Double {
        body.network.passFloats(rows: rows) + Double(rows) * Double(body.network.inputCount)
            + Double(mostChunks + 5) * Double(body.network.parameterCount)
    }

    private func forEachChunk(of rows: Int, _ work: @Sendable (_ place: Int, Range<Int>) -> Void) {
        let chunkRows = chunkRows
        let chunks = (rows + chunkRows - 1) / chunkRows
        _ = taskResults(of: chunks, threads: threads) { place, _ in
            work(place, place * chunkRows..<min((place + 1) * chunkRows, rows))
        }
    }

    /// Writes the features of the workspace's batch to the first values of its rows.
    ///
    /// `step` is that of the training; without one the samples are read as they are.
    func forward(_ workspace: RecogniserNetwork.Workspace, step: Int?) {
        let rows = workspace.batch.rows
        read(workspace.samples, sequences: workspace.batch.sequences, batch: workspace.batch, step: step)
        if step != nil { mirrorLabels(of: workspace) }
        let (width, count) = (workspace.rowWidth, body.network.featureCount)
        nonisolated(unsafe) let (mine, x) = (self, workspace.x.base)  // each chunk has its pass and its rows
        forEachChunk(of: rows) { place, chunk in
            let features = mine.passes[place].forward(
                mine.inputs.base + chunk.lowerBound * mine.body.network.inputCount, rows: chunk.count)
            for (i, row) in chunk.enumerated() {
                (x + row * width).update(from: features + i * count, count: count)
            }
        }
    }

    /// Reads samples and changes them; those of a sequence are mirrored together or not at all.
    private func read(_ samples: [Int], sequences: Int, batch: RaggedBatch, step: Int?) {
        let (body, seed, size) = (body, seed, body.network.inputCount)
        nonisolated(unsafe) let mine = self  // each chunk has its rows
        forEachChunk(of: batch.rows) { _, chunk in
            mine.body.samples.copy(Array(samples[chunk]), into: mine.inputs.base + chunk.lowerBound * size)
        }
        guard let step, body.augmentation.kind != Augmentation.none.kind else { return }
        let (shape, stream) = ((body.samples.rows, body.samples.columns), RandomStream.augmentation(step: step))
        @Sendable func augment(_ row: Int, mirrored: Bool?) -> Bool {
            var draws = RandomSequence(seed: seed, stream: stream, firstCounter: UInt64(row) << 24)
            return body.augmentation.augment(
                mine.inputs.base + row * size, rows: shape.0, columns: shape.1, draws: &draws, mirrored: mirrored)
        }
        mirrored.withUnsafeMutableBufferPointer { flags in
            nonisolated(unsafe) let flags = flags
            forEachChunk(of: sequences) { _, rows in
                for row in rows { flags[row] = augment(row, mirrored: nil) }
            }
            for step in 1..<max(1, batch.steps) {
                for place in 0..<batch.active[step] { flags[batch.row(place: place, step: step)] = flags[place] }
            }
            forEachChunk(of: batch.rows) { _, rows in
                for row in rows where row >= sequences { _ = augment(row, mirrored: flags[row]) }
            }
        }
    }

    private func mirrorLabels(of workspace: RecogniserNetwork.Workspace) {
        guard body.augmentation.mirrors else { return }
        for (head, mirror) in zip(workspace.heads, body.mirrors) {
            guard let mirror else { continue }
            for row in 0..<workspace.batch.rows where mirrored[row] && head.labels[row] != CRF.unknown {
                head.labels[row] = Int32(mirror[Int(head.labels[row])])
            }
        }
    }

    /// Computes `gradient`, after `forward` and the recogniser's backward pass to its inputs.
    func backward(_ workspace: RecogniserNetwork.Workspace) {
        let (rows, width, count) = (workspace.batch.rows, workspace.rowWidth, body.network.featureCount)
        nonisolated(unsafe) let (mine, dx) = (self, workspace.inputGradient.base)  // as in `forward`
        forEachChunk(of: rows) { place, chunk in
            let pass = mine.passes[place]
            for (i, row) in chunk.enumerated() {
                (pass.featureGradient + i * count).update(from: dx + row * width, count: count)
            }
            pass.backward(
                mine.inputs.base + chunk.lowerBound * mine.body.network.inputCount, rows: chunk.count,
                into: mine.gradients[place].base)
        }
        let chunks = (rows + chunkRows - 1) / chunkRows
        var tree = SumTree(SumTreeShape(leafCount: chunks), threads: threads)
        for place in 0..<chunks {
            tree.insert(LeafSum(leaves: place..<place + 1, vector: gradients[place], figures: []))
        }
        gradient = tree.root?.vector ?? gradients[0]
    }

    /// A step of Adam at `rate`, after its part of decay.
    func update(rate: Double, decay: Double) {
        parameters.shrink(body.network.parts.matrices, decay: decay, rate: rate)
        adam.update(parameters, gradient: gradient, into: next, rate: rate)
        swap(&parameters, &next)
        takeParameters()
    }
}
