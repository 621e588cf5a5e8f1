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
/// `aRow`, `bRow` and `cRow` are the floats from one stored row to the next. The product lies where no
/// factor does.
public func product(
    m: Int, n: Int, k: Int,
    _ a: UnsafePointer<Float>, _ aOrientation: Orientation = .plain, aRow: Int,
    _ b: UnsafePointer<Float>, _ bOrientation: Orientation = .plain, bRow: Int,
    adding: Bool = false, into c: UnsafeMutablePointer<Float>, cRow: Int
) {
    kernel_product(m, n, k, factor(a, aOrientation, aRow), factor(b, bOrientation, bRow), adding, c, cRow)
}

/// A left factor of `products`, and where its product goes.
public struct LeftFactor {
    fileprivate let m: Int
    fileprivate let a: UnsafePointer<Float>
    fileprivate let orientation: Orientation
    fileprivate let aRow: Int
    fileprivate let c: UnsafeMutablePointer<Float>
    fileprivate let cRow: Int

    /// A factor `a`, `[m, k]` after orientation, whose product `[m, n]` goes to `c`; `aRow` and `cRow` are the floats
    /// from one stored row to the next.
    public init(
        m: Int, _ a: UnsafePointer<Float>, _ orientation: Orientation = .plain, aRow: Int,
        into c: UnsafeMutablePointer<Float>, cRow: Int
    ) {
        (self.m, self.a, self.orientation, self.aRow, self.c, self.cRow) = (m, a, orientation, aRow, c, cRow)
    }
}

/// `c = a · b` for each of some left factors, with one `b`, `[k, n]`, that is read and laid out once for all of them.
///
/// The bits are those of `product`.
public func products(of lefts: [LeftFactor], n: Int, k: Int, _ b: UnsafePointer<Float>, bRow: Int) {
    let lefts = lefts.map { left in
        product_left(m: left.m, a: factor(left.a, left.orientation, left.aRow), c: left.c, c_row: left.cRow)
    }
    kernel_products(lefts, lefts.count, n, k, factor(b, .plain, bRow))
}

/// A factor as the kernels take it.
func factor(_ values: UnsafePointer<Float>, _ orientation: Orientation, _ row: Int) -> product_factor {
    product_factor(
        values: values, row: row, transposed: orientation == .transposed, starts: nil, run: 0, run_step: 0)
}
