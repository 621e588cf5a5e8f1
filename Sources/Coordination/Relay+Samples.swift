/// Blocks of samples that workers below wait for.
extension Relay {
    /// So many heartbeats without a block pass until one is asked for again.
    private static let samplePatience = 5

    /// Takes note that a worker waits for a block of samples that is not here: the coordinator is asked for it once,
    /// and again where a worker asks again and none has come for a while.
    package mutating func onWanted(_ block: Int, by worker: WorkerID, at now: Duration) -> [Directive] {
        let waiting = wanted[block] ?? []
        if !waiting.contains(worker) { wanted[block, default: []].append(worker) }
        guard waiting.isEmpty || now - samplesMoved >= employment.heartbeat * Self.samplePatience else { return [] }
        samplesMoved = now
        return [.up(.send(.sampleRequest(block: block)))]
    }

    /// Requests for all that somebody waits for.
    var requestsForWanted: [Directive] {
        wanted.keys.sorted().filter { wanted[$0]?.isEmpty == false }.map { .up(.send(.sampleRequest(block: $0))) }
    }
}
