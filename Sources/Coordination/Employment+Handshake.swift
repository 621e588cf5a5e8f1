extension Employment {
    /// What became of an attempt to be taken in by the other side, before a word was said.
    public enum Handshake: Equatable, Sendable {
        /// It was taken in.
        case succeeded
        /// The other side does not list its key.
        case notListed
        /// One side has keys and the other has none.
        case otherMechanism
        /// The other side ended the connection.
        case broken
        /// A connection is over, whether it was taken in or not.
        case ended
    }
    /// A connection may break by chance; so many in a row do not.
    private static let brokenLimit = 3

    /// How long after it was turned away it tries anew.
    private static let retryPause = Duration.seconds(1)

    /// Takes note of such an attempt; a reason why it failed is told of once.
    public mutating func onHandshake(_ outcome: Handshake, at now: Duration) -> [Directive] {
        isTakenIn = outcome == .succeeded
        switch outcome {
        case .ended: return []
        case .succeeded:
            rejection = nil
            onHearing()
            return []
        case .notListed, .otherMechanism: retry = now + Self.retryPause
        case .broken: break
        }
        let count = rejection?.outcome == outcome ? (rejection?.count ?? 0) + 1 : 1
        rejection = (outcome, count)
        guard count == (outcome == .broken ? Self.brokenLimit : 1), let reason = rejectionReason else { return [] }
        return [.event(.notTakenIn(reason: reason))]
    }

    /// Where a connection is made anew, nothing waits in it.
    mutating func onNewConnection() { (isTakenIn, helloWaits) = (false, false) }

    /// Whatever is heard shows that the connection was taken in, also where the end of one before it is told of later.
    mutating func onHearing() { (isTakenIn, helloWaits, absentSince) = (true, false, nil) }

    /// How long nobody is there until a person is told.
    private static let absenceLimit = Duration.seconds(10)

    /// Says hello where none waits in a connection that nobody took in yet, and tells once that nobody is there.
    ///
    /// More hellos would all be read at once by whoever comes at last, as those of a peer that says nothing else.
    mutating func sayHello(at now: Duration) -> [Directive] {
        var directives: [Directive] = []
        if !helloWaits {
            var hello = hello
            hello.threads = max(1, threads ?? hello.threads)
            if hearsOfHandshakes, !isTakenIn { (helloWaits, absentSince) = (true, absentSince ?? now) }
            directives.append(.send(.hello(hello)))
        }
        if let absentSince, rejectionReason == nil, !isToldOfAbsence, now - absentSince >= Self.absenceLimit {
            isToldOfAbsence = true
            directives.append(.event(.nobodyThere(endpoint: endpoint, patience: patience)))
        }
        return directives
    }

    /// Why it was not taken in, and what to do about it; nil where that is not known.
    var rejectionReason: String? {
        guard let (outcome, count) = rejection else { return nil }
        switch (outcome, keys) {
        case (.succeeded, _), (.ended, _), (.broken, nil): return nil
        case (.notListed, let keys):
            let file = keys.map { "\($0)/public" } ?? "its file 'public'"
            return
                "the coordinator at \(endpoint) does not list this key: `ssrm keys authorize` there, with \(file), lets it come"
        case (.otherMechanism, nil): return "whoever is at \(endpoint) takes those with keys alone: give --keys FOLDER"
        case (.otherMechanism, _?):
            return "whoever is at \(endpoint) has no keys: give it --keys FOLDER, or none to this one"
        case (.broken, let keys?):
            if count < Self.brokenLimit { return nil }
            return
                """
                whoever is at \(endpoint) has another key than \(keys)/coordinator says, or is no coordinator, like a \
                forwarded port that nothing listens behind yet: compare it with the file 'public' there; only where that is \
                another, `ssrm keys trust \(keys) FILE` takes it
                """
        }
    }
}
