/// Which workers that come and go are told of: workers that end as soon as they have joined and are started again, for
/// days, would fill the file of events, and what reads it.
package struct Comings: Sendable {
    /// So many may join at once, and one more each time that this has passed.
    package static let (atOnce, onePer) = (1000, Duration.seconds(5))
    /// Of so many names it is known that nobody was told of them.
    private static let nameLimit = 4096

    /// How many may still join now, as of `counted`.
    private var allowed = Double(Self.atOnce)
    private var counted = Duration.zero
    private var isMuted = false
    private var untold: Set<String> = []

    /// Nobody has come yet.
    package init() {}

    /// What is told of an event: the event, nothing, or that not all is told from here on.
    ///
    /// Whoever was not told of as it came is not told of as it goes; what else workers do is told in any case.
    package mutating func told(_ event: RunEvent, at now: Duration) -> [RunEvent] {
        switch event {
        case .joined(let worker, _, _): return hasRoom(at: now) ? told(joining: event, worker) : mute(worker)
        case .cameAgain(let worker), .left(let worker), .failed(let worker, _), .silent(let worker, _),
            .cutOff(let worker), .lostWork(let worker):
            return untold.contains(worker) ? [] : [event]
        default: return [event]
        }
    }

    private mutating func hasRoom(at now: Duration) -> Bool {
        allowed = min(Double(Self.atOnce), allowed + (now - counted) / Self.onePer)
        counted = now
        if allowed < 1 { return false }
        allowed -= 1
        return true
    }

    private mutating func told(joining event: RunEvent, _ worker: String) -> [RunEvent] {
        untold.remove(worker)
        if allowed >= Double(Self.atOnce / 2) { isMuted = false }
        return [event]
    }

    private mutating func mute(_ worker: String) -> [RunEvent] {
        if untold.count >= Self.nameLimit { untold = [] }
        untold.insert(worker)
        defer { isMuted = true }
        return isMuted ? [] : [.comingsMuted]
    }
}
