import Numerics

/// The buffers of one recurrent layer for one thread; they grow to the largest batch and are then reused.
public final class RecurrentWorkspace {
    /// Whether everything is kept for a backward pass.
    ///
    /// Without one, what a step leaves lies where the last one's lay: in a near cache, which a night's does not fit.
    private(set) var isKept = true
    /// The gates of every row, `[rows, gates * hidden]`; after the backward pass their gradients.
    var gates = Scratch()
    /// GRU: the recurrent products of every row, `[rows, gates * hidden]`; after the backward pass their gradients.
    var recurrent = Scratch()
    /// LSTM: the cells' states and their hyperbolic tangents, `[rows, hidden]` each; where they are not kept, of two
    /// steps and of some rows.
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

    func reserve(_ layer: RecurrentLayer, _ batch: RaggedBatch, keeping: Bool) {
        let (rows, sequences, hidden) = (batch.rows, batch.sequences, layer.hidden)
        isKept = keeping
        if nothing.count < 3 * hidden { nothing = FloatBlock(count: 3 * hidden) }
        let rowsAtOnce = keeping ? rows : min(rows, RecurrentStep.rowsAtOnce)
        gates.reserve((keeping ? rows : min(rows, RecurrentStep.rowsRead)) * layer.width)
        switch layer.cell {
        case .lstm:
            cells.reserve((keeping ? rows : 2 * sequences) * hidden)
            cellTanhs.reserve(rowsAtOnce * hidden)
        case .gru:
            recurrent.reserve(rowsAtOnce * layer.width)
        }
        guard keeping else { return }
        before.reserve(rows * hidden)
        stateGradient.reserve(sequences * hidden)
        if layer.cell == .lstm { cellGradient.reserve(sequences * hidden) }
    }
}

/// Where a pass finds its buffers, and in them the rows of a step.
///
/// Read from the workspace once: to ask an object again and again takes as long as a small step's work.
struct RecurrentPlaces {
    /// Whether rows of before are still there.
    let isKept: Bool
    /// The row whose gates come first.
    private var firstRow = 0
    let gates, recurrent, cells, cellTanhs, before, stateGradient, cellGradient, nothing: UnsafeMutablePointer<Float>
    let inputWeights, weights, transposedWeights: PackedFactor

    /// The places as they are now: before what is reserved or packed next.
    init(_ workspace: RecurrentWorkspace) {
        isKept = workspace.isKept
        (gates, recurrent, before) = (workspace.gates.base, workspace.recurrent.base, workspace.before.base)
        (cells, cellTanhs) = (workspace.cells.base, workspace.cellTanhs.base)
        (stateGradient, cellGradient) = (workspace.stateGradient.base, workspace.cellGradient.base)
        nothing = workspace.nothing.base
        (inputWeights, weights) = (workspace.inputWeights, workspace.weights)
        transposedWeights = workspace.transposedWeights
    }

    /// Where the gates of rows go whose inputs are read now; where they are not kept, those of rows before are gone.
    mutating func placeOfGates(ofRows rows: Range<Int>, width: Int) -> UnsafeMutablePointer<Float> {
        if !isKept { firstRow = rows.lowerBound }
        return gates + (rows.lowerBound - firstRow) * width
    }

    func gates(of step: RecurrentStep, width: Int) -> UnsafeMutablePointer<Float> {
        gates + (step.row - firstRow) * width
    }

    func recurrent(of step: RecurrentStep, width: Int) -> UnsafeMutablePointer<Float> {
        recurrent + (isKept ? step.row * width : 0)
    }

    func cells(of step: RecurrentStep, hidden: Int) -> UnsafeMutablePointer<Float> {
        cells + (isKept ? step.row : step.visit % 2 * step.sequences + step.place) * hidden
    }

    func cells(before step: RecurrentStep, hidden: Int) -> UnsafeMutablePointer<Float> {
        cells + (isKept ? step.beforeRow : (step.visit + 1) % 2 * step.sequences + step.place) * hidden
    }

    func cellTanhs(of step: RecurrentStep, hidden: Int) -> UnsafeMutablePointer<Float> {
        cellTanhs + (isKept ? step.row * hidden : 0)
    }
}
