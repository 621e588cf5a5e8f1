import Dispatch
import Synchronization

/// Parts of a work of which none depends on another.
enum ParallelParts {
    /// What `part` gives for each number, in order.
    ///
    /// - Parameters:
    ///   - count: how many parts there are.
    ///   - threads: how many are worked on at a time.
    ///   - part: gives a part's result, on any thread.
    /// - Returns: a result a part.
    static func results<Result: Sendable>(
        _ count: Int, threads: Int, _ part: @Sendable (_ number: Int) -> Result
    ) -> [Result] {
        let lanes = min(threads, count)
        guard lanes > 1 else { return (0..<count).map { part($0) } }
        let results = Mutex([Result?](repeating: nil, count: count))
        DispatchQueue.concurrentPerform(iterations: lanes) { lane in
            for number in stride(from: lane, to: count, by: lanes) {
                let result = part(number)
                results.withLock { $0[number] = result }
            }
        }
        return results.withLock { $0 }.compactMap { $0 }
    }
}
