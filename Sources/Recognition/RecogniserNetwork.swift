public import Layers
public import Numerics

/// A bidirectional recurrent layer or none, and on top of it heads, each a linear layer and a conditional random field,
/// over one flat parameter vector.
public struct RecogniserNetwork: Sendable {
    /// A linear layer and a field over one scheme's classes.
    struct Head: Sendable {
        /// Values per step that it reads.
        let inputs: Int
        /// Where its weights `[inputs, classes]` and its biases begin.
        let weightOffset: Int
        let field: CRF
        /// What leads its parts' names.
        let prefix: String

        init(inputs: Int, classes: Int, offset: Int, prefix: String) {
            (self.inputs, weightOffset, self.prefix) = (inputs, offset, prefix)
            field = CRF(classes: classes, offset: offset + (inputs + 1) * classes)
        }

        var classes: Int { field.classes }
        var biasOffset: Int { weightOffset + inputs * classes }

        var parts: [ParameterPart] {
            [
                ParameterPart(name: prefix + "linear.weights", offset: weightOffset, shape: [inputs, classes]),
                ParameterPart(name: prefix + "linear.bias", offset: biasOffset, shape: [classes]),
            ]
                + field.parts.map {
                    ParameterPart(name: prefix + $0.name, offset: $0.offset, shape: $0.shape)
                }
        }
    }

    /// Values per step that it reads.
    public let features: Int
    /// The recurrent layer; nil where heads read the values themselves.
    let layer: BidirectionalLayer?
    /// The heads; the first one's classes are what a recogniser answers.
    let heads: [Head]

    /// A network of a given shape.
    ///
    /// - Parameters:
    ///   - cell: what its recurrent layer is made of.
    ///   - features: values per step that it reads.
    ///   - hidden: units of the recurrent layer, each way.
    ///   - classes: how many classes it tells apart.
    ///   - others: how many classes further heads tell apart, which are there in training alone.
    public init(cell: RecogniserCell, features: Int, hidden: Int, classes: Int, others: [Int] = []) {
        self.features = features
        layer = cell.recurrent.map { BidirectionalLayer(cell: $0, inputs: features, hidden: hidden, offset: 0) }
        let width = layer?.width ?? features
        var (end, heads) = (layer?.end ?? 0, [Head]())
        for (place, count) in ([classes] + others).enumerated() {
            let head = Head(inputs: width, classes: count, offset: end, prefix: place == 0 ? "" : "head\(place).")
            heads.append(head)
            end = head.field.end
        }
        self.heads = heads
    }

    /// How many classes it tells apart.
    public var classes: Int { heads[0].classes }

    /// The field over its classes.
    var field: CRF { heads[0].field }

    /// Values per step that the heads read.
    var width: Int { heads[0].inputs }

    /// How many parameters there are.
    public var parameterCount: Int { heads[heads.count - 1].field.end }

    /// How many parameters there are without the further heads; they come first.
    var answeringParameterCount: Int { field.end }

    /// The parameters by name, in the order in which they stand.
    public var parts: [ParameterPart] { (layer?.parts ?? []) + heads.flatMap(\.parts) }

    /// The places of its matrices: what a decay of weights makes smaller.
    var matrices: [Range<Int>] { (layer?.parts ?? []).matrices + heads.map { $0.weightOffset..<$0.biasOffset } }

    /// Parameters to start from: weights uniform within 1 / √(their inputs), biases and the fields' scores 0.
    public func initialParameters(seed: UInt64) -> FloatBlock {
        let parameters = FloatBlock(count: parameterCount)
        var draw = RandomSequence(seed: seed, stream: RandomStream.parameters)
        layer?.initialize(parameters, from: &draw)
        let bound = 1 / Double(width).squareRoot()
        for head in heads {
            for i in head.weightOffset..<head.biasOffset {
                parameters[i] = Float((2 * draw.uniform() - 1) * bound)
            }
        }
        return parameters
    }
}

extension [ParameterPart] {
    /// The places of those that are matrices.
    var matrices: [Range<Int>] { filter { $0.shape.count > 1 }.map(\.range) }
}

/// Tells uses of a recogniser's seed apart: the stream numbers of its generators.
enum RandomStream {
    static let parameters: UInt64 = 1 << 56
    static func order(epoch: Int) -> UInt64 { 2 << 56 | UInt64(epoch) }
    static func dropout(step: Int) -> UInt64 { 3 << 56 | UInt64(step) }
    static let folds: UInt64 = 4 << 56
    static let mixture: UInt64 = 5 << 56
    static let components: UInt64 = 6 << 56
    static func noise(step: Int) -> UInt64 { 7 << 56 | UInt64(step) }
    static let members: UInt64 = 8 << 56
    static let stopping: UInt64 = 9 << 56
    static func augmentation(step: Int) -> UInt64 { 10 << 56 | UInt64(step) << 24 }
    static let body: UInt64 = 11 << 56
    static func tree(_ number: Int) -> UInt64 { 12 << 56 | UInt64(number) }
    static func resample(_ number: Int) -> UInt64 { 32 << 56 | UInt64(number) }
}
