/// Blocks of samples that workers below wait for.
extension Relay {
    /// For no more blocks is the coordinator asked at once, to which a relay is one worker: what else one waits for it
    /// would forget.
    package static let requestLimit = 64
    /// So many heartbeats without a block pass until one is asked for again.
    private static let samplePatience = 5

    /// A block that workers below wait for.
    struct WantedBlock: Sendable {
        var workers: [WorkerID]
        var isAsked: Bool
    }

    /// Takes note that a worker waits for a block of samples that is not here: the coordinator is asked for it once,
    /// and again where a worker asks again and none has come for a while.
    package mutating func onWanted(_ block: Int, by worker: WorkerID, at now: Duration) -> [Directive] {
        guard var known = wanted[block] else {
            let isAsked = wanted.count - unasked.count < Self.requestLimit
            wanted[block] = WantedBlock(workers: [worker], isAsked: isAsked)
            if isAsked { return ask(for: block, at: now) }
            unasked.append(block)
            return []
        }
        let isNobodys = known.workers.isEmpty
        if !known.workers.contains(worker) { known.workers.append(worker) }
        wanted[block] = known
        let isOverdue = now - samplesMoved >= employment.heartbeat * Self.samplePatience
        return known.isAsked && (isNobodys || isOverdue) ? ask(for: block, at: now) : []
    }

    private mutating func ask(for block: Int, at now: Duration) -> [Directive] {
        samplesMoved = now
        return [.up(.send(.sampleRequest(block: block)))]
    }

    /// Takes a block that came for those who wait for it, and asks for another one in its place.
    ///
    /// - Returns: what to do about it; nil where nobody was to get it.
    mutating func onBlock(_ block: Int, at now: Duration) -> [Directive]? {
        guard let known = wanted.removeValue(forKey: block) else { return nil }
        if !known.isAsked { unasked.removeAll { $0 == block } }
        samplesMoved = now
        return [.passOn(block: block, to: known.workers)] + askForNext(at: now)
    }

    /// Asks for what the worker waits for whom the fewest blocks are on their way, so that none has all of them.
    private mutating func askForNext(at now: Duration) -> [Directive] {
        var counts: [WorkerID: Int] = [:]
        for known in wanted.values where known.isAsked {
            for worker in known.workers { counts[worker, default: 0] += 1 }
        }
        func count(_ place: Int) -> Int { wanted[unasked[place]]?.workers.map { counts[$0] ?? 0 }.min() ?? 0 }
        guard let place = unasked.indices.min(by: { count($0) < count($1) }) else { return [] }
        let block = unasked.remove(at: place)
        wanted[block]?.isAsked = true
        return ask(for: block, at: now)
    }

    /// Takes note that a worker waits for nothing any more.
    mutating func forgetWanted(by worker: WorkerID) {
        for block in wanted.keys { wanted[block]?.workers.removeAll { $0 == worker } }
        dropUnasked()
    }

    private mutating func dropUnasked() {
        for block in unasked where wanted[block]?.workers.isEmpty ?? true { wanted[block] = nil }
        unasked.removeAll { wanted[$0] == nil }
    }

    /// Requests, once more, for all that was asked for and somebody waits for.
    mutating func requestsForWanted() -> [Directive] {
        wanted = wanted.filter { !$0.value.workers.isEmpty }
        return wanted.filter(\.value.isAsked).keys.sorted().map { .up(.send(.sampleRequest(block: $0))) }
    }
}
