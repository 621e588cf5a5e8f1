import COneDNN

/// `c = a · b` of one shape, with factors in bfloat16 and their products summed in float32, on the calling thread
/// alone.
///
/// `a` is `[m, k]` and `b` `[k, n]` after orientation, `c` is `[m, n]`; all are stored row-major without gaps. The
/// library makes the code for a shape once, so one is kept for each and used by one thread at a time. The same factors
/// give the same bits in every call, on every thread and for any place of the three in memory.
public final class HalfProduct {
    /// What the library keeps for the whole process; never freed.
    private struct Engine: @unchecked Sendable {  // handles that oneDNN allows every thread to use
        let handle: dnnl_engine_t

        static let shared: Engine? = {
            var engine: dnnl_engine_t?
            guard onednn_is_there(), onednn_engine_create(&engine, dnnl_cpu, 0) == dnnl_success else { return nil }
            return engine.map { Engine(handle: $0) }
        }()
    }
    private let m: Int
    private let n: Int
    private let k: Int
    private let primitive: dnnl_primitive_t
    private let stream: dnnl_stream_t
    /// The places of a, b and c.
    private let memories: [dnnl_memory_t]

    /// A product of this shape; nil where the library is not there, or has none for this processor.
    public init?(
        m: Int, n: Int, k: Int, _ aOrientation: Orientation = .plain, _ bOrientation: Orientation = .plain
    ) {
        precondition(m > 0 && n > 0 && k > 0, "a product of [\(m), \(k)] and [\(k), \(n)]")
        guard let engine = Engine.shared?.handle else { return nil }
        onednn_set_num_threads(1)  // how many threads there are enters the code that is made
        let matrices = [
            Self.matrix(m, k, dnnl_bf16, aOrientation), Self.matrix(k, n, dnnl_bf16, bOrientation),
            Self.matrix(m, n, dnnl_f32, .plain),
        ]
        guard let primitive = Self.primitive(matrices, on: engine) else { return nil }
        var stream: dnnl_stream_t?
        guard onednn_stream_create(&stream, engine, dnnl_stream_default_flags.rawValue) == dnnl_success, let stream
        else {
            onednn_primitive_destroy(primitive)
            return nil
        }
        memories = matrices.compactMap { matrix in
            var (matrix, memory) = (matrix, dnnl_memory_t?.none)
            return onednn_memory_create(&memory, &matrix, engine, nil) == dnnl_success ? memory : nil
        }
        (self.m, self.n, self.k, self.primitive, self.stream) = (m, n, k, primitive, stream)
        if memories.count != matrices.count { return nil }
    }

    deinit {
        for memory in memories { onednn_memory_destroy(memory) }
        onednn_stream_destroy(stream)
        onednn_primitive_destroy(primitive)
    }

    private static func matrix(
        _ rows: Int, _ columns: Int, _ type: dnnl_data_type_t, _ orientation: Orientation
    ) -> dnnl_memory_desc_t {
        var matrix = dnnl_memory_desc_t()
        let strides = orientation == .plain ? [Int64(columns), 1] : [1, Int64(rows)]
        let status = onednn_memory_desc_init_by_strides(&matrix, 2, [Int64(rows), Int64(columns)], type, strides)
        precondition(status == dnnl_success, "oneDNN refused a matrix [\(rows), \(columns)]: status \(status.rawValue)")
        return matrix
    }

    private static func primitive(_ matrices: [dnnl_memory_desc_t], on engine: dnnl_engine_t) -> dnnl_primitive_t? {
        var (a, b, c) = (matrices[0], matrices[1], matrices[2])
        var operation = dnnl_matmul_desc_t()
        var description: dnnl_primitive_desc_t?
        guard onednn_matmul_desc_init(&operation, &a, &b, nil, &c) == dnnl_success,
            onednn_primitive_desc_create(&description, &operation, nil, engine, nil) == dnnl_success
        else { return nil }
        defer { onednn_primitive_desc_destroy(description) }
        var primitive: dnnl_primitive_t?
        return onednn_primitive_create(&primitive, description) == dnnl_success ? primitive : nil
    }

    /// Replaces `c` by the product.
    ///
    /// - Precondition: both factors have the values of the product's shape.
    public func multiply(_ a: HalfBlock, _ b: HalfBlock, into c: UnsafeMutablePointer<Float>) {
        precondition(
            a.count >= m * k && b.count >= k * n,
            "\(a.count) and \(b.count) values for [\(m), \(k)] x [\(k), \(n)]")
        onednn_set_num_threads(1)
        let places: [UnsafeMutableRawPointer] = [.init(a.base), .init(b.base), .init(c)]
        for (memory, place) in zip(memories, places) {
            let status = onednn_memory_set_data_handle(memory, place)
            precondition(status == dnnl_success, "oneDNN refused a place in memory: status \(status.rawValue)")
        }
        let arguments = [
            dnnl_exec_arg_t(arg: DNNL_ARG_SRC, memory: memories[0]),
            dnnl_exec_arg_t(arg: DNNL_ARG_WEIGHTS, memory: memories[1]),
            dnnl_exec_arg_t(arg: DNNL_ARG_DST, memory: memories[2]),
        ]
        let status = onednn_primitive_execute(primitive, stream, Int32(arguments.count), arguments)
        precondition(
            status == dnnl_success && onednn_stream_wait(stream) == dnnl_success,
            "oneDNN refused [\(m), \(k)] x [\(k), \(n)] in bfloat16: status \(status.rawValue)")
    }
}
