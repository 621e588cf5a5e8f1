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
    }
    /// A connection may break by chance; so many in a row do not.
    private static let brokenLimit = 3

    /// How long after it was turned away it tries anew.
    private static let retryPause = Duration.seconds(1)

    /// Takes note of such an attempt; a reason why it failed is told of once.
    public mutating func onHandshake(_ outcome: Handshake, at now: Duration) -> [Directive] {
        if outcome == .notListed || outcome == .otherMechanism { retry = now + Self.retryPause }
        if outcome == .succeeded {
            rejection = nil
            return []
        }
        let count = rejection?.outcome == outcome ? (rejection?.count ?? 0) + 1 : 1
        rejection = (outcome, count)
        guard count == (outcome == .broken ? Self.brokenLimit : 1), let reason = rejectionReason else { return [] }
        return [.event(.notTakenIn(reason: reason))]
    }

    /// Why it was not taken in, and what to do about it; nil where that is not known.
    var rejectionReason: String? {
        guard let (outcome, count) = rejection else { return nil }
        switch (outcome, keys) {
        case (.succeeded, _), (.broken, nil): return nil
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
                whoever is at \(endpoint) has another key than \(keys)/coordinator says, or is no coordinator: compare it with \
                the file 'public' there, and `ssrm keys trust \(keys) FILE` takes that one
                """
        }
    }
}
