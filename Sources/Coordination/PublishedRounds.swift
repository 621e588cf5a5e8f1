import Wire

/// Which rounds' published parameters a worker has.
struct PublishedRounds: Sendable {
    /// The round whose parameters come in parts, and the part that is to come next.
    private var ahead: (round: Int, next: Int)?
    /// The rounds whose parameters are here.
    private var rounds: [Int] = []
    /// As of `Work`.
    private var history = 0

    /// Whether a round's parameters are here.
    func contains(_ round: Int) -> Bool { rounds.contains(round) }

    /// Takes note that a round's parameters are here, beside those of rounds that are computed at once with it.
    mutating func keep(_ round: Int, roundsAtOnce: Int) { rounds.keep(round, roundsAtOnce) }

    /// Takes note that none are here, whole or in parts.
    mutating func forget() { (rounds, ahead) = ([], nil) }

    /// Takes note that what came in parts is not gone on with.
    mutating func forgetParts() { ahead = nil }

    /// What came before the run went back, or forth, is of other states than the numbers of its rounds tell now.
    mutating func adopt(history: Int) {
        if history == self.history { return }
        self.history = history
        forget()
    }

    /// Takes note of a part.
    ///
    /// - Returns: whether it is the one that had to come next; where it is not, all before it is of no use.
    mutating func onPart(_ part: ParameterPart) -> Bool {
        if part.part == 0 { ahead = (part.round, 0) }
        guard let next = ahead?.next, ahead?.round == part.round, next == part.part else {
            ahead = nil
            return false
        }
        ahead?.next = next + 1
        return true
    }

    /// Whether all of a round's parameters are here that come in so many parts; they are taken as they are, or never.
    mutating func takeAhead(_ round: Int, in partCount: Int?) -> Bool {
        defer { ahead = nil }
        return ahead?.round == round && ahead?.next == partCount
    }
}
