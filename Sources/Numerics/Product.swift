import COneDNN

/// Whether a factor of a product is taken as it is stored or transposed.
public enum Orientation: Sendable {
    /// As stored.
    case plain
    /// Rows and columns exchanged.
    case transposed

    var letter: CChar { self == .plain ? CChar(UInt8(ascii: "N")) : CChar(UInt8(ascii: "T")) }
}

/// `c = alpha · a · b + beta · c`, with `a` `[m, k]`, `b` `[k, n]` and `c` `[m, n]` after orientation, row-major.
///
/// Runs on the calling thread alone, always: that a product has one fixed order of operations is what makes a shard's gradient
/// the same bits on every machine of one kind, and threads are put to better use on several shards.
///
/// `aRow`, `bRow` and `cRow` are the floats from one stored row to the next. A `beta` of 0 replaces `c` without reading it; 1
/// adds to it.
public func product(
    m: Int, n: Int, k: Int, alpha: Float = 1,
    _ a: UnsafePointer<Float>, _ aOrientation: Orientation = .plain, aRow: Int,
    _ b: UnsafePointer<Float>, _ bOrientation: Orientation = .plain, bRow: Int,
    beta: Float = 0, into c: UnsafeMutablePointer<Float>, cRow: Int
) {
    guard m > 0, n > 0 else { return }
    omp_set_num_threads(1)
    let status = dnnl_sgemm(
        aOrientation.letter, bOrientation.letter, Int64(m), Int64(n), Int64(k), alpha, a, Int64(aRow), b, Int64(bRow),
        beta, c, Int64(cRow))
    precondition(
        status == dnnl_success,
        "dnnl_sgemm refused [\(m), \(k)] x [\(k), \(n)] with rows \(aRow), \(bRow), \(cRow): status \(status.rawValue)")
}

/// What computes the products here, as reported by a worker when it joins.
public enum ProductLibrary {
    /// The library and its version, like `oneDNN 2.6.3`.
    public static var version: String {
        guard let version = dnnl_version() else { return "oneDNN" }
        return "oneDNN \(version.pointee.major).\(version.pointee.minor).\(version.pointee.patch)"
    }

    /// The instruction set that the library chose on this processor.
    public static var instructionSet: String {
        switch dnnl_get_effective_cpu_isa() {
        case dnnl_cpu_isa_sse41: "SSE4.1"
        case dnnl_cpu_isa_avx: "AVX"
        case dnnl_cpu_isa_avx2: "AVX2"
        case dnnl_cpu_isa_avx512_core: "AVX-512"
        case dnnl_cpu_isa_avx512_core_vnni: "AVX-512 VNNI"
        case dnnl_cpu_isa_avx512_core_bf16: "AVX-512 BF16"
        case dnnl_cpu_isa_avx512_core_amx: "AMX"
        case let other: "instruction set \(other.rawValue)"
        }
    }
}
