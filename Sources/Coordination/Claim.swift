/// Leaves of a step that were given to a worker.
public struct Claim: Equatable, Sendable {
    /// What a claim is for.
    public enum Purpose: Equatable, Sendable {
        /// The leaves were not answered for yet.
        case first
        /// Another worker's answer for the same leaves is overdue: whichever comes first counts.
        case backup
        /// How fast the worker is by now is to be found out; others have the same leaves.
        case trial
        /// Another worker's answer for the same leaves is to be compared with this one's.
        case audit
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
    /// An answer that counts only once another one agrees.
    public struct Answer: Equatable, Sendable {
        /// The claim that it is of.
        public let claim: UInt64
        /// Its leaves.
        public let leaves: Range<Int>
        /// Who gave it.
        public let worker: WorkerID
        /// Its name, for people; it may have gone.
        public let name: String
        /// What tells its sums and figures from others.
        public let mark: String
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
