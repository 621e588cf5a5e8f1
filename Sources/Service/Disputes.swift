/// The leaves that a coordinator computes itself because answers for them disagree, or one alone has to be looked at,
/// and since which exchange nobody is to rely on checkpoints meanwhile.
package struct Disputes {
    private struct Dispute: Hashable {
        let round: Int
        let leaves: Range<Int>
    }
    private var unsettled: Set<Dispute> = []
    /// The first exchange that is in doubt; nil where none is.
    package private(set) var doubtedSince: Int?

    /// None.
    package init() {}

    /// Takes note that leaves of an exchange are computed.
    package mutating func add(_ leaves: Range<Int>, of round: Int) {
        unsettled.insert(Dispute(round: round, leaves: leaves))
    }

    /// Takes note that exchanges since one are in doubt.
    ///
    /// - Returns: whether further ones are than before.
    package mutating func doubt(since round: Int) -> Bool {
        if let doubtedSince, doubtedSince <= round { return false }
        doubtedSince = round
        return true
    }

    /// Takes note that it is known what comes of leaves.
    package mutating func settle(_ leaves: Range<Int>, of round: Int) {
        unsettled.remove(Dispute(round: round, leaves: leaves))
    }

    /// Whether nothing more is to be settled.
    package var areSettled: Bool { unsettled.isEmpty }

    /// How far the run has to go back where exchanges since `found` are wrong: what else is not settled yet is given up
    /// as well, with all that it puts in doubt.
    package func wayBack(to found: Int) -> Int { unsettled.isEmpty ? found : min(found, doubtedSince ?? found) }

    /// Takes note that nothing is in doubt any more.
    ///
    /// - Returns: whether something was.
    package mutating func endDoubt() -> Bool {
        defer { doubtedSince = nil }
        return doubtedSince != nil
    }

    /// Lets go of all that is not settled.
    package mutating func forget() { unsettled = [] }
}
