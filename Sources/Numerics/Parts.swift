import Dispatch

/// Runs `body` on parts that together are `0 ..< count`, on the calling thread and others.
///
/// For element-wise work, whose bits do not depend on how it is cut.
///
/// - Parameters:
///   - count: how many elements there are.
///   - threads: the most threads to use.
///   - fewest: the fewest elements of a part.
///   - unit: parts begin at its multiples.
///   - body: does a part; several run at the same time.
public func inParts(
    of count: Int, threads: Int, fewest: Int = fewestInPart, unit: Int = 1024,
    _ body: @Sendable (Range<Int>) -> Void
) {
    precondition(fewest > 0 && unit > 0, "parts of \(fewest) elements, from multiples of \(unit)")
    let parts = max(1, min(threads, count / fewest))
    guard parts > 1 else { return body(0..<count) }
    let size = (count / parts + unit - 1) / unit * unit
    DispatchQueue.concurrentPerform(iterations: parts) { part in
        body(min(count, part * size)..<(part == parts - 1 ? count : min(count, (part + 1) * size)))
    }
}

/// The fewest elements of a part where nothing else is said: fewer are done sooner than another thread wakes, where
/// other threads have work of their own.
public let fewestInPart = 262_144

/// Runs `body` on parts of so many rows of `width` values each, as `inParts` does.
///
/// For work on a few values at a time that no other thread waits for meanwhile: parts of 65,536 values are worth a
/// thread.
public func inRowParts(of rows: Int, width: Int, threads: Int, _ body: @Sendable (Range<Int>) -> Void) {
    inParts(of: rows, threads: threads, fewest: max(1, 65_536 / max(width, 1)), unit: 1, body)
}

/// Does two works of which none depends on the other: with two threads or more at the same time.
public func sideBySide(threads: Int, _ first: @Sendable () -> Void, _ second: @Sendable () -> Void) {
    guard threads > 1 else {
        first()
        return second()
    }
    DispatchQueue.concurrentPerform(iterations: 2) { $0 == 0 ? first() : second() }
}
