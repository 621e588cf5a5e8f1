import CWire
import Foundation
import Numerics
import Wire

/// A graph of the Open Neural Network Exchange while it is made: operations of opset 17 and the constants that they
/// read.
///
/// Values are known by names; what makes one returns its name.
final class ONNXGraph {
    /// What an operation is told beside what it reads.
    enum Attribute {
        case whole(Int)
        case wholes([Int])
        case real(Float)
        case text(String)
        case texts([String])
        case doubles([Double])
    }

    /// The kinds of numbers that are used, by their numbers in the format.
    enum Element: Int32 {
        case float = 1
        case int32 = 6
        case int64 = 7
        case bool = 9
        case double = 11
    }

    /// Where an operation is from.
    enum Domain: String, CaseIterable {
        /// The standard.
        case standard = ""
        /// The standard's part on trees and the like.
        case trees = "ai.onnx.ml"

        /// The operations' version.
        var version: Int64 { self == .standard ? ONNXGraph.opset : 3 }
    }

    /// The standard operations' version.
    static let opset: Int64 = 17
    /// The format's version that goes with it.
    static let version: Int64 = 8
    /// What a message of this form may have, in bytes.
    private static let byteLimit = 1 << 31 - 1

    private struct Node {
        let domain: Domain
        let kind: String
        let inputs, outputs: [String]
        let attributes: [(name: String, value: Attribute)]
    }

    private struct Constant {
        let name: String
        let element: Element
        let shape: [Int]
        let bytes: [UInt8]
    }

    /// Something that goes in or comes out.
    struct Port {
        let name: String
        var element = Element.float
        /// Sizes; a text is the name of one that may be any.
        let shape: [Size]
        let meaning: String

        enum Size {
            case fixed(Int)
            case any(String)
        }
    }

    private var nodes: [Node] = []
    private var constants: [Constant] = []
    private var taken: Set<String> = []

    // MARK: - Operations

    /// An operation with one result.
    ///
    /// - Returns: the result's name.
    func add(
        _ kind: String, of domain: Domain = .standard, _ inputs: [String], named name: String? = nil,
        _ attributes: [(String, Attribute)] = []
    ) -> String {
        let output = name ?? "\(kind.lowercased())_\(nodes.count)"
        nodes.append(Node(domain: domain, kind: kind, inputs: inputs, outputs: [output], attributes: attributes))
        return output
    }

    /// The largest values of each row of `[rows, values]`, falling.
    ///
    /// - Parameters:
    ///   - rows: the values.
    ///   - count: how many, `[1]`.
    /// - Returns: `[rows, count]`.
    func largest(of rows: String, count: String) -> String {
        let output = "topk_\(nodes.count)"
        nodes.append(
            Node(
                domain: .standard, kind: "TopK", inputs: [rows, count], outputs: [output, output + "_places"],
                attributes: [("axis", .whole(1)), ("largest", .whole(1)), ("sorted", .whole(1))]))
        return output
    }

    /// A constant of 32-bit floats; one of a name that is there already is that one.
    func floats(_ values: [Float], _ shape: [Int], named name: String) -> String {
        guard taken.insert(name).inserted else { return name }
        let bytes = values.withUnsafeBytes { Array($0) }
        constants.append(Constant(name: name, element: .float, shape: shape, bytes: bytes))
        return name
    }

    /// A constant of 64-bit floats.
    func doubles(_ values: [Double], _ shape: [Int], named name: String) -> String {
        guard taken.insert(name).inserted else { return name }
        let bytes = values.withUnsafeBytes { Array($0) }
        constants.append(Constant(name: name, element: .double, shape: shape, bytes: bytes))
        return name
    }

    /// A constant of whole numbers; nil for a shape is a single one.
    func wholes(_ values: [Int], isList: Bool = true) -> String {
        let name = (isList ? "wholes_" : "whole_") + values.map(String.init).joined(separator: "_")
        guard taken.insert(name).inserted else { return name }
        let bytes = values.map { Int64($0) }.withUnsafeBytes { Array($0) }
        constants.append(Constant(name: name, element: .int64, shape: isList ? [values.count] : [], bytes: bytes))
        return name
    }

