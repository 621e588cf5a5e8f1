/// Blocks of samples that workers below wait for.
extension Relay {
    /// For so many blocks the coordinator is asked at once, and no more: to it a relay is one worker, and what else one
    /// waits for it would forget.
    package static let requestLimit = 64
    /// So many heartbeats after it was asked for, a block is asked for again where a worker asks again.
    private static let samplePatience = 5
    /// After so many, others are asked for in the place of one that nobody asks for again: the request was lost.
    private static let slotPatience = 40

    /// A block that workers below wait for.
    struct WantedBlock: Sendable {
        var workers: [WorkerID]
        /// When the coordinator was asked for it; nil where it was not yet.
        var asked: Duration?
    }

    /// Takes note that a worker waits for a block of samples that is not here: the coordinator is asked for it once,
    /// and again where a worker asks again and it has not come for a while.
    package mutating func onWanted(_ block: Int, by worker: WorkerID, at now: Duration) -> [Directive] {
        if wanted[block] == nil {
            wanted[block] = WantedBlock(workers: [])
            unasked.append(block)
        }
        if wanted[block]?.workers.contains(worker) == false { wanted[block]?.workers.append(worker) }
        if let asked = wanted[block]?.asked, now - asked >= employment.heartbeat * Self.samplePatience {
            return ask(for: block, at: now)
        }
        return fill(at: now)
    }

    private mutating func ask(for block: Int, at now: Duration) -> [Directive] {
        wanted[block]?.asked = now
        return [.up(.send(.sampleRequest(block: block)))]
    }

    /// Takes a block that came for those who wait for it, and asks for another one in its place.
    ///
    /// - Returns: what to do about it; nil where nobody was to get it.
    mutating func onBlock(_ block: Int, at now: Duration) -> [Directive]? {
        guard let known = wanted.removeValue(forKey: block) else { return nil }
        unasked.removeAll { $0 == block }
        return [.passOn(block: block, to: known.workers)] + fill(at: now)
    }

    /// Asks for what is still to be asked for, as far as the coordinator keeps it in mind: first for what the worker
    /// waits for whom the fewest blocks are on their way, so that none has all of them.
    private mutating func fill(at now: Duration) -> [Directive] {
        if unasked.isEmpty { return [] }
        let patience = employment.heartbeat * Self.slotPatience
        for block in wanted.filter({ $0.value.asked.map { now - $0 > patience } ?? false }).keys.sorted() {
            wanted[block]?.asked = nil
            unasked.append(block)
        }
        var counts: [WorkerID: Int] = [:]
        for known in wanted.values where known.asked != nil {
            for worker in known.workers { counts[worker, default: 0] += 1 }
        }
        func count(_ place: Int) -> Int { wanted[unasked[place]]?.workers.map { counts[$0] ?? 0 }.min() ?? 0 }
        var directives: [Directive] = []
        while wanted.count - unasked.count < Self.requestLimit,
            let place = unasked.indices.min(by: { count($0) < count($1) })
        {
            let block = unasked.remove(at: place)
            for worker in wanted[block]?.workers ?? [] { counts[worker, default: 0] += 1 }
            directives += ask(for: block, at: now)
        }
        return directives
    }

    /// Takes note that a worker waits for nothing any more.
    mutating func forgetWanted(by worker: WorkerID, at now: Duration) -> [Directive] {
        for block in wanted.keys { wanted[block]?.workers.removeAll { $0 == worker } }
        wanted = wanted.filter { !$0.value.workers.isEmpty }
        unasked.removeAll { wanted[$0] == nil }
        return fill(at: now)
    }

    /// Requests, once more, for all that was asked for.
    func requestsForWanted() -> [Directive] {
        wanted.filter { $0.value.asked != nil }.keys.sorted().map { .up(.send(.sampleRequest(block: $0))) }
    }
}
