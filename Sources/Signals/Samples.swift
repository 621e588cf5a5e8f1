public import Numerics

/// What keeps samples in memory: a block, or a mapped file.
public protocol SampleOwner: AnyObject, Sendable {
    /// Why what was read of the samples until now may not be what they are, in one line; nil while it is.
    ///
    /// A mapped file can be cut or written to by others. Whoever computed something from samples asks before it is
    /// used; that takes less than a microsecond.
    var fault: String? { get }

    /// Looks whether the samples are what they were all the same, as in a file that was touched and not written to.
    ///
    /// What was read before is not to be used in any case: it may have been something else for a while.
    ///
    /// - Returns: whether they are; `fault` is nil then.
    func confirm() -> Bool
}

extension SampleOwner {
    /// They are not where there is a fault.
    public func confirm() -> Bool { fault == nil }
}

extension FloatBlock: SampleOwner {
    /// None: nobody takes a block's content away.
    public var fault: String? { nil }
}

/// Samples `[count, rows, columns]` in somebody's memory, usually a mapped dataset file, for reading.
public struct Samples: @unchecked Sendable {  // read only: nobody writes to the memory while `owner` lives
    /// How many samples there are.
    public let count: Int
    /// Rows of one sample.
    public let rows: Int
    /// Columns of one sample.
    public let columns: Int
    /// The first value of the first sample.
    public let base: UnsafePointer<Float>
    /// What keeps the memory in place.
    public let owner: any SampleOwner

    /// Samples in memory that `owner` keeps in place for as long as it lives.
    public init(count: Int, rows: Int, columns: Int, base: UnsafePointer<Float>, owner: any SampleOwner) {
        (self.count, self.rows, self.columns, self.base, self.owner) = (count, rows, columns, base, owner)
    }

    /// Why what was read of them until now can't be used, in one line; nil while it can.
    public var fault: String? { owner.fault }

    /// Reads, and reads again where the samples changed meanwhile and are what they were all the same.
    ///
    /// - Parameter read: reads some of the samples; what it gave before is thrown away where it is called again.
    /// - Returns: what it gave; nil where `fault` tells why there is nothing to be had.
    public func whole<Result>(_ read: () -> Result) -> Result? {
        for _ in 0..<Self.attempts {
            let result = read()
            if fault == nil { return result }
            if !owner.confirm() { return nil }
        }
        return nil
    }

    /// Whoever touches a file more often than this while it is read does nothing else.
    static let attempts = 100

    /// Values in one sample.
    public var valuesPerSample: Int { rows * columns }

    /// The values of one sample, row-major, for reading while somebody holds these samples, as of `FloatBlock.values`.
    public subscript(index: Int) -> UnsafeBufferPointer<Float> {
        precondition(index >= 0 && index < count, "sample \(index) of \(count)")
        return UnsafeBufferPointer(start: base + index * valuesPerSample, count: valuesPerSample)
    }
}
