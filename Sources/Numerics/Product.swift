import CKernels

/// Whether a factor of a product is taken as it is stored or transposed.
public enum Orientation: Sendable {
    /// As stored.
    case plain
    /// Rows and columns exchanged.
    case transposed
}

/// `c = a · b`, or `c + a · b`, with `a` `[m, k]`, `b` `[k, n]` and `c` `[m, n]` after orientation, row-major.
///
/// Every element is one chain of fused multiply-adds over `k`, from the first to the last: the bits are those of a plain loop, on
/// every processor and for any size and place of the rest. Runs on the calling thread alone; threads are put to better use on
/// several shards.
///
/// `aRow`, `bRow` and `cRow` are the floats from one stored row to the next.
public func product(
    m: Int, n: Int, k: Int,
    _ a: UnsafePointer<Float>, _ aOrientation: Orientation = .plain, aRow: Int,
    _ b: UnsafePointer<Float>, _ bOrientation: Orientation = .plain, bRow: Int,
    adding: Bool = false, into c: UnsafeMutablePointer<Float>, cRow: Int
) {
    kernel_product(m, n, k, factor(a, aOrientation, aRow), factor(b, bOrientation, bRow), adding, c, cRow)
}

private func factor(_ values: UnsafePointer<Float>, _ orientation: Orientation, _ row: Int) -> product_factor {
    product_factor(values: values, row: row, transposed: orientation == .transposed)
}

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
        kernel_product_packed(m, n, k, factor(a, aOrientation, aRow), block.base, adding, c, cRow)
    }
}

/// What computes the products of 32-bit floats here.
public enum Products {
    /// The instruction set that they run on, like `AVX2`; their bits do not depend on it.
    public static var instructionSet: String { String(cString: kernel_product_instructions()) }
}
