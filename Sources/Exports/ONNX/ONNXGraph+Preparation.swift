import Signals

extension ONNXGraph {
    /// Samples `[samples, rows, columns]`, prepared.
    ///
    /// - Throws: `ExportError` for a preparation that is not of this program.
    func prepared(
        _ samples: String, by preparation: Preparation, rows: Int, columns: Int
    ) throws(ExportError) -> String {
        switch preparation.choice {
        case is NoPreparation: return samples
        case let maps as MapPreparation: return prepared(samples, by: maps)
        case is NormPreparation:
            // A sum of thousands of squares in 32 bits, one after the other, is off in the fifth digit.
            let flat = cast(reshape(samples, [-1, rows * columns]), to: .double)
            return reshape(cast(dividedByNorms(flat), to: .float), [-1, rows, columns])
        case is LogPreparation:
            let size = add("Add", [add("Abs", [samples]), floats([1], [], named: "one")])
            return add("Mul", [add("Sign", [samples]), add("Log", [size])])
        case let window as WindowPreparation:
            let channels = window.inputChannels
            let flat = reshape(samples, [-1, channels, rows / channels * columns])
            let mean = add("ReduceMean", [add("Abs", [flat])], [("axes", .wholes([2])), ("keepdims", .whole(1))])
            let isSignal = add("Greater", [mean, floats([1e-30], [], named: "least_mean")])
            let factor = add("Reciprocal", [add("Where", [isSignal, mean, floats([1], [], named: "one")])])
            let limits = [-1, 1].map {
                floats([$0 * Float(window.limit)], [], named: "limit_\($0 < 0 ? "low" : "high")")
            }
            let unit = add("Clip", [add("Mul", [flat, factor])] + limits)
            let signal = add("Where", [isSignal, unit, floats([0], [], named: "zero")])
            return reshape(signal, [-1, rows, columns])
        default:
            throw ExportError(
                "the preparation \(preparation.kind) can't be told in ONNX: it is not one of this program's")
        }
    }

    /// Rows of 64-bit values, each divided by its Euclidean norm; zeros stay.
    func dividedByNorms(_ rows: String) -> String {
        let norm = add("ReduceL2", [rows], [("axes", .wholes([1])), ("keepdims", .whole(1))])
        let isAny = add("Greater", [norm, doubles([0], [], named: "zero_64")])
        return add("Div", [rows, add("Where", [isAny, norm, doubles([1], [], named: "one_64")])])
    }
}
