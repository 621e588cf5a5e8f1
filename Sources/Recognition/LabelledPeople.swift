import Numerics

/// Which people keep their labels in the draws of a curve over numbers of labelled people.
public enum LabelledPeople {
    /// These people in an order drawn at random: the first so many of them keep their labels.
    ///
    /// So those of a smaller number are among those of a larger one of the same draw.
    ///
    /// - Parameters:
    ///   - people: who has labels among those trained on.
    ///   - fold: the fold's number.
    ///   - draw: the draw's number.
    ///   - seed: what all draws follow from.
    /// - Returns: the same people.
    public static func order(of people: [Int], fold: Int, draw: Int, seed: UInt64) -> [Int] {
        guard !people.isEmpty else { return [] }
        let order = Permutation(
            count: people.count, seed: seed, stream: RandomStream.labelledPeople(fold: fold, draw: draw))
        return people.indices.map { people[order[$0]] }
    }
}
