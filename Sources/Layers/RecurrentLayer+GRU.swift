import CKernels

/// The gated recurrent unit (Cho et al. 2014, with the reset gate after the recurrent product), one step:
///
///     r, z = logistic(x W + h U + b) each with its own W, U, b;  n = tanh(x W + b + r (h U + b'))
///     h' = (1 - z) n + z h
extension RecurrentLayer {
    func forwardGRU(
        _ step: RecurrentStep, _ weights: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>, _ outputRow: Int,
        _ workspace: RecurrentWorkspace
    ) {
        let recurrent = workspace.recurrent(of: step, width: width)
        workspace.weights.product(
            m: step.beforeRows, output + step.beforeRow * outputRow, aRow: outputRow, into: recurrent, cRow: width)
        kernel_gru_forward(
            workspace.gates(of: step, width: width), weights + biasOffset, recurrent, weights + recurrentBiasOffset,
            output + step.beforeRow * outputRow, outputRow, step.beforeRows, workspace.nothing.base,
            output + step.row * outputRow, outputRow, step.rows, hidden)
    }

    func backwardGRU(
        _ step: RecurrentStep, _ output: UnsafePointer<Float>, _ outputGradient: UnsafePointer<Float>,
        _ outputRow: Int, _ workspace: RecurrentWorkspace
    ) {
        let recurrent = workspace.recurrent.base + step.row * width
        let stateGradient = workspace.stateGradient.base + step.place * hidden
        kernel_gru_backward(
            workspace.gates.base + step.row * width, recurrent, output + step.beforeRow * outputRow, outputRow,
            step.beforeRows, workspace.nothing.base, outputGradient + step.row * outputRow, outputRow,
            stateGradient, step.laterRows, step.rows, hidden)
        workspace.transposedWeights.product(
            m: step.beforeRows, recurrent, aRow: width, adding: true, into: stateGradient, cRow: hidden)
    }
}
