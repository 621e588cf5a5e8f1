import Dispatch
import Numerics
import Synchronization

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
    /// What was read of those that are not here; nil where all are.
    private let absent: Absent?
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
        (count, rows, columns, self.source, absent) = (source.count, source.rows, source.columns, source, nil)
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
        (count, rows, columns, self.source, absent) = (source.count, shape.rows, shape.columns, source, nil)
        copying = { indices, result in
            for (place, index) in indices.enumerated() {
                (result + place * size).update(from: block.base + index * size, count: size)
            }
        }
    }

    /// Some of so many samples, where the others are not here: whoever reads one gets no numbers, and it is a `fault`.
    ///
    /// - Parameters:
    ///   - some: those that are, prepared.
    ///   - indices: which they are, each once.
    ///   - total: how many samples there are.
    public init(_ some: PreparedSamples, at indices: [Int], of total: Int) {
        precondition(some.count == indices.count, "\(some.count) samples at \(indices.count) places")
        let absent = Absent()
        (count, rows, columns, source, self.absent) = (total, some.rows, some.columns, some.source, absent)
        let place = Dictionary(uniqueKeysWithValues: indices.enumerated().map { ($1, $0) })
        copying = { wanted, result in
            let places = wanted.compactMap { place[$0] }
            if places.count == wanted.count { return some.copying(places, result) }
            absent.note(wanted.first { place[$0] == nil })
            result.update(repeating: .nan, count: wanted.count * some.valuesPerSample)
        }
    }

    /// What was read of samples that are not here; several threads may.
    private final class Absent: Sendable {
        private let sample = Atomic(-1)

        func note(_ index: Int?) { sample.store(index ?? -1, ordering: .relaxed) }

        var fault: String? {
            let index = sample.load(ordering: .relaxed)
            return index < 0
                ? nil : "sample \(index) is not here: the task reads it, and does not name it as one it reads"
        }

        deinit {}
    }

    /// Values in one prepared sample.
    public var valuesPerSample: Int { rows * columns }

    /// Why what was read of them until now can't be used, in one line; nil while it can.
    public var fault: String? { absent?.fault ?? source.fault }

    /// Reads, and reads again where the samples were touched meanwhile, as `Samples.whole`; nil where samples were read
    /// that are not here.
    public func whole<Result>(_ read: () -> Result) -> Result? {
        let result = source.whole(read)
        return absent?.fault == nil ? result : nil
    }

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
