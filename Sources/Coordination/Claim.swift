/// Leaves of a round that were given to a worker.
package struct Claim: Equatable, Sendable {
    /// What a claim is for.
    package enum Purpose: Equatable, Sendable {
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
    package struct Finder: Equatable, Sendable {
        /// The worker.
        package let worker: WorkerID
        /// Its name, for people; it may have gone.
        package let name: String

        /// A worker that found such sums.
        package init(worker: WorkerID, name: String) { (self.worker, self.name) = (worker, name) }
    }
    /// An answer that counts only once another one agrees.
    package struct Answer: Equatable, Sendable {
        /// The claim that it is of.
        package let claim: UInt64
        /// Its leaves.
        package let leaves: Range<Int>
        /// Who gave it.
        package let worker: WorkerID
        /// Its name, for people; it may have gone.
        package let name: String
        /// What tells its sums and figures from others.
        package let mark: String
    }
    /// Counts up over a run of a coordinator, from a number that the next run is unlikely to use; never 0.
    package let id: UInt64
    /// Who computes them.
    package let worker: WorkerID
    /// The leaves.
    package let leaves: Range<Int>
    /// What for.
    package let purpose: Purpose
    /// Since when.
    package let since: Duration
}
