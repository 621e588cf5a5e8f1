import Dispatch

/// Runs `body` on parts that together are `0 ..< count`, on the calling thread and others.
///
/// For element-wise work, whose bits do not depend on how it is cut.
///
/// - Parameters:
///   - count: how many elements there are.
///   - threads: the most threads to use.
///   - fewest: the fewest elements of a part.
///   - body: does a part; several run at the same time.
public func inParts(
    of count: Int, threads: Int, fewest: Int = fewestInPart, _ body: @Sendable (Range<Int>) -> Void
) {
    precondition(fewest > 0, "parts of \(fewest) elements")
    let parts = max(1, min(threads, count / fewest))
    guard parts > 1 else { return body(0..<count) }
    let size = (count / parts + 1023) / 1024 * 1024
    DispatchQueue.concurrentPerform(iterations: parts) { part in
        body(min(count, part * size)..<(part == parts - 1 ? count : min(count, (part + 1) * size)))
    }
}

/// The fewest elements of a part where nothing else is said: fewer are done sooner than another thread wakes, where
/// other threads have work of their own.
public let fewestInPart = 262_144
