package import Wire

extension Employment {
    /// Takes a message whose header could be read.
    ///
    /// - Parameters:
    ///   - message: what was said.
    ///   - blockLengths: how many floats come with it, in each block.
    ///   - isShared: whether some of them are in the coordinator's memory.
    ///   - isAhead: whether they came in parts ahead of it.
    ///   - now: the time.
    /// - Returns: what to do about it.
    package mutating func onMessage(
        _ message: Message, blockLengths: [Int] = [], isShared: Bool = false, isAhead: Bool = false, at now: Duration
    ) -> [Directive] {
        heard = now
        admission.onHearing()
        switch message {
        case .wait(let wait):
            return admission.onWait(byRelay: !wait.relays.isEmpty, at: now).map { [.event($0)] } ?? []
        case .welcome(let welcome): return [.examine(welcome)]
        case .sampleBlock(let block):
            return stream?.asked.contains(block) ?? false ? [.takeBlock(block)] : []
        case .parameterPart(let part):
            published.adopt(history: part.history)
            return onParameterPart(part, blockLengths)
        case .work(let work):
            published.adopt(history: work.history)
            // Parts that a broken connection took are as parameters that it took: the next sign of life shows it.
            let areHere = !isAhead || published.takeAhead(work.round, in: parts?.count)
            return onWork(work, areHere ? blockLengths : [], isShared: isShared)
        case .heartbeatReply(_, let releasedBelow): return released(claims.release(below: releasedBelow))
        case .refusal(let refusal): return onRefusal(refusal, at: now)
        case .finish(let end): return released(claims.releaseAll()) + [.event(.finished(end)), .end]
        case .hello, .sampleRequest, .ready, .leafReport, .sumPart, .heartbeat, .farewell:
            return [.fail("\(endpoint) is a worker, not a coordinator")]
        }
    }

    /// After so many altered messages, with no work done between them, it is not chance.
    private static let alteredLimit = 5

    /// Takes note of a message that could not be read: what it was about is begun anew, with a hello.
    ///
    /// Nothing is known of what was in it, so nothing that came before is relied on. A coordinator that speaks another
    /// version, or of which nothing can be read, is of no use.
    package mutating func onUnreadable(_ error: WireError, at now: Duration) -> [Directive] {
        let text = "a message from the coordinator at \(endpoint) can't be read: \(error)"
        if case .version = error { return [.fail(text)] }
        return beginAnew(because: text, at: now)
    }

    private mutating func beginAnew(because reason: String, at now: Duration) -> [Directive] {
        alteredCount += 1
        if alteredCount >= Self.alteredLimit { return [.fail(reason)] }
        forgetClaims()
        published.forget()
        (isWelcome, nextSign) = (false, now)
        return [.event(.beganAnew(reason: reason))]
    }

    /// Takes up the job that a welcome is of, or goes on with it.
    package mutating func onJob(_ offered: Job, in welcome: Welcome, at now: Duration) -> [Directive] {
        admission.onWelcome()
        (isWelcome, heartbeat, nextSign, isSharing) = (true, welcome.heartbeat, now + welcome.heartbeat, false)
        parts = VectorParts(of: offered.vectorCount, length: welcome.partLength)
        published.forgetParts()
        var directives: [Directive] = []
        if session != welcome.session {
            // Another process: it has nothing of what was lent to the last one.
            session = welcome.session
            published.forget()
            forgetClaims()
            directives += released(claims.onOtherCoordinator())
        }
        directives.append(.share(welcome.memory))
        if job?.digest == offered.digest { return directives + goOn() }
        let hadAnother = job != nil
        job = offered
        published.forget()
        forgetClaims()
        generation += 1
        directives.append(.event(hadAnother ? .joinedAnother(endpoint: endpoint) : .joined(endpoint: endpoint)))
        if let note = offered.note { directives.append(.event(.slowProducts(note: note))) }
        if hello.datasetDigest == offered.datasetDigest {
            stream = nil
            return directives + prepare()
        }
        if let datasetPath { directives.append(.event(.otherDataset(path: datasetPath))) }
        let keepsBlocks =
            stream?.datasetDigest == offered.datasetDigest && stream?.capacity == offered.blockCapacity
        if !keepsBlocks { stream = BlockStream(of: offered.datasetDigest, capacity: offered.blockCapacity) }
        return directives + [.stream(keepsBlocks: keepsBlocks)] + prepare()
    }

