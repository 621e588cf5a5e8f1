public import Numerics

/// Two recurrent layers, one for each direction, whose outputs stand side by side: `[rows, 2 * hidden]`.
public struct BidirectionalLayer: Sendable {
    /// The layer that reads from the first step to the last.
    public let forwards: RecurrentLayer
    /// The layer that reads from the last step to the first.
    public let backwards: RecurrentLayer

    /// A layer whose parameters begin at `offset`.
    public init(cell: RecurrentCell, inputs: Int, hidden: Int, offset: Int) {
        forwards = RecurrentLayer(cell: cell, inputs: inputs, hidden: hidden, isReversed: false, offset: offset)
        backwards = RecurrentLayer(
            cell: cell, inputs: inputs, hidden: hidden, isReversed: true, offset: forwards.end)
    }

    /// Values per row of the outputs.
    public var width: Int { 2 * forwards.hidden }

    /// The first place after its parameters.
    public var end: Int { backwards.end }

    /// Its parameters by name: `forward.…` and `backward.…`.
    public var parts: [ParameterPart] { forwards.parts(prefix: "forward.") + backwards.parts(prefix: "backward.") }

    /// The buffers of both directions.
    public final class Workspace {
        let forwards = RecurrentWorkspace()
        let backwards = RecurrentWorkspace()

        /// Buffers that are still empty.
        public init() {}
    }

    /// Draws the parameters of both directions.
    public func initialize(_ parameters: FloatBlock, from draw: inout RandomSequence) {
        forwards.initialize(parameters, from: &draw)
        backwards.initialize(parameters, from: &draw)
    }

    /// Reads every sequence both ways.
    ///
    /// - Parameters:
    ///   - x: the inputs, `[rows, inputs]` in the batch's layout.
    ///   - batch: the layout.
    ///   - parameters: the flat parameter vector.
    ///   - output: replaced, `[rows, 2 * hidden]`.
    ///   - workspace: the buffers.
    ///   - keeping: whether they keep what the backward pass needs; without, they are small and fast. The bits of the
    ///     outputs are the same.
    ///   - threads: with two or more each direction has its own; the bits are the same.
    public func forward(
        _ x: FloatBlock, _ batch: RaggedBatch, parameters: FloatBlock, into output: FloatBlock, workspace: Workspace,
        keeping: Bool = true, threads: Int
    ) {
        nonisolated(unsafe) let workspace = workspace  // each direction touches its own half
        bothWays(threads: threads) { layer, isBackwards in
            layer.forward(
                x, batch, parameters: parameters, into: output.base + (isBackwards ? layer.hidden : 0),
                outputRow: width, workspace: isBackwards ? workspace.backwards : workspace.forwards, keeping: keeping)
        }
    }

    /// Writes both directions' parts of `gradient`, after `forward` on the same batch, parameters and workspace.
    ///
    /// - Parameters:
    ///   - outputGradient: `[rows, 2 * hidden]`.
    ///   - prepare: called by each direction's thread before anything else, with the columns of `outputGradient` that
    ///     this direction alone reads: what writes them there leaves them in the right cache.
    ///   - x: the inputs of `forward`.
    ///   - output: the outputs of `forward`.
    ///   - batch: the layout.
    ///   - parameters: the flat parameter vector.
    ///   - gradient: as long as `parameters`; this layer's part is replaced.
    ///   - inputGradient: replaced by the gradient at `x`, where one is wanted.
    ///   - workspace: as `forward` left it.
    ///   - threads: as in `forward`.
    public func backward(
        _ outputGradient: FloatBlock, preparedBy prepare: @Sendable (_ columns: Range<Int>) -> Void = { _ in },
        x: FloatBlock, output: FloatBlock, _ batch: RaggedBatch, parameters: FloatBlock,
        into gradient: FloatBlock, inputGradient: FloatBlock? = nil, workspace: Workspace, threads: Int
    ) {
        nonisolated(unsafe) let buffers = workspace  // each direction touches its own half
        bothWays(threads: threads) { layer, isBackwards in
            let column = isBackwards ? layer.hidden : 0
            prepare(column..<column + layer.hidden)
            layer.backward(
                outputGradient.base + column, outputRow: width, x: x, output: output.base + column, batch,
                parameters: parameters, into: gradient, workspace: isBackwards ? buffers.backwards : buffers.forwards)
        }
        if let inputGradient {
            forwards.backwardToInputs(
                batch, parameters: parameters, adding: false, into: inputGradient, workspace: workspace.forwards)
            backwards.backwardToInputs(
                batch, parameters: parameters, adding: true, into: inputGradient, workspace: workspace.backwards)
        }
    }

    private func bothWays(threads: Int, _ run: @Sendable (RecurrentLayer, _ isBackwards: Bool) -> Void) {
        sideBySide(threads: threads, { run(forwards, false) }, { run(backwards, true) })
    }
}
