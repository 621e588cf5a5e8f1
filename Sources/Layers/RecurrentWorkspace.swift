import Numerics

/// The buffers of one recurrent layer for one thread; they grow to the largest batch and are then reused.
public final class RecurrentWorkspace {
    /// The gates of every row, `[rows, gates * hidden]`; after the backward pass their gradients.
    var gates = Scratch()
    /// GRU: the recurrent products of every row, `[rows, gates * hidden]`; after the backward pass their gradients.
    var recurrent = Scratch()
    /// LSTM: the cells' states and their hyperbolic tangents, `[rows, hidden]` each.
    var cells = Scratch()
    var cellTanhs = Scratch()
    /// The output that each row started from, `[rows, hidden]`; zeros where a sequence begins.
    var before = Scratch()
    /// The gradients that go from step to step, `[sequences, hidden]` each.
    var stateGradient = Scratch()
    var cellGradient = Scratch()
    /// Zeros, `[3 * hidden]` or more.
    var nothing = FloatBlock(count: 0)
    /// The input weights, the recurrent weights and those transposed, as every step's products read them.
    var inputWeights = PackedFactor()
    var weights = PackedFactor()
    var transposedWeights = PackedFactor()

    /// Buffers that are still empty.
    public init() {}

    func reserve(_ layer: RecurrentLayer, _ batch: RaggedBatch) {
        let (rows, sequences, hidden) = (batch.rows, batch.sequences, layer.hidden)
        gates.reserve(rows * layer.width)
        before.reserve(rows * hidden)
        stateGradient.reserve(sequences * hidden)
        if nothing.count < 3 * hidden { nothing = FloatBlock(count: 3 * hidden) }
        switch layer.cell {
        case .lstm:
            cells.reserve(rows * hidden)
            cellTanhs.reserve(rows * hidden)
            cellGradient.reserve(sequences * hidden)
        case .gru:
            recurrent.reserve(rows * layer.width)
        }
    }
}
