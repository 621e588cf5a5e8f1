import Dispatch
import Numerics

/// Samples `[count, rows, columns]` as a network reads them.
public struct PreparedSamples: Sendable {
    /// How many samples there are.
    public let count: Int
    /// Rows of one prepared sample.
    public let rows: Int
    /// Columns of one prepared sample.
    public let columns: Int
    /// The samples that these were made of.
    private let source: Samples
    private let copying: @Sendable (_ indices: [Int], _ result: UnsafeMutablePointer<Float>) -> Void

    /// Samples that are prepared whenever they are read.
    ///
    /// - Parameters:
    ///   - source: the samples; the prepared ones have their shape.
    ///   - copy: writes so many of them, prepared, one after another; several threads call it at the same time.
    public init(
        eachTime source: Samples,
        copy: @escaping @Sendable (_ samples: Samples, _ indices: [Int], _ result: UnsafeMutablePointer<Float>) -> Void
    ) {
        (count, rows, columns, self.source) = (source.count, source.rows, source.columns, source)
        copying = { copy(source, $0, $1) }
    }

    /// Samples that are all prepared here, on up to `threads` threads.
    ///
    /// - Parameters:
    ///   - source: the samples.
    ///   - shape: that of a prepared one.
    ///   - threads: how many threads may work on it; each sample is one thread's.
    ///   - makePreparer: makes for one thread what writes one sample, prepared.
    public init(
        once source: Samples, shape: SampleShape, threads: Int,
        _ makePreparer: @Sendable () -> (_ sample: UnsafePointer<Float>, _ result: UnsafeMutablePointer<Float>) -> Void
    ) {
        let size = shape.rows * shape.columns
        let block = FloatBlock(uninitialised: source.count * size)
        // More parts than threads: whoever is done first takes the next.
        let perPart = 64
        let lanes = max(1, min(threads, (source.count + perPart - 1) / perPart))
        DispatchQueue.concurrentPerform(iterations: lanes) { lane in
            let prepare = makePreparer()
            for part in stride(from: lane * perPart, to: source.count, by: lanes * perPart) {
                for i in part..<min(part + perPart, source.count) {
                    prepare(source.base + i * source.valuesPerSample, block.base + i * size)
                }
            }
        }
        (count, rows, columns, self.source) = (source.count, shape.rows, shape.columns, source)
        copying = { indices, result in
            for (place, index) in indices.enumerated() {
                (result + place * size).update(from: block.base + index * size, count: size)
            }
        }
    }

    /// Some of so many samples, where the others are not here.
    ///
    /// - Parameters:
    ///   - some: those that are, prepared.
    ///   - indices: which they are, each once.
    ///   - total: how many samples there are.
    /// - Precondition: no others are read.
    public init(_ some: PreparedSamples, at indices: [Int], of total: Int) {
        precondition(some.count == indices.count, "\(some.count) samples at \(indices.count) places")
        (count, rows, columns, source) = (total, some.rows, some.columns, some.source)
        let place = Dictionary(uniqueKeysWithValues: indices.enumerated().map { ($1, $0) })
        copying = { wanted, result in
            some.copying(
                wanted.map { index in
                    guard let place = place[index] else { preconditionFailure("sample \(index) is not here") }
                    return place
                }, result)
        }
    }

    /// Values in one prepared sample.
    public var valuesPerSample: Int { rows * columns }

    /// Why what was read of them until now can't be used, in one line; nil while it can.
    public var fault: String? { source.fault }

    /// Reads, and reads again where the samples were touched meanwhile, as `Samples.whole`.
    public func whole<Result>(_ read: () -> Result) -> Result? { source.whole(read) }

    /// What `work` gives for the values of one sample, `[rows, columns]`.
    public func withValues<Result>(of index: Int, _ work: (UnsafeBufferPointer<Float>) -> Result) -> Result {
        withUnsafeTemporaryAllocation(of: Float.self, capacity: valuesPerSample) { values in
            guard let base = values.baseAddress else { return work(UnsafeBufferPointer(start: nil, count: 0)) }
            copy([index], into: base)
            return work(UnsafeBufferPointer(values))
        }
    }

    /// Writes some samples one after another.
    ///
    /// - Parameters:
    ///   - indices: which of them, from 0 to below `count`.
    ///   - result: replaced, `[indices.count, rows * columns]`.
    public func copy(_ indices: [Int], into result: UnsafeMutablePointer<Float>) {
        for index in indices { precondition(index >= 0 && index < count, "sample \(index) of \(count)") }
        copying(indices, result)
    }
}
