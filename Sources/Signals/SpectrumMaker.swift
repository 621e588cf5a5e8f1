import CKernels
import Numerics

/// Makes the magnitudes of samples' two-dimensional Fourier transforms, one after another; for one thread, since it
/// holds buffers.
///
/// The transform is done as matrix products with tables of cosines and sines. For matrices of this size (64 x 27) that
/// takes a tenth of the time of an FFT library's call (kissfft), and the order of its sums is as fixed as any
/// product's. Cosines of a turn's second half are those of its first half, and sines are their negatives: so the rows
/// of both halves are added and subtracted first, which leaves a quarter of the multiplications over rows.
final class SpectrumMaker {
    private let (rows, columns): (Int, Int)
    /// The frequencies of the columns, real or imaginary, and zeros up to a multiple of 16.
    private let width: Int
    /// `[columns, 2 * width]`: cosines, then negated sines.
    private let columnTable: PackedFactor
    /// `[evenRows, evenRows]` and `[oddRows, oddRows]`, the latter from the first frequency and the first row on.
    private let (cosines, sines): (FloatBlock, FloatBlock)
    private let (evenRows, oddRows): (Int, Int)
    /// `[rows, 2 * width]`: the transform over columns, and then that as even and odd parts.
    private let (partial, folded): (FloatBlock, FloatBlock)
    /// `[evenRows, 2 * width]`: the sums over rows; sines of 0 and half a turn stay zeros.
    private let (cosineSums, sineSums): (FloatBlock, FloatBlock)

    /// A maker for samples `[rows, columns]`.
    init(rows: Int, columns: Int) {
        (self.rows, self.columns) = (rows, columns)
        let half = columns / 2 + 1
        width = (half + 15) / 16 * 16
        (evenRows, oddRows) = (rows / 2 + 1, (rows - 1) / 2)
        let table = FloatBlock(count: columns * 2 * width)
        for c in 0..<columns {
            for f in 0..<half {
                let turns = Double(f * c % columns) / Double(columns)
                table[c * 2 * width + f] = Float(cosine(turns: turns))
                table[c * 2 * width + width + f] = Float(-sine(turns: turns))
            }
        }
        var packed = PackedFactor()
        packed.take(table.base, bRow: 2 * width, k: columns, n: 2 * width)
        columnTable = packed
        func turns(_ frequency: Int, _ row: Int) -> Double { Double(frequency * row % rows) / Double(rows) }
        cosines = FloatBlock(count: evenRows * evenRows)
        sines = FloatBlock(count: oddRows * oddRows)
        for k in 0..<evenRows {
            for r in 0..<evenRows { cosines[k * evenRows + r] = Float(cosine(turns: turns(k, r))) }
        }
        for k in 0..<oddRows {
            for r in 0..<oddRows { sines[k * oddRows + r] = Float(sine(turns: turns(k + 1, r + 1))) }
        }
        (partial, folded) = (FloatBlock(count: rows * 2 * width), FloatBlock(count: rows * 2 * width))
        (cosineSums, sineSums) = (FloatBlock(count: evenRows * 2 * width), FloatBlock(count: evenRows * 2 * width))
    }

    /// Writes a sample's spectrum, `[rows, columns]`, its norm that of the sample.
    func make(of sample: UnsafePointer<Float>, into result: UnsafeMutablePointer<Float>) {
        let row = 2 * width
        let odd = folded.base + evenRows * row
        columnTable.product(m: rows, sample, aRow: columns, into: partial.base, cRow: row)
        kernel_fold_rows(folded.base, odd, partial.base, rows, row)
        product(
            m: evenRows, n: row, k: evenRows, cosines.base, aRow: evenRows, folded.base, bRow: row,
            into: cosineSums.base, cRow: row)
        product(
            m: oddRows, n: row, k: oddRows, sines.base, aRow: oddRows, odd, bRow: row, into: sineSums.base + row,
            cRow: row)
        kernel_magnitudes(
            result, cosineSums.base, sineSums.base, rows, columns, width, 1 / Float(rows * columns).squareRoot())
    }
}
