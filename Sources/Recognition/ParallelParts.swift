import Numerics
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
        let results = Mutex([Result?](repeating: nil, count: count))
        inRounds(of: count, threads: threads) { number, _ in
            let result = part(number)
            results.withLock { $0[number] = result }
        }
        return results.withLock { $0 }.compactMap { $0 }
    }
}
