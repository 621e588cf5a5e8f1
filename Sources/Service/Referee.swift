import Messaging
import Numerics
import Signals
import Upstream
import Wire

/// Computes leaves in the coordinator's own process, beside its loop, where workers' answers disagree.
final class Referee {
    /// What leaves came to.
    struct Verdict {
        let round: Int
        let leaves: Range<Int>
        /// From left to right; nil where one is infinite or not a number.
        let sums: [LeafSum]?
    }
    private let thread: ComputeThread
    /// What it has to know before it computes; nil once it does.
    private var preparation: (job: Job, samples: Samples)?
    /// Counts up where what was ordered is void.
    private var era: UInt64 = 0

    /// A referee for a job on these samples, which takes memory once it is needed.
    ///
    /// - Throws: when the process has no descriptors or threads left.
    init(job: Job, samples: Samples, threads: Int) throws {
        thread = try ComputeThread(threads: threads, processors: nil)
        preparation = (job, samples)
    }

    deinit { thread.put(.end) }

    /// Readable while there are verdicts.
    var descriptor: Int32 { thread.answers.descriptor }

    /// Begins to compute leaves of a round.
    func compute(_ leaves: Range<Int>, round: Int, parameters: FloatBlock) {
        if let (job, samples) = preparation {
            thread.put(.prepare(job, samples, blocks: [], generation: 1))
            preparation = nil
        }
        let work = Work(claim: era, round: round, leaves: leaves, releasedBelow: 0)
        thread.put(.compute(work, parameters: parameters, samples: nil, generation: 1))
    }

    /// Has no verdict on what was ordered so far.
    func forget() { era += 1 }

    /// What was computed since.
    ///
    /// - Throws: where leaves could not be computed, as when samples are not whole any more.
    func takeVerdicts() throws -> [Verdict] {
        try thread.answers.takeAll().compactMap { answer in
            switch answer.content {
            case .prepared: nil
            case .computed(let work, _, _) where work.claim != era: nil
            case .computed(let work, let sums, _): Verdict(round: work.round, leaves: work.leaves, sums: sums)
            case .failed(let error): throw error
            }
        }
    }
}
