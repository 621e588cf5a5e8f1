package import Recognition

/// What is known of whether recognisers had seen the people whom a page shows.
package enum Acquaintance: Sendable, Equatable {
    /// How many of them a model was trained on.
    package enum Seen: Sendable, Equatable {
        /// All of them, with their labels or taught with its own answers for them.
        case all
        /// One at least and not all; its encoder may have learnt from the others, without labels.
        case some
        /// Nobody by its recogniser, and all or some of them by its encoder, without labels.
        case byEncoder(all: Bool)
        /// Nobody.
        case nobody
        /// Its recogniser was trained on nobody of them; whom its encoder learnt from nobody knows.
        case nobodyByRecogniser
    }

    /// Nothing.
    case unknown
    /// Each was recognised by a recogniser that had not seen them.
    case heldOut
    /// What is known of a model; whether the answers are its own, or may be another's.
    case model(Seen, isOwn: Bool)

    /// How well a model knows people.
    ///
    /// - Parameters:
    ///   - provenance: what the model was made of.
    ///   - people: whom the answers are for; names may be there several times.
    ///   - isOwn: whether the answers are the model's.
    package init(of provenance: RecogniserModel.Provenance, with people: some Sequence<String>, isOwn: Bool) {
        let people = Set(people)
        let seen = provenance.seen(of: people)
        guard seen.isEmpty else {
            guard !people.isDisjoint(with: provenance.subjects) else {
                self = .model(.byEncoder(all: seen.count == people.count), isOwn: isOwn)
                return
            }
            self = .model(people.isSubset(of: provenance.subjects) ? .all : .some, isOwn: isOwn)
            return
        }
        guard !provenance.hasNamesake(among: people) else {
            self = .unknown
            return
        }
        let isKnown = provenance.hasSeen(anyOf: people) != nil
        self = .model(isKnown ? .nobody : .nobodyByRecogniser, isOwn: isOwn)
    }

    /// Whether the recognisers had not seen these people; nil where nobody knows.
    var areHeldOut: Bool? {
        switch self {
        case .heldOut, .model(.nobody, isOwn: true): true
        case .model(.all, isOwn: true), .model(.some, isOwn: true), .model(.byEncoder, isOwn: true): false
        case .unknown, .model(.nobodyByRecogniser, _), .model(_, isOwn: false): nil
        }
    }

    /// The same for people, of so many.
    func words(people: Int) -> Prose {
        let these = people == 1 ? "this person" : "these people"
        switch self {
        case .unknown: return "Whether the recogniser had seen \(these), these files do not say."
        case .heldOut, .model(.nobody, isOwn: true):
            return "The recognisers had not seen \(these): each was recognised by one trained on others alone."
        case .model(.nobody, isOwn: false):
            return "The model was not trained on \(these); whether the answers are its own, these files do not say."
        case .model(.nobodyByRecogniser, let isOwn):
            let answers = isOwn ? "" : ", and whether these answers are its own,"
            return """
                The model's recogniser was not trained on \(these); whom its encoder learnt from\(answers) is not known here, \
                as a model names them only where both learnt from one dataset file.
                """
        case .model(.byEncoder(let all), let isOwn):
            let part = people == 1 ? "this person" : all ? "all of them" : "some of them"
            let own = isOwn ? "" : ", where they are its own,"
            return """
                The model's recogniser was not trained on \(these), but its encoder learnt from recordings of \(part), without \
                labels: these answers\(own) are no test on people whom it has never met. Use `ssrm evaluate \
                --predictions-out` for that.
                """
        case .model(let seen, let isOwn):
            let part = people == 1 ? "" : seen == .all ? "all of " : "some of "
            let own = isOwn ? "what is shown of them" : "where these answers are its own, what is shown"
            return """
                The model was trained on \(part)\(these): \(own) says nothing about others. Use \
                `ssrm evaluate --predictions-out` for answers about people held out.
                """
        }
    }
}
