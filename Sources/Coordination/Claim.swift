/// Leaves of a step that were given to a worker.
public struct Claim: Equatable, Sendable {
    /// What a claim is for.
    public enum Purpose: Equatable, Sendable {
        /// The leaves were not answered for yet.
        case first
        /// This other worker, or this same one where there was no other, found their sums infinite or not a number.
        case confirm(finder: Finder)
    }
    /// Who found sums that are not finite.
    public struct Finder: Equatable, Sendable {
        /// The worker.
        public let worker: WorkerID
        /// Its name, for people; it may have gone.
        public let name: String

        /// A worker that found such sums.
        public init(worker: WorkerID, name: String) { (self.worker, self.name) = (worker, name) }
    }
    /// Counts up over a run of a coordinator, from a number that the next run is unlikely to use; never 0.
    public let id: UInt64
    /// Who computes them.
    public let worker: WorkerID
    /// The leaves.
    public let leaves: Range<Int>
    /// What for.
    public let purpose: Purpose
    /// Since when.
    public let since: Duration
}
