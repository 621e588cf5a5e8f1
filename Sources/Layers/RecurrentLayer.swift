public import Numerics

/// A recurrent layer that reads sequences in one direction.
///
/// Its parameters stand in a flat vector from `offset` on: input weights `[inputs, gates * hidden]`, recurrent weights
/// `[hidden, gates * hidden]`, biases `[gates * hidden]` and, for GRU, the recurrent product's bias in the candidate
/// `[hidden]`. Gates are in the order i, f, g, o (LSTM) and r, z, n (GRU). The equations are in `LSTM.swift` and
/// `GRU.swift`.
public struct RecurrentLayer: Sendable {
    /// The kind of cell.
    public let cell: RecurrentCell
    /// Values per step that it reads.
    public let inputs: Int
    /// Values per step that it writes.
    public let hidden: Int
    /// Whether it reads from the last step to the first.
    public let isReversed: Bool
    /// Where its parameters begin.
    public let offset: Int

    /// A layer whose parameters begin at `offset`.
    public init(cell: RecurrentCell, inputs: Int, hidden: Int, isReversed: Bool, offset: Int) {
        precondition(inputs > 0 && hidden > 0, "a recurrent layer from \(inputs) to \(hidden) values")
        (self.cell, self.inputs, self.hidden) = (cell, inputs, hidden)
        (self.isReversed, self.offset) = (isReversed, offset)
    }

    /// Values in a row of gates.
    var width: Int { cell.gates * hidden }

    var recurrentOffset: Int { offset + inputs * width }
    var biasOffset: Int { recurrentOffset + hidden * width }
    var recurrentBiasOffset: Int { biasOffset + width }

    /// The first place after its parameters.
    public var end: Int { recurrentBiasOffset + (cell == .gru ? hidden : 0) }

    /// Its parameters by name, each name led by `prefix`.
    public func parts(prefix: String) -> [ParameterPart] {
        var parts = [
            ParameterPart(name: prefix + "input_weights", offset: offset, shape: [inputs, width]),
            ParameterPart(name: prefix + "recurrent_weights", offset: recurrentOffset, shape: [hidden, width]),
            ParameterPart(name: prefix + "bias", offset: biasOffset, shape: [width]),
        ]
        if cell == .gru {
            parts.append(ParameterPart(name: prefix + "recurrent_bias", offset: recurrentBiasOffset, shape: [hidden]))
        }
        return parts
    }

    /// Draws the parameters: uniform within 1 / √hidden, biases 0 but an LSTM's forget gates' 1 (Jozefowicz and others
    /// 2015).
    public func initialize(_ parameters: FloatBlock, from draw: inout RandomSequence) {
        let bound = 1 / Double(hidden).squareRoot()
        for i in offset..<biasOffset { parameters[i] = Float((2 * draw.uniform() - 1) * bound) }
        for i in biasOffset..<end { parameters[i] = 0 }
        if cell == .lstm {
            for i in biasOffset + hidden..<biasOffset + 2 * hidden { parameters[i] = 1 }
        }
    }
}

extension RecurrentLayer {
    /// Reads every sequence of `batch` and writes the outputs.
    ///
    /// - Parameters:
    ///   - x: the inputs, `[rows, inputs]` in the batch's layout.
    ///   - batch: the layout.
    ///   - parameters: the flat parameter vector.
    ///   - output: where the first row's outputs go.
    ///   - outputRow: the floats from one row of outputs to the next.
    ///   - workspace: the buffers.
    ///   - keeping: whether they keep what the backward pass needs; without, they are small and fast. The bits of the
    ///     outputs are the same.
    public func forward(
        _ x: FloatBlock, _ batch: RaggedBatch, parameters: FloatBlock, into output: UnsafeMutablePointer<Float>,
        outputRow: Int, workspace: RecurrentWorkspace, keeping: Bool
    ) {
        workspace.reserve(self, batch, keeping: keeping)
        let weights = parameters.base
        workspace.inputWeights.take(weights + offset, bRow: width, k: inputs, n: width)
        workspace.weights.take(weights + recurrentOffset, bRow: width, k: hidden, n: width)
        var places = RecurrentPlaces(workspace)
        let (x, steps) = (UnsafePointer(x.base), RecurrentStep.visits(of: batch, isReversed: isReversed))
        var read = 0  // visits whose inputs have met their weights
        for (visit, step) in steps.enumerated() {
            let isLarge = step.rows > RecurrentStep.rowsAtOnce
            if visit == read { read = isLarge ? visit + 1 : readInputs(x, steps, from: visit, &places) }
            for part in step.parts {
                if isLarge { readInputs(x, rows: part.row..<part.row + part.rows, &places) }
                switch cell {
                case .lstm: forwardLSTM(part, weights, output, outputRow, places)
                case .gru: forwardGRU(part, weights, output, outputRow, places)
                }
            }
        }
    }

