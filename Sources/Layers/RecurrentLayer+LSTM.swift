import CKernels

/// Long short-term memory (Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000), one step:
///
///     i, f, o = logistic(x W + h U + b) each with its own W, U, b;  g = tanh(x W + h U + b)
///     c' = f c + i g;  h' = o tanh(c')
extension RecurrentLayer {
    func forwardLSTM(
        _ step: RecurrentStep, _ weights: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>, _ outputRow: Int,
        _ places: RecurrentPlaces
    ) {
        let gates = places.gates(of: step, width: width)
        places.weights.product(
            m: step.beforeRows, output + step.beforeRow * outputRow, aRow: outputRow, adding: true, into: gates,
            cRow: width)
        kernel_lstm_forward(
            gates, weights + biasOffset, places.cells(before: step, hidden: hidden), step.beforeRows,
            places.nothing, places.cells(of: step, hidden: hidden),
            places.cellTanhs(of: step, hidden: hidden), output + step.row * outputRow, outputRow, step.rows, hidden)
    }

    func backwardLSTM(
        _ step: RecurrentStep, _ outputGradient: UnsafePointer<Float>, _ outputRow: Int,
        _ places: RecurrentPlaces
    ) {
        let gates = places.gates + step.row * width
        let stateGradient = places.stateGradient + step.place * hidden
        kernel_lstm_backward(
            gates, places.cells + step.beforeRow * hidden, step.beforeRows, places.nothing,
            places.cellTanhs + step.row * hidden, outputGradient + step.row * outputRow, outputRow,
            stateGradient, places.cellGradient + step.place * hidden, step.laterRows, step.rows, hidden)
        places.transposedWeights.product(
            m: step.beforeRows, gates, aRow: width, into: stateGradient, cRow: hidden)
    }
}
