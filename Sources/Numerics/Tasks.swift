import Dispatch
import Synchronization

/// The results of tasks of which none depends on another, begun in order, as many at a time as there are threads.
///
/// - Parameters:
///   - count: how many tasks there are.
///   - threads: how many threads to use.
///   - sharing: whether tasks use several threads: those that are left over after whole rounds then wait for these, and
///     have all threads between them, where that makes two or more for each.
///   - started: told of each task that is begun; like `done`, one call of either at a time.
///   - done: told of each result, with the task's number and how many there are by now.
///   - task: gives a task's result, on so many threads.
/// - Returns: a result a task, in order.
/// - Throws: what the first of the tasks that failed threw; no further one is begun after a failure.
public func taskResults<Result: Sendable, Failure: Error>(
    of count: Int, threads: Int, sharing: Bool = false, started: @Sendable (_ number: Int) -> Void = { _ in },
    done: @Sendable (_ number: Int, _ count: Int, Result) -> Void = { _, _, _ in },
    _ task: @Sendable (_ number: Int, _ threads: Int) throws(Failure) -> Result
) throws(Failure) -> [Result] {
    let lanes = max(1, min(threads, count))
    let left = count % lanes
    let whole = sharing && left > 0 && threads / left > 1 ? count - left : count
    let state = Mutex(TaskState<Result, Failure>(results: [Result?](repeating: nil, count: count)))
    // One call of this kind inside another has only its share of the processors: what is left over is a call of its
    // own.
    for (end, lanes) in whole < count ? [(whole, lanes), (count, left)] : [(count, lanes)] {
        @Sendable func work() {
            while let number = state.withLock({ $0.begin(before: end, started) }) {
                do throws(Failure) {
                    let result = try task(number, max(1, threads / lanes))
                    state.withLock {
                        $0.results[number] = result
                        done(number, $0.results.count { $0 != nil }, result)
                    }
                } catch {
                    state.withLock { $0.failures.append((number, error)) }
                }
            }
        }
        if lanes > 1 { DispatchQueue.concurrentPerform(iterations: lanes) { _ in work() } } else { work() }
    }
    let outcome = state.withLock { $0 }
    if let first = outcome.failures.min(by: { $0.task < $1.task }) { throw first.error }
    return outcome.results.compactMap { $0 }
}

/// How far tasks are.
private struct TaskState<Result: Sendable, Failure: Error>: Sendable {
    private var next = 0
    var results: [Result?]
    var failures: [(task: Int, error: Failure)] = []

    init(results: [Result?]) { self.results = results }

    /// The next task before `end`, if one is to be begun.
    mutating func begin(before end: Int, _ started: (Int) -> Void) -> Int? {
        guard next < end, failures.isEmpty else { return nil }
        defer { next += 1 }
        started(next)
        return next
    }
}
