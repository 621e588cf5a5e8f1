import CKernels

/// Long short-term memory (Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000), one step:
///
///     i, f, o = logistic(x W + h U + b) each with its own W, U, b;  g = tanh(x W + h U + b)
///     c' = f c + i g;  h' = o tanh(c')
extension RecurrentLayer {
    func forwardLSTM(
        _ step: RecurrentStep, _ weights: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>, _ outputRow: Int,
        _ workspace: RecurrentWorkspace
    ) {
        let gates = workspace.gates(of: step, width: width)
        workspace.weights.product(
            m: step.beforeRows, output + step.beforeRow * outputRow, aRow: outputRow, adding: true, into: gates,
            cRow: width)
        kernel_lstm_forward(
            gates, weights + biasOffset, workspace.cells(before: step, hidden: hidden), step.beforeRows,
            workspace.nothing.base, workspace.cells(of: step, hidden: hidden),
            workspace.cellTanhs(of: step, hidden: hidden), output + step.row * outputRow, outputRow, step.rows, hidden)
    }

    func backwardLSTM(
        _ step: RecurrentStep, _ outputGradient: UnsafePointer<Float>, _ outputRow: Int,
        _ workspace: RecurrentWorkspace
    ) {
        let gates = workspace.gates.base + step.row * width
        let stateGradient = workspace.stateGradient.base + step.place * hidden
        kernel_lstm_backward(
            gates, workspace.cells.base + step.beforeRow * hidden, step.beforeRows, workspace.nothing.base,
            workspace.cellTanhs.base + step.row * hidden, outputGradient + step.row * outputRow, outputRow,
            stateGradient, workspace.cellGradient.base + step.place * hidden, step.laterRows, step.rows, hidden)
        workspace.transposedWeights.product(
            m: step.beforeRows, gates, aRow: width, into: stateGradient, cRow: hidden)
    }
}
