import Numerics
import Wire

/// Vectors that go through a relay in parts: it sends each on while others travel, so that what is behind it waits for
/// a part, and not for a vector, longer than without it.
extension Relay {
    /// How vectors are cut below: as they are above, or not at all.
    package func parts(of vectorCount: Int) -> VectorParts { employment.parts ?? VectorParts(whole: vectorCount) }

    /// Takes a part of parameters that is the next one.
    mutating func onPart(_ part: ParameterPart) -> [Directive] {
        adopt(history: part.history)
        return [.takePart(part, to: training?.takers(ofPartsOf: part.round) ?? [])]
    }

    /// Where the run went back, or is another process's: what is in hand, and what workers have, is of a state that was
    /// given up.
    mutating func adopt(history: Int) {
        if published.map({ $0 == (employment.session, history) }) ?? false { return }
        dropRuns()
        published = (employment.session, history)
        let before = training?.history ?? 0
        training?.adopt(history: before + 1)
    }
}