    /// There is no work in hand any more, and nothing to bring together for it.
    private mutating func forgetClaims() {
        claims.dropAll()
        (bringing, broughtNext) = (nil, nil)
        stream?.needNothing()
    }

    /// Says again what the coordinator may not have heard.
    private func goOn() -> [Directive] {
        let asked = (stream?.asked ?? []).map { Directive.send(.sampleRequest(block: $0)) }
        guard case .ready(let probeDigest) = stage else { return asked }
        return [.sayReady(probeDigest: probeDigest)] + asked
    }

    private mutating func onWork(_ work: Work, _ blockLengths: [Int], isShared: Bool) -> [Directive] {
        guard let job, isReady, work.round < job.rounds, work.leaves.upperBound <= job.leafCount,
            blockLengths.isEmpty || blockLengths == [job.vectorCount]
        else { return [.fail("the coordinator sent work that does not fit its job")] }
        if isShared { isSharing = true }
        let released = released(claims.release(below: work.releasedBelow))
        let areNew = !blockLengths.isEmpty
        if areNew { published.keep(work.round, roundsAtOnce: job.roundsAtOnce) }
        // Without this round's parameters, which a broken connection took, the next sign of life shows that the work is
        // not in hand.
        guard published.contains(work.round), !claims.inHand.contains(work.claim) else { return released }
        // What is of a round that is not computed at once with this one is over, and its parameters are gone.
        for old in [bringing, broughtNext].compactMap(\.self) where abs(old.round - work.round) >= job.roundsAtOnce {
            claims.drop(old.claim)
        }
        claims.take(work.claim, limit: job.roundsAtOnce)
        guard stream != nil else {
            claims.onOrder(work.claim)
            return released + [.compute(work, withNewParameters: areNew, generation: generation)]
        }
        if let bringing, claims.inHand.contains(bringing.claim) {
            broughtNext = work
            return released + (areNew ? [.keepParameters(of: work)] : [])
        }
        bringing = work
        if let next = broughtNext, !claims.inHand.contains(next.claim) { broughtNext = nil }
        return released + [.bring(work, withNewParameters: areNew)]
    }

    private mutating func onParameterPart(_ part: ParameterPart, _ blockLengths: [Int]) -> [Directive] {
        guard isReady, let parts else { return [] }
        guard part.part < parts.count, blockLengths == [parts[part.part].count] else {
            return [.fail("the coordinator sent parameters that do not fit its job")]
        }
        return published.onPart(part) ? [.takePart(part.part)] : []
    }

    private func released(_ claims: [UInt64]) -> [Directive] { claims.isEmpty ? [] : [.release(claims)] }

    private mutating func onRefusal(_ refusal: Refusal, at now: Duration) -> [Directive] {
        switch refusal.code {
        case .unknownWorker:  // a coordinator that was restarted, or that took this worker for dead
            guard isWelcome else { return [] }
            (isWelcome, nextSign) = (false, now)
            return [.event(.forgotten)]
        case .staleRound, .notAssigned: return []  // somebody else was faster
        case .version:
            let text = """
                the coordinator at \(endpoint) speaks protocol version \(refusal.version), this worker version \
                \(protocolVersion); install the same ssrm on both machines
                """
            return [.fail(text)]
        case .malformed:  // altered on its way; whoever says such things by himself is refused again
            return beginAnew(because: "refused by the coordinator at \(endpoint): \(refusal.text.printable)", at: now)
        case .otherArithmetic, .noSuchBlock, .refuted, .notAuthorized:
            return [.fail("refused by the coordinator at \(endpoint): \(refusal.text.printable)")]
        }
    }
}
