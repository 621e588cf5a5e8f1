public import Numerics
import Signals

/// The samples that a run of leaves reads, brought together one after another from wherever they were.
public struct GatheredSamples: Sendable {
    /// Which samples they are, in rising order.
    public let indices: [Int]
    /// Their values as the dataset has them, `[indices.count, rows, columns]`.
    public let values: FloatBlock
    private let (rows, columns): (Int, Int)

    /// Room for these samples of a job, to be written to `values` before it is handed on.
    ///
    /// - Precondition: the indices are in rising order, each once.
    public init(_ indices: [Int], of job: Job) {
        self.indices = indices
        (rows, columns) = (job.rows, job.columns)
        values = FloatBlock(uninitialised: indices.count * job.rows * job.columns)
    }

    /// Copies those of its samples that lie in a block of neighbouring ones.
    ///
    /// - Parameters:
    ///   - block: the values of samples one after another.
    ///   - first: which sample is the block's first.
    public func take(_ block: FloatBlock, from first: Int) {
        let size = rows * columns
        let end = first + block.count / size
        for place in lowest(indices.count, { indices[$0] >= first })..<lowest(indices.count, { indices[$0] >= end }) {
            (values.base + place * size).update(from: block.base + (indices[place] - first) * size, count: size)
        }
    }

    /// The samples as the network reads them, under their numbers among all of the job's.
    func prepared(for job: Job, threads: Int) -> PreparedSamples {
        let samples = Samples(
            count: indices.count, rows: rows, columns: columns, base: UnsafePointer(values.base), owner: values)
        return PreparedSamples(job.prepared(samples, threads: threads), at: indices, of: job.sampleCount)
    }
}
