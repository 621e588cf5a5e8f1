/// Measures for how long a worker has nothing to compute because samples are on their way to it.
package struct GatheringClock {
    /// Of more works than are ever at hand at once nothing is remembered.
    private static let limit = 4
    /// When samples began to be brought together for works that are not ordered yet.
    private var begun: [(claim: UInt64, time: Duration)] = []
    /// How long works that are not computed yet were waited for.
    private var ordered: [(claim: UInt64, waited: Duration)] = []
    /// When the last work was computed.
    private var computed = Duration.zero

    /// A clock of a worker that has nothing to do.
    package init() {}

    /// Takes note that samples are brought together for a work.
    package mutating func onBegin(_ claim: UInt64, at now: Duration) {
        begun = (begun + [(claim, now)]).suffix(Self.limit)
    }

    /// Takes note that a work is ordered to be computed.
    package mutating func onOrder(_ claim: UInt64, at now: Duration) {
        var waited = Duration.zero
        if let place = begun.firstIndex(where: { $0.claim == claim }) {
            let begin = begun.remove(at: place).time
            // While another one is computed nobody waits.
            if ordered.isEmpty { waited = now - max(begin, computed) }
        }
        ordered.append((claim, waited))
    }

    /// Takes note that a work is computed.
    ///
    /// - Returns: for how long there was nothing to compute before it, though there was work.
    package mutating func onComputed(_ claim: UInt64, at now: Duration) -> Duration {
        computed = now
        guard let place = ordered.firstIndex(where: { $0.claim == claim }) else { return .zero }
        return ordered.remove(at: place).waited
    }
}
