/// Which workers that come and go are told of: those that end as soon as they have joined and are started again, for
/// days, would fill the file of events, and what reads it.
package struct Comings: Sendable {
    /// So many are told of at once as they join, and one more each time that `onePer` has passed.
    package static let atOnce = Roster.memberLimit
    /// See `atOnce`.
    package static let onePer = Duration.seconds(60)
    /// Whoever stays for so long is told of in any case.
    package static let stay = Duration.seconds(60)

    /// How many may still join now and be told of, as of `counted`.
    private var allowed = Double(Self.atOnce)
    private var counted = Duration.zero
    private var isMuted = false
    /// Those who joined and were not told of yet, and when they did.
    private var untold: [String: (event: RunEvent, since: Duration)] = [:]

    /// Nobody has come yet.
    package init() {}

    /// What is told as an event happens: the event or nothing, and before it of whom it was not told yet and who
    /// stayed.
    ///
    /// Who was not told of as it came is not told of as it goes; what else workers do is told in any case.
    package mutating func told(_ event: RunEvent, at now: Duration) -> [RunEvent] {
        stayed(until: now) + one(event, now)
    }

    private mutating func one(_ event: RunEvent, _ now: Duration) -> [RunEvent] {
        switch event {
        case .joined(let worker, _, _): return joined(event, worker, at: now)
        case .cameAgain(let worker), .left(let worker), .failed(let worker, _), .silent(let worker, _),
            .ended(_, let worker, _):
            return untold.removeValue(forKey: worker) == nil ? [event] : []
        case .cutOff(let worker), .lostWork(let worker): return untold[worker] == nil ? [event] : []
        // It comes before the word that the worker joined.
        case .otherArithmetic: return isMuted ? [] : [event]
        default: return [event]
        }
    }

    private mutating func joined(_ event: RunEvent, _ worker: String, at now: Duration) -> [RunEvent] {
        allowed = min(Double(Self.atOnce), allowed + (now - counted) / Self.onePer)
        counted = now
        if allowed >= 1 {
            allowed -= 1
            if allowed >= Double(Self.atOnce / 2) { isMuted = false }
            return [event]
        }
        if untold.count < Roster.memberLimit { untold[worker] = (event, now) }
        defer { isMuted = true }
        return isMuted ? [] : [.comingsMuted]
    }

    private mutating func stayed(until now: Duration) -> [RunEvent] {
        if untold.isEmpty { return [] }
        let stayed = untold.filter { now - $0.value.since >= Self.stay }
        for worker in stayed.keys { untold[worker] = nil }
        return stayed.sorted { ($0.value.since, $0.key) < ($1.value.since, $1.key) }.map(\.value.event)
    }
}
