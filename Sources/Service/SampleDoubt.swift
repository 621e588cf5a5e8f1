/// What of a run may be kept while it is not known whether its dataset's file is what it was.
///
/// Whether it is now, `SampleWatch` knows; it is asked for only where that matters.
package struct SampleDoubt<State> {
    /// The state before the file was in question; nil while it is not, or where no round has ended since.
    package private(set) var unquestioned: State?
    private var owesCheckpoint = false

    /// None.
    package init() {}

    /// Takes note of the end of a round that others follow, which came to `state`.
    ///
    /// - Returns: whether the file is in question from now on.
    package mutating func onRound(isWhole: Bool, state: @autoclosure () -> State) -> Bool {
        guard !isWhole, unquestioned == nil else { return false }
        unquestioned = state()
        return true
    }

    /// Whether a checkpoint is to be written now: one that is due, or was while the file was in question.
    package mutating func takesCheckpoint(isDue: Bool, isWhole: @autoclosure () -> Bool) -> Bool {
        owesCheckpoint = owesCheckpoint || isDue
        guard owesCheckpoint, isWhole(), unquestioned == nil else { return false }
        owesCheckpoint = false
        return true
    }

    /// Whether what the run comes to may be kept as its result.
    package func isSettled(isWhole: @autoclosure () -> Bool) -> Bool { isWhole() && unquestioned == nil }

    /// Takes note that the file is what it was, or that the run is back at a state from before it was in question.
    package mutating func end() { unquestioned = nil }
}