    /// Writes the input products of some steps from a visit on to their gates, and returns the first visit without.
    ///
    /// Enough rows for a product at full speed, and few enough that a near cache has them still when their steps are
    /// visited.
    private func readInputs(
        _ x: UnsafePointer<Float>, _ steps: [RecurrentStep], from visit: Int, _ places: inout RecurrentPlaces
    ) -> Int {
        var (rows, end) = (0, visit)
        var first = steps[visit].row
        while end < steps.count, rows < RecurrentStep.rowsRead - RecurrentStep.rowsAtOnce {
            let step = steps[end]
            if step.rows > RecurrentStep.rowsAtOnce { break }
            (rows, end, first) = (rows + step.rows, end + 1, min(first, step.row))
        }
        readInputs(x, rows: first..<first + rows, &places)
        return end
    }

    private func readInputs(_ x: UnsafePointer<Float>, rows: Range<Int>, _ places: inout RecurrentPlaces) {
        places.inputWeights.product(
            m: rows.count, x + rows.lowerBound * inputs, aRow: inputs,
            into: places.placeOfGates(ofRows: rows, width: width), cRow: width)
    }

    /// Writes the layer's part of `gradient`, after `forward` on the same batch, parameters and workspace.
    ///
    /// - Precondition: that kept what is needed here.
    /// - Parameters:
    ///   - outputGradient: the gradient at the first row's outputs.
    ///   - outputRow: as in `forward`; the same for the outputs and their gradient.
    ///   - x: the inputs of `forward`.
    ///   - output: the outputs of `forward`.
    ///   - batch: the layout.
    ///   - parameters: the flat parameter vector.
    ///   - gradient: as long as `parameters`; this layer's part is replaced.
    ///   - workspace: as `forward` left it.
    public func backward(
        _ outputGradient: UnsafePointer<Float>, outputRow: Int, x: FloatBlock, output: UnsafePointer<Float>,
        _ batch: RaggedBatch, parameters: FloatBlock, into gradient: FloatBlock, workspace: RecurrentWorkspace
    ) {
        precondition(workspace.isKept, "nothing was kept for a backward pass")
        workspace.transposedWeights.take(
            parameters.base + recurrentOffset, .transposed, bRow: width, k: width, n: hidden)
        let places = RecurrentPlaces(workspace)
        for step in RecurrentStep.visits(of: batch, isReversed: isReversed).reversed() {
            for part in step.parts {
                keepOutputs(before: part, output, outputRow, places)
                switch cell {
                case .lstm: backwardLSTM(part, outputGradient, outputRow, places)
                case .gru: backwardGRU(part, output, outputGradient, outputRow, places)
                }
            }
        }
        let (dz, du) = (places.gates, cell == .lstm ? places.gates : places.recurrent)
        let read = LeftFactor(
            m: inputs, x.base, .transposed, aRow: inputs, into: gradient.base + offset, cRow: width)
        let before = LeftFactor(
            m: hidden, places.before, .transposed, aRow: hidden, into: gradient.base + recurrentOffset,
            cRow: width)
        products(of: cell == .lstm ? [read, before] : [read], n: width, k: batch.rows, dz, bRow: width)
        if cell == .gru { products(of: [before], n: width, k: batch.rows, du, bRow: width) }
        sumRows(dz, row: width, rows: batch.rows, columns: width, into: gradient.base + biasOffset)
        if cell == .gru {
            sumRows(
                du + 2 * hidden, row: width, rows: batch.rows, columns: hidden,
                into: gradient.base + recurrentBiasOffset)
        }
    }

    /// The gradient at the inputs, `[rows, inputs]`, after `backward`: replaces `inputGradient` or is added to it.
    public func backwardToInputs(
        _ batch: RaggedBatch, parameters: FloatBlock, adding: Bool, into inputGradient: FloatBlock,
        workspace: RecurrentWorkspace
    ) {
        product(
            m: batch.rows, n: inputs, k: width, workspace.gates.base, aRow: width, parameters.base + offset,
            .transposed, bRow: width, adding: adding, into: inputGradient.base, cRow: inputs)
    }

    /// Copies the outputs that a step's rows started from, so that the recurrent weights' gradient is one product.
    private func keepOutputs(
        before step: RecurrentStep, _ output: UnsafePointer<Float>, _ outputRow: Int, _ places: RecurrentPlaces
    ) {
        let target = places.before + step.row * hidden
        for place in 0..<step.beforeRows {
            (target + place * hidden).update(from: output + (step.beforeRow + place) * outputRow, count: hidden)
        }
        (target + step.beforeRows * hidden).update(repeating: 0, count: (step.rows - step.beforeRows) * hidden)
    }
}
