import Encoders
import Layers
import Numerics

extension ONNXGraph {
    /// The features that an encoder makes.
    ///
    /// - Parameters:
    ///   - samples: prepared ones, `[samples, rows, columns]`.
    ///   - encoder: the encoder.
    ///   - prefix: what leads the names of its parameters.
    /// - Returns: `[samples, features]`.
    /// - Throws: `ExportError` for a network that is not of this program.
    func features(_ samples: String, of encoder: Encoder, prefix: String) throws(ExportError) -> String {
        let (rows, columns) = (encoder.rows, encoder.columns)
        let parts = encoder.network.parts
        func values(_ part: ParameterPart) -> [Float] { part.range.map { encoder.parameters[$0] } }
        func bias(_ place: Int) -> String {
            floats(values(parts[place]), parts[place].shape, named: "\(prefix).\(parts[place].name)")
        }
        switch encoder.record.network.choice {
        case is MLPSettings:
            var x = reshape(samples, [-1, rows * columns])
            for layer in stride(from: 0, to: parts.count, by: 2) {
                x = add("Relu", [add("Add", [add("MatMul", [x, bias(layer)]), bias(layer + 1)])])
            }
            return x
        case let settings as ConvolutionSettings:
            var x = reshape(samples, [-1, 1, rows, columns])
            var (height, width) = (rows, columns)
            for (layer, kernel) in settings.kernels.enumerated() {
                // From [kernel, kernel, inputs, channels] to [channels, inputs, kernel, kernel].
                let part = parts[2 * layer]
                let (inputs, channels, under) = (part.shape[2], part.shape[3], kernel * kernel)
                let weight = Self.turned(values(part), [under, inputs, channels], order: [2, 1, 0])
                let name = floats(weight, [channels, inputs, kernel, kernel], named: "\(prefix).\(part.name)")
                let border = [("pads", Attribute.wholes([Int](repeating: kernel / 2, count: 4)))]
                x = add("Relu", [add("Conv", [x, name, bias(2 * layer + 1)], border)])
                let pool = [min(height, 2), min(width, 2)]
                x = add("MaxPool", [x], [("kernel_shape", .wholes(pool)), ("strides", .wholes(pool))])
                (height, width) = (height / pool[0], width / pool[1])
            }
            return reshape(transpose(x, [0, 2, 3, 1]), [-1, encoder.featureCount])
        case let settings as WavesSettings:
            var x = reshape(samples, [-1, settings.inputChannels, rows / settings.inputChannels * columns])
            for (layer, (kernel, stride)) in zip(settings.kernels, settings.strides).enumerated() {
                let part = parts[2 * layer]
                let (inputs, channels) = (part.shape[1], part.shape[2])
                let weight = Self.turned(values(part), [kernel, inputs, channels], order: [2, 1, 0])
                let name = floats(weight, [channels, inputs, kernel], named: "\(prefix).\(part.name)")
                let moves: [(String, Attribute)] = [
                    ("pads", .wholes([kernel / 2, kernel / 2])), ("strides", .wholes([stride])),
                ]
                x = add("Relu", [add("Conv", [x, name, bias(2 * layer + 1)], moves)])
            }
            let overTime: [(String, Attribute)] = [("axes", .wholes([2])), ("keepdims", .whole(0))]
            return add(
                "Concat", [add("ReduceMean", [x], overTime), add("ReduceMax", [x], overTime)], [("axis", .whole(1))])
        default:
            let kind = encoder.record.network.kind
            throw ExportError("a network of kind \(kind) can't be told in ONNX: it is not one of this program's")
        }
    }

    /// Values of a shape of three sizes with the axes in another order.
    static func turned(_ values: [Float], _ shape: [Int], order: [Int]) -> [Float] {
        let strides = [shape[1] * shape[2], shape[2], 1]
        var result: [Float] = []
        result.reserveCapacity(values.count)
        for a in 0..<shape[order[0]] {
            for b in 0..<shape[order[1]] {
                for c in 0..<shape[order[2]] {
                    result.append(values[a * strides[order[0]] + b * strides[order[1]] + c * strides[order[2]]])
                }
            }
        }
        return result
    }
}
