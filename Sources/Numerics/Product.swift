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
/// Every element is one chain of fused multiply-adds over `k`, from the first to the last: the bits are those of a
/// plain loop, on every processor and for any size and place of the rest. Runs on the calling thread alone; threads are
/// put to better use on several shards.
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

/// A factor as the kernels take it.
func factor(_ values: UnsafePointer<Float>, _ orientation: Orientation, _ row: Int) -> product_factor {
    product_factor(
        values: values, row: row, transposed: orientation == .transposed, starts: nil, run: 0, run_step: 0)
}
