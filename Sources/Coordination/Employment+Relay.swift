/// What a relay's standing with its coordinator has beyond a worker's: threads that come and go, and work that is
/// dropped because whoever computed it has gone.
extension Employment {
    /// Takes note of how many compute threads are at hand, 0 for none at present; the coordinator hears of it at once.
    mutating func onThreads(_ count: Int, at now: Duration) {
        if threads == count { return }
        threads = count
        if isWelcome { nextSign = now }
    }

    /// Takes note that a work will not be answered for.
    mutating func onDropped(_ claim: UInt64) {
        _ = claims.onDone(claim)
        claims.drop(claim)
    }
}
