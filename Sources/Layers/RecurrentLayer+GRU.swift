import CKernels

/// The gated recurrent unit (Cho et al. 2014, with the reset gate after the recurrent product), one step:
///
///     r, z = logistic(x W + h U + b) each with its own W, U, b;  n = tanh(x W + b + r (h U + b'))
///     h' = (1 - z) n + z h
extension RecurrentLayer {
    func forwardGRU(
        _ step: RecurrentStep, _ weights: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>, _ outputRow: Int,
        _ places: RecurrentPlaces
    ) {
        let recurrent = places.recurrent(of: step, width: width)
        places.weights.product(
            m: step.beforeRows, output + step.beforeRow * outputRow, aRow: outputRow, into: recurrent, cRow: width)
        kernel_gru_forward(
            places.gates(of: step, width: width), weights + biasOffset, recurrent, weights + recurrentBiasOffset,
            output + step.beforeRow * outputRow, outputRow, step.beforeRows, places.nothing,
            output + step.row * outputRow, outputRow, step.rows, hidden)
    }

    func backwardGRU(
        _ step: RecurrentStep, _ output: UnsafePointer<Float>, _ outputGradient: UnsafePointer<Float>,
        _ outputRow: Int, _ places: RecurrentPlaces
    ) {
        let recurrent = places.recurrent + step.row * width
        let stateGradient = places.stateGradient + step.place * hidden
        kernel_gru_backward(
            places.gates + step.row * width, recurrent, output + step.beforeRow * outputRow, outputRow,
            step.beforeRows, places.nothing, outputGradient + step.row * outputRow, outputRow,
            stateGradient, step.laterRows, step.rows, hidden)
        places.transposedWeights.product(
            m: step.beforeRows, recurrent, aRow: width, adding: true, into: stateGradient, cRow: hidden)
    }
}
