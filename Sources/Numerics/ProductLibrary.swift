import COneDNN

/// What computes products in bfloat16 here, as reported by a worker when it joins.
public enum ProductLibrary {
    /// The library and its version, like `oneDNN 2.6.3`; `no oneDNN` where it is not there.
    public static var version: String {
        guard onednn_is_there() else { return "no oneDNN" }
        guard let version = onednn_version() else { return "oneDNN" }
        return "oneDNN \(version.pointee.major).\(version.pointee.minor).\(version.pointee.patch)"
    }

    /// The instruction set that the library chose on this processor.
    public static var instructionSet: String {
        guard onednn_is_there() else { return "unknown" }
        return switch onednn_get_effective_cpu_isa() {
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

    /// Why there are no products of this type on this processor, in one line; nil where there are.
    public static func fault(of type: ElementType) -> String? {
        if type == .float32 || HalfProduct(m: 16, n: 16, k: 16) != nil { return nil }
        guard onednn_is_there() else {
            return """
                there is no oneDNN for products in bfloat16 (\(String(cString: onednn_fault()))): install it \
                (`apt-get install libdnnl2`), take a package made with --with-bfloat16, or use --products float32
                """
        }
        return """
            \(version) has no bfloat16 products for this processor (\(instructionSet)), they need AVX-512; use --products \
            float32, or machines that have it
            """
    }

    /// What is to be said of products of this type on this processor, in one line; nil for nothing.
    public static func note(on type: ElementType) -> String? {
        guard type != .float32, onednn_is_there() else { return nil }
        let instructions = onednn_get_effective_cpu_isa()
        if [dnnl_cpu_isa_avx512_core_bf16, dnnl_cpu_isa_avx512_core_amx].contains(instructions) { return nil }
        return """
            this processor (\(instructionSet)) has no bfloat16 instructions, \(version) makes do with others: float32 may be faster
            """
    }
}
