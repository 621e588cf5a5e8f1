import CKernels

/// How a number is kept where it travels, or where it enters a product.
public enum ElementType: String, Codable, CaseIterable, Sendable {
    /// 32 bits.
    case float32
    /// The upper half of a `float32`: the same range, 8 significant bits instead of 24.
    case bfloat16
    /// 8 bits: whole numbers from -127 to 127, times a power of two that 256 neighbours share; for sums on their way.
    case int8

    /// Bytes of `count` neighbouring values.
    public func byteCount(of count: Int) -> Int {
        switch self {
        case .float32: 4 * count
        case .bfloat16: 2 * count
        case .int8: kernel_byte_size(count)
        }
    }

    /// What parameters are published as, where sums are exchanged as this: a sum's error is averaged away over steps,
    /// a parameter's is in every value that is computed from it.
    public var ofParameters: ElementType { self == .float32 ? .float32 : .bfloat16 }
}
