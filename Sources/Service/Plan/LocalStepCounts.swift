/// Which numbers of local steps are of use to a job: those that divide its steps, with several exchanges.
package enum LocalStepCounts {
    /// No more than were ever tried.
    private static let most = 500
    /// One exchange for a whole job learnt worse than several, with two the loss was no worse where it was measured
    /// (ExchangingLessOften); nobody sees how a job goes in fewer than so many.
    private static let fewestExchanges = 4
    /// What a plan tries where nobody asked for numbers.
    private static let usual = [10, 50, 100]

    /// Those of use to a job of so many steps, in order.
    package static func usable(in steps: Int, from least: Int = 2) -> [Int] {
        least > most ? [] : (least...most).filter { $0 <= steps / fewestExchanges && steps % $0 == 0 }
    }

    /// What a person reads of a job that has fewer exchanges than are known to do; nil of another one.
    package static func noteOnFewExchanges(_ localSteps: Int, of steps: Int) -> String? {
        let exchanges = steps / max(localSteps, 1)
        guard localSteps > 1, exchanges < fewestExchanges else { return nil }
        return """
            note: with \(localSteps) local steps this job's \(steps) have \(exchanges == 1 ? "one exchange, with which it learns less" : "\(exchanges) exchanges"): \
            it shows no progress and keeps no checkpoint before the first
            """
    }

    /// Those near 10, 50 and 100 that a job of so many steps may have, in order.
    package static func planned(for steps: Int) -> [Int] {
        let usable = usable(in: steps)
        return Set(usual.compactMap { nearest(to: $0, among: usable) }).sorted()
    }

    /// What a person reads where a job of so many steps may not have numbers near 10, 50 and 100; nil where it may.
    package static func note(for steps: Int) -> String? {
        let usable = usable(in: steps)
        let isPoor =
            usable.isEmpty && steps >= 2 * fewestExchanges
            || usual.contains { wanted in
                wanted <= steps / fewestExchanges
                    && nearest(to: wanted, among: usable).map { distance($0, wanted) > 2 } ?? true
            }
        guard isPoor else { return nil }
        let more = steps > 100 ? (steps / 100 + 1) * 100 : (steps / 10 + 1) * 10
        return """
            note: --local-steps must divide the job's \(steps) steps, which few numbers do; with --steps \(more) there would be \
            more of them
            """
    }

    private static func nearest(to wanted: Int, among counts: [Int]) -> Int? {
        counts.min { distance($0, wanted) < distance($1, wanted) }
    }

    /// How many times as much one is as the other.
    private static func distance(_ a: Int, _ b: Int) -> Double { Double(max(a, b)) / Double(min(a, b)) }
}
