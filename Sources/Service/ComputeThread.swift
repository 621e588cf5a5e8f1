import Checkpoints
import Foundation
import Messaging
import Numerics
import Signals
import Upstream
import Wire

/// The thread of a worker that computes, so that the one that owns the socket never does.
final class ComputeThread: Sendable {
    /// What it is asked to do.
    enum Order: Sendable {
        /// Take over this job, without samples where they come with each work; what comes from earlier jobs is void.
        case prepare(Job, Samples?, blocks: [FloatBlock], generation: Int)
        case compute(Work, parameters: FloatBlock, samples: GatheredSamples?, generation: Int)
        case end
    }
    /// What it answers, with the generation of the job that the answer is of.
    struct Answer: Sendable {
        enum Content: Sendable {
            case prepared(probeDigest: String)
            /// The sums, from left to right; nil where one is infinite or not a number.
            case computed(Work, sums: [LeafSum]?, time: Duration)
            case failed(any Error)
        }
        let generation: Int
        let content: Content
    }
    private let orders: Mailbox<Order>
    /// Its answers, for the thread that owns the socket.
    let answers: Mailbox<Answer>
    private let threads: Int
    private let processors: [Int]?

    /// A thread that waits for orders, with `threads` threads for the shards of a run, each on its one of `processors`.
    ///
    /// - Throws: when the process has no descriptors or threads left.
    init(threads: Int, processors: [Int]?) throws {
        (self.threads, self.processors) = (threads, processors)
        orders = try Mailbox()
        answers = try Mailbox()
        try OwnThread.start("compute", stackSize: 8 << 20) { [self] in work() }
    }

    /// Leaves an order; orders are done one after another.
    func put(_ order: Order) { orders.put(order) }

    private func work() {
        if let processors { Processors.stay(on: [processors[0]]) }
        var (pool, current): (LeafPool?, Int) = (nil, 0)
        while true {
            for order in orders.wait(timeout: .seconds(3600)) {
                switch order {
                case .prepare(let job, let samples, let blocks, let generation):
                    pool = onAllProcessors {
                        LeafPool(job: job, samples: samples, threads: threads, blocks: blocks) { [processors] in
                            if let processors { Processors.stay(on: [processors[$0]]) }
                        }
                    }
                    current = generation
                    let digest = sha256(of: job.probe())
                    answers.put(Answer(generation: generation, content: .prepared(probeDigest: digest)))
                case .compute(let work, let parameters, let samples, let generation):
                    guard generation == current, let pool else { continue }
                    let content = compute(work, parameters, samples, in: pool)
                    answers.put(Answer(generation: generation, content: content))
                case .end: return
                }
            }
        }
    }

    /// Does something by threads that are not the pool's; they stay where the one that starts them is, so that it is
    /// nowhere in particular meanwhile.
    private func onAllProcessors<Result>(_ body: () -> Result) -> Result {
        guard let processors, threads > 1 else { return body() }
        Processors.stay(on: processors)
        defer { Processors.stay(on: [processors[0]]) }
        return body()
    }

    private func compute(
        _ work: Work, _ parameters: FloatBlock, _ samples: GatheredSamples?, in pool: LeafPool
    ) -> Answer.Content {
        let watch = Stopwatch()
        do {
            let sums =
                if let samples {
                    try pool.compute(
                        leaves: work.leaves, round: work.round, parameters: parameters,
                        from: onAllProcessors { pool.prepared(samples) })
                } else {
                    try pool.compute(leaves: work.leaves, round: work.round, parameters: parameters)
                }
            return .computed(work, sums: sums, time: watch.elapsed)
        } catch UpstreamError.notFinite {
            return .computed(work, sums: nil, time: watch.elapsed)
        } catch {
            return .failed(error)
        }
    }
}
