/// Whether a run goes on.
package enum RunState: String, Encodable, Sendable, CaseIterable {
    /// A coordinator is there, and no worker.
    case waiting
    /// A coordinator is there with workers.
    case running
    /// All steps are done.
    case finished
    /// It was asked to end before its last step.
    case stopped
    /// It could not go on; its last problem is why.
    case failed
    /// Its coordinator ended without a word.
    case interrupted
    /// The files don't tell: none was written for a while, and the coordinator is not on this machine.
    case unknown
}