    /// A value as numbers of another kind.
    func cast(_ value: String, to element: Element) -> String {
        add("Cast", [value], [("to", .whole(Int(element.rawValue)))])
    }

    /// What of a value lies from `first` to before `end` along an axis.
    func slice(_ value: String, _ first: Int, _ end: Int, axis: Int) -> String {
        add("Slice", [value, wholes([first]), wholes([end]), wholes([axis])])
    }

    /// A value with some axes in reverse.
    func reversed(_ value: String, axes: [Int]) -> String {
        let (first, end, step) = (axes.map { _ in -1 }, axes.map { _ in Int(Int32.min) }, axes.map { _ in -1 })
        return add("Slice", [value, wholes(first), wholes(end), wholes(axes), wholes(step)])
    }

    /// A value in another shape; 0 keeps a size, -1 is what is left.
    func reshape(_ value: String, _ shape: [Int]) -> String { add("Reshape", [value, wholes(shape)]) }

    /// A value with its axes in another order.
    func transpose(_ value: String, _ order: [Int]) -> String {
        add("Transpose", [value], [("perm", .wholes(order))])
    }

    // MARK: - The file

    /// The graph as a file.
    ///
    /// - Throws: `ExportError` for a graph that no such file can hold.
    func bytes(
        inputs: [Port], outputs: [Port], about: String, metadata: [(key: String, value: String)]
    ) throws(ExportError) -> Data {
        guard constants.reduce(0, { $0 + $1.bytes.count }) < Self.byteLimit - 1 << 24 else {
            throw ExportError("the model is too large for an ONNX file, which holds 2 GiB")
        }
        let arena = Arena()
        let graph = arena.make(ssrm__onnx__graph_proto__init) {
            $0.name = arena.text("ssrm")
            $0.doc_string = arena.text(about)
            ($0.n_node, $0.node) = (nodes.count, arena.pointers(nodes.map { Self.node($0, arena) }))
            ($0.n_initializer, $0.initializer) = (
                constants.count, arena.pointers(constants.map { Self.tensor($0, arena) })
            )
            ($0.n_input, $0.input) = (inputs.count, arena.pointers(inputs.map { Self.port($0, arena) }))
            ($0.n_output, $0.output) = (outputs.count, arena.pointers(outputs.map { Self.port($0, arena) }))
        }
        let used = Set(nodes.map(\.domain))
        let opsets = Domain.allCases.filter { used.contains($0) }.map { domain in
            arena.make(ssrm__onnx__operator_set_id_proto__init) {
                ($0.domain, $0.version) = (arena.text(domain.rawValue), domain.version)
            }
        }
        var model = Ssrm__Onnx__ModelProto()
        ssrm__onnx__model_proto__init(&model)
        model.ir_version = Self.version
        model.producer_name = arena.text("ssrm")
        model.doc_string = arena.text(about)
        model.graph = graph
        (model.n_opset_import, model.opset_import) = (opsets.count, arena.pointers(opsets))
        let entries = metadata.map { key, value in
            arena.make(ssrm__onnx__string_string_entry_proto__init) {
                ($0.key, $0.value) = (arena.text(key), arena.text(value))
            }
        }
        (model.n_metadata_props, model.metadata_props) = (entries.count, arena.pointers(entries))
        return withUnsafePointer(to: &model) { model in
            var data = Data(count: ssrm__onnx__model_proto__get_packed_size(model))
            data.withUnsafeMutableBytes { bytes in
                _ = ssrm__onnx__model_proto__pack(model, bytes.bindMemory(to: UInt8.self).baseAddress)
            }
            return data
        }
    }

    private static func texts(_ texts: [String], _ arena: Arena) -> UnsafeMutablePointer<UnsafeMutablePointer<CChar>?> {
        arena.pointers(texts.map { arena.text($0) })
    }

