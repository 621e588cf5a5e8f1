import Layers
import Numerics
import Recognition

extension ONNXGraph {
    /// The emissions `[samples, classes]` of one member of a recogniser, of the values of a recording's samples
    /// `[samples, values]`.
    func emissions(_ values: String, of recogniser: Recogniser, member: Int) -> String {
        let parameters = recogniser.members[member]
        let parts = Dictionary(recogniser.network.parts.map { ($0.name, $0) }) { first, _ in first }
        func part(_ name: String) -> (values: [Float], shape: [Int]) {
            guard let part = parts[name] else { preconditionFailure("a recogniser without \(name)") }
            return (part.range.map { parameters[$0] }, part.shape)
        }
        let prefix = "recogniser.\(member)"
        var x = values
        if let cell = recogniser.settings.cell.recurrent {
            x = recurrent(
                x, cell, inputs: recogniser.network.features, hidden: recogniser.settings.hiddenUnits,
                length: recogniser.settings.sequenceLength.flatMap { $0 > longestCut ? nil : $0 },
                prefix: prefix, part: part)
        }
        let (weights, bias) = (part("linear.weights"), part("linear.bias"))
        let product = add("MatMul", [x, floats(weights.values, weights.shape, named: "\(prefix).linear.weights")])
        return add("Add", [product, floats(bias.values, bias.shape, named: "\(prefix).linear.bias")])
    }

    /// Sequences of more samples, a year of them, are recordings as a whole: a graph would fill shorter ones up.
    private var longestCut: Int { 1_000_000 }

    /// What a recurrent layer makes of `[samples, inputs]`, both ways: `[samples, 2 * hidden]`.
    private func recurrent(
        _ values: String, _ cell: RecurrentCell, inputs: Int, hidden: Int, length: Int?, prefix: String,
        part: (String) -> (values: [Float], shape: [Int])
    ) -> String {
        // Gates here are i, f, g, o and r, z, n; there i, o, f, c and z, r, h.
        let order = cell == .lstm ? [0, 3, 1, 2] : [1, 0, 2]
        var (w, r, b): ([Float], [Float], [Float]) = ([], [], [])
        for way in ["forward", "backward"] {
            func rows(_ name: String, _ count: Int) -> [Float] {
                let own = part("\(way).\(name)").values
                let width = order.count * hidden
                return order.flatMap { gate in
                    (0..<hidden).flatMap { unit in (0..<count).map { own[$0 * width + gate * hidden + unit] } }
                }
            }
            w += rows("input_weights", inputs)
            r += rows("recurrent_weights", hidden)
            b += rows("bias", 1)
            // Of the recurrent products' biases only the candidate's of a GRU is one of its own.
            b += [Float](repeating: 0, count: (order.count - 1) * hidden)
            b += cell == .gru ? part("\(way).recurrent_bias").values : [Float](repeating: 0, count: hidden)
        }
        let width = order.count * hidden
        let weights = [
            floats(w, [2, width, inputs], named: "\(prefix).input_weights"),
            floats(r, [2, width, hidden], named: "\(prefix).recurrent_weights"),
            floats(b, [2, 2 * width], named: "\(prefix).biases"),
        ]
        var attributes: [(String, Attribute)] = [
            ("hidden_size", .whole(hidden)), ("direction", .text("bidirectional")),
        ]
        if cell == .gru { attributes.append(("linear_before_reset", .whole(1))) }
        let kind = cell == .lstm ? "LSTM" : "GRU"
        guard let length else {
            let y = add(kind, [reshape(values, [-1, 1, inputs])] + weights, attributes)
            return reshape(transpose(y, [2, 0, 1, 3]), [-1, 2 * hidden])
        }
        // Pieces of so many samples side by side, the last one shorter.
        let count = add("Slice", [add("Shape", [values]), wholes([0]), wholes([1])])
        let (long, one) = (wholes([length]), wholes([1]))
        let pieces = add("Div", [add("Sub", [add("Add", [count, long]), one]), long])
        let missing = add("Sub", [add("Mul", [pieces, long]), count])
        let padding = add("Concat", [wholes([0, 0]), missing, wholes([0])], [("axis", .whole(0))])
        let whole = reshape(add("Pad", [values, padding]), [-1, length, inputs])
        let places = add(
            "Range", [wholes([0], isList: false), add("Squeeze", [pieces]), wholes([1], isList: false)])
        let lengths = add("Min", [long, add("Sub", [count, add("Mul", [places, long])])])
        let y = add(
            kind, [transpose(whole, [1, 0, 2])] + weights + [cast(lengths, to: .int32)], attributes)
        return add("Slice", [reshape(transpose(y, [2, 0, 1, 3]), [-1, 2 * hidden]), wholes([0]), count, wholes([0])])
    }
}
