import Numerics
import Synchronization

/// Tasks of which none depends on another, as many at a time as there are threads.
enum ParallelTasks {
    private struct State<Result> {
        var results: [Result?]
        var failures: [(task: Int, error: SleepRecognitionError)] = []
    }

    /// The results of all tasks, in order.
    ///
    /// - Parameters:
    ///   - count: how many tasks there are.
    ///   - threads: how many threads to use.
    ///   - started: told of each task that is begun; like `done`, one call of either at a time.
    ///   - done: told of each result, with the task's number and how many there are by now.
    ///   - task: gives a task's result, on so many threads.
    /// - Returns: a result a task.
    /// - Throws: what the first of the tasks that failed threw; no further one is begun after a failure.
    static func results<Result: Sendable>(
        _ count: Int, threads: Int, started: @Sendable (_ number: Int) -> Void = { _ in },
        done: @Sendable (_ number: Int, _ count: Int, Result) -> Void,
        _ task: @Sendable (_ number: Int, _ threads: Int) throws(SleepRecognitionError) -> Result
    ) throws(SleepRecognitionError) -> [Result] {
        let state = Mutex(State(results: [Result?](repeating: nil, count: count)))
        inRounds(of: count, threads: threads) { number, threads in
            let isWanted = state.withLock { state in
                if state.failures.isEmpty { started(number) }
                return state.failures.isEmpty
            }
            guard isWanted else { return }
            do throws(SleepRecognitionError) {
                let result = try task(number, threads)
                state.withLock {
                    $0.results[number] = result
                    done(number, $0.results.count { $0 != nil }, result)
                }
            } catch {
                state.withLock { $0.failures.append((number, error)) }
            }
        }
        let outcome = state.withLock { $0 }
        if let first = outcome.failures.min(by: { $0.task < $1.task }) { throw first.error }
        return outcome.results.compactMap { $0 }
    }
}
