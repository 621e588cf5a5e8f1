/// How a number is kept where it travels, or where it enters a product.
public enum ElementType: String, Codable, CaseIterable, Sendable {
    /// 32 bits.
    case float32
    /// The upper half of a `float32`: the same range, 8 significant bits instead of 24.
    case bfloat16

    /// Bytes of one.
    public var byteCount: Int { self == .float32 ? 4 : 2 }
}
