import CKernels

/// The right factor of several products, laid out in the order in which they read it.
///
/// For a factor that meets many small left ones, like a recurrent layer's weights at each time step.
public struct PackedFactor {
    private var block = FloatBlock(count: 0)
    private var k = 0
    private var n = 0

    /// A factor without values.
    public init() {}

    /// Takes the values of `b`, `[k, n]` after orientation, with `bRow` floats from one stored row to the next.
    public mutating func take(
        _ b: UnsafePointer<Float>, _ orientation: Orientation = .plain, bRow: Int, k: Int, n: Int
    ) {
        let count = kernel_packed_count(k, n)
        // A copy of this value may still read what was packed before.
        if block.count < count || !isKnownUniquelyReferenced(&block) { block = FloatBlock(uninitialised: count) }
        (self.k, self.n) = (k, n)
        kernel_pack(block.base, factor(b, orientation, bRow), k, n)
    }

    /// `c = a · b`, or `c + a · b`, with `a` `[m, k]` after orientation; the bits are those of `product`.
    public func product(
        m: Int, _ a: UnsafePointer<Float>, _ aOrientation: Orientation = .plain, aRow: Int, adding: Bool = false,
        into c: UnsafeMutablePointer<Float>, cRow: Int
    ) {
        product(m: m, factor(a, aOrientation, aRow), adding: adding, into: c, cRow: cRow)
    }

    func product(
        m: Int, _ a: product_factor, adding: Bool = false, into c: UnsafeMutablePointer<Float>, cRow: Int
    ) {
        kernel_product_packed(m, n, k, a, block.base, adding, c, cRow)
    }
}
