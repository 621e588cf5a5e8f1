import CKernels
import Numerics

/// Makes the views of a few samples at a time; a value for each thread, since it holds buffers.
///
/// The Fourier transform is done as two matrix products with tables of cosines and sines. For matrices of this size (64
/// x 27) that takes a sixth of the time of an FFT library's call a sample, and the order of its sums is as fixed as any
/// product's.
public final class ViewMaker {
    /// Rows of a sample.
    public let rows: Int
    /// Columns of a sample.
    public let columns: Int
    private let half: Int
    private let makesSpectra: Bool
    /// `[columns, 2 * half]`: cosines, then negated sines.
    private let columnTable: FloatBlock
    /// `[2 * rows, rows]`: cosines, then sines.
    private let rowTable: FloatBlock
    /// `[capacity * rows, 2 * half]`: the transform over columns.
    private let partial: FloatBlock
    /// `[2 * rows, 2 * half]`: one sample's four products.
    private let parts: FloatBlock
    /// One sample on its way from one turn to the next.
    private let turned: FloatBlock
    private let capacity: Int

    /// A maker of `views` of samples `[rows, columns]`, up to `capacity` at a time.
    public init(_ views: [SampleView] = SampleView.allCases, rows: Int, columns: Int, capacity: Int) {
        (self.rows, self.columns, self.capacity) = (rows, columns, capacity)
        half = columns / 2 + 1
        turned = FloatBlock(count: rows * columns)
        makesSpectra = views.contains(.spectrum)
        guard makesSpectra else {
            (columnTable, rowTable) = (FloatBlock(count: 0), FloatBlock(count: 0))
            (partial, parts) = (FloatBlock(count: 0), FloatBlock(count: 0))
            return
        }
        columnTable = FloatBlock(count: columns * 2 * half)
        rowTable = FloatBlock(count: 2 * rows * rows)
        partial = FloatBlock(count: capacity * rows * 2 * half)
        parts = FloatBlock(count: 2 * rows * 2 * half)
        for c in 0..<columns {
            for f in 0..<half {
                let turns = Double(f * c % columns) / Double(columns)
                columnTable[c * 2 * half + f] = Float(cosine(turns: turns))
                columnTable[c * 2 * half + half + f] = Float(-sine(turns: turns))
            }
        }
        for k in 0..<rows {
            for r in 0..<rows {
                let turns = Double(k * r % rows) / Double(rows)
                rowTable[k * rows + r] = Float(cosine(turns: turns))
                rowTable[(rows + k) * rows + r] = Float(sine(turns: turns))
            }
        }
    }

    /// Writes one view of `count` samples from `[count, rows * columns]` to another buffer of the same shape.
    ///
    /// - Precondition: `count` is at most the capacity, and the buffers don't overlap.
    public func make(
        _ view: SampleView, of samples: UnsafePointer<Float>, count: Int, into result: UnsafeMutablePointer<Float>
    ) {
        precondition(count <= capacity, "\(count) samples for a maker of \(capacity)")
        let size = rows * columns
        switch view {
        case .identity:
            result.update(from: samples, count: count * size)
        case .rotated90:
            for i in 0..<count { kernel_quarter_turn(result + i * size, samples + i * size, rows, columns) }
        case .rotated180:
            for i in 0..<count { kernel_reverse(result + i * size, samples + i * size, size) }
        case .rotated270:
            // A half turn of the sample, then a quarter turn, is three quarter turns.
            for i in 0..<count {
                kernel_reverse(turned.base, samples + i * size, size)
                kernel_quarter_turn(result + i * size, turned.base, rows, columns)
            }
        case .spectrum:
            makeSpectra(of: samples, count: count, into: result)
        }
    }

    private func makeSpectra(of samples: UnsafePointer<Float>, count: Int, into result: UnsafeMutablePointer<Float>) {
        precondition(makesSpectra, "a maker that was not made for spectra")
        let width = 2 * half
        product(
            m: count * rows, n: width, k: columns, samples, aRow: columns, columnTable.base, bRow: width,
            into: partial.base, cRow: width)
        for i in 0..<count {
            product(
                m: 2 * rows, n: width, k: rows, rowTable.base, aRow: rows, partial.base + i * rows * width, bRow: width,
                into: parts.base, cRow: width)
            kernel_magnitudes(
                result + i * rows * columns, parts.base, rows, columns, 1 / Float(rows * columns).squareRoot())
        }
    }
}

/// Divides samples by their Euclidean norms; a sample of zeros stays one.
///
/// - Parameters:
///   - samples: where the samples are.
///   - indices: which of them.
///   - result: replaced, `[indices.count, rows * columns]`.
public func normalise(_ samples: Samples, _ indices: [Int], into result: UnsafeMutablePointer<Float>) {
    let size = samples.valuesPerSample
    for (place, index) in indices.enumerated() {
        let next = indices[min(place + 1, indices.count - 1)]
        kernel_normalise(result + place * size, samples[index].baseAddress, size, samples[next].baseAddress)
    }
}