    private static func node(_ node: Node, _ arena: Arena) -> UnsafeMutablePointer<Ssrm__Onnx__NodeProto> {
        arena.make(ssrm__onnx__node_proto__init) {
            ($0.op_type, $0.domain) = (arena.text(node.kind), arena.text(node.domain.rawValue))
            $0.name = arena.text(node.outputs[0])
            ($0.n_input, $0.input) = (node.inputs.count, texts(node.inputs, arena))
            ($0.n_output, $0.output) = (node.outputs.count, texts(node.outputs, arena))
            let attributes = node.attributes.map { attribute($0.name, $0.value, arena) }
            ($0.n_attribute, $0.attribute) = (attributes.count, arena.pointers(attributes))
        }
    }

    private static func attribute(
        _ name: String, _ value: Attribute, _ arena: Arena
    ) -> UnsafeMutablePointer<Ssrm__Onnx__AttributeProto> {
        arena.make(ssrm__onnx__attribute_proto__init) {
            $0.name = arena.text(name)
            switch value {
            case .real(let real): ($0.type, $0.f) = (1, real)
            case .whole(let whole): ($0.type, $0.i) = (2, Int64(whole))
            case .text(let text): ($0.type, $0.s) = (3, arena.data(Array(text.utf8)))
            case .wholes(let wholes):
                let list = arena.allocate(Int64.self, count: wholes.count)
                for (i, whole) in wholes.enumerated() { list[i] = Int64(whole) }
                ($0.type, $0.n_ints, $0.ints) = (7, wholes.count, list)
            case .texts(let texts):
                let list = arena.allocate(ProtobufCBinaryData.self, count: texts.count)
                for (i, text) in texts.enumerated() { list[i] = arena.data(Array(text.utf8)) }
                ($0.type, $0.n_strings, $0.strings) = (8, texts.count, list)
            case .doubles(let values):
                let bytes = values.withUnsafeBytes { Array($0) }
                let constant = Constant(name: name, element: .double, shape: [values.count], bytes: bytes)
                ($0.type, $0.t) = (4, tensor(constant, arena))
            }
        }
    }

    private static func tensor(
        _ constant: Constant, _ arena: Arena
    ) -> UnsafeMutablePointer<Ssrm__Onnx__TensorProto> {
        arena.make(ssrm__onnx__tensor_proto__init) {
            $0.name = arena.text(constant.name)
            $0.data_type = constant.element.rawValue
            let sizes = arena.allocate(Int64.self, count: constant.shape.count)
            for (i, size) in constant.shape.enumerated() { sizes[i] = Int64(size) }
            ($0.n_dims, $0.dims) = (constant.shape.count, sizes)
            $0.raw_data = arena.data(constant.bytes)
        }
    }

    private static func port(_ port: Port, _ arena: Arena) -> UnsafeMutablePointer<Ssrm__Onnx__ValueInfoProto> {
        let sizes = port.shape.map { size in
            arena.make(ssrm__onnx__tensor_shape_proto__dimension__init) {
                switch size {
                case .fixed(let value):
                    $0.value_case = SSRM__ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE
                    $0.dim_value = Int64(value)
                case .any(let name):
                    $0.value_case = SSRM__ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_PARAM
                    $0.dim_param = arena.text(name)
                }
            }
        }
        let shape = arena.make(ssrm__onnx__tensor_shape_proto__init) {
            ($0.n_dim, $0.dim) = (sizes.count, arena.pointers(sizes))
        }
        let tensor = arena.make(ssrm__onnx__type_proto__tensor__init) {
            ($0.elem_type, $0.shape) = (port.element.rawValue, shape)
        }
        let type = arena.make(ssrm__onnx__type_proto__init) { $0.tensor_type = tensor }
        return arena.make(ssrm__onnx__value_info_proto__init) {
            ($0.name, $0.type, $0.doc_string) = (arena.text(port.name), type, arena.text(port.meaning))
        }
    }
}
