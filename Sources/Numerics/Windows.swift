import CKernels

/// The left factor of products with a convolution's kernel: what lies under it at each pixel, read where the images
/// lie.
///
/// Row i is a few runs of neighbouring values, one for each row of the kernel. So nothing is copied, and the bits are
/// those of a product with the same rows brought together.
public struct Windows {
    private let starts: [UInt32]
    private let run: Int
    private let runCount: Int
    private let runStep: Int

    /// Windows that begin at these places of the images.
    ///
    /// - Parameters:
    ///   - starts: where each row's first run begins, counted in floats.
    ///   - run: how long a run is.
    ///   - runCount: how many a row has.
    ///   - runStep: how far they are apart.
    public init(starts: [UInt32], run: Int, runCount: Int, runStep: Int) {
        precondition(run > 0 && runCount > 0, "windows of \(runCount) runs of \(run)")
        (self.starts, self.run, self.runCount, self.runStep) = (starts, run, runCount, runStep)
    }

    /// The first `m` windows of what begins at `images`, times `kernel`: `c`, `[m, n]`.
    ///
    /// - Precondition: there are so many windows, and the kernel has as many rows as a window has values.
    public func product(
        m: Int, of images: UnsafePointer<Float>, _ kernel: PackedFactor, into c: UnsafeMutablePointer<Float>, cRow: Int
    ) {
        precondition(m <= starts.count, "\(m) of \(starts.count) windows")
        starts.withUnsafeBufferPointer { starts in
            kernel.product(m: m, factor(images, starts.baseAddress, .plain), into: c, cRow: cRow)
        }
    }

    /// The first `k` windows of what begins at `images`, transposed, times `b` `[k, n]`: `c`, or what is added to it.
    ///
    /// - Precondition: there are so many windows; `c` has as many rows as a window has values.
    public func transposedProduct(
        k: Int, n: Int, of images: UnsafePointer<Float>, _ b: UnsafePointer<Float>, bRow: Int, adding: Bool,
        into c: UnsafeMutablePointer<Float>, cRow: Int
    ) {
        precondition(k <= starts.count, "\(k) of \(starts.count) windows")
        starts.withUnsafeBufferPointer { starts in
            kernel_product(
                run * runCount, n, k, factor(images, starts.baseAddress, .transposed),
                Numerics.factor(b, .plain, bRow), adding, c, cRow)
        }
    }

    private func factor(
        _ images: UnsafePointer<Float>, _ starts: UnsafePointer<UInt32>?, _ orientation: Orientation
    ) -> product_factor {
        product_factor(
            values: images, row: 0, transposed: orientation == .transposed, starts: starts, run: run, run_step: runStep)
    }
}
