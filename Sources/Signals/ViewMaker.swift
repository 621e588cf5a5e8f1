import CKernels
import Numerics

/// Makes the views of a few samples at a time; a value for each thread, since it holds buffers.
public final class ViewMaker {
    /// Rows of a sample.
    public let rows: Int
    /// Columns of a sample.
    public let columns: Int
    /// What spectra are made with, where they are.
    private let spectrum: SpectrumMaker?
    /// One sample on its way from one turn to the next.
    private let turned: FloatBlock
    private let capacity: Int

    /// A maker of `views` of samples `[rows, columns]`, up to `capacity` at a time.
    public init(_ views: [SampleView], rows: Int, columns: Int, capacity: Int) {
        (self.rows, self.columns, self.capacity) = (rows, columns, capacity)
        turned = FloatBlock(count: rows * columns)
        spectrum = views.contains(.spectrum) ? SpectrumMaker(rows: rows, columns: columns) : nil
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
            guard let spectrum else { preconditionFailure("a maker that was not made for spectra") }
            for i in 0..<count { spectrum.make(of: samples + i * size, into: result + i * size) }
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
