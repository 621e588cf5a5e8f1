import Foundation
import Messaging
import Numerics
import Signals
import Upstream

/// The thread of a worker that computes, so that the one that owns the socket never does.
final class ComputeThread: Sendable {
    /// What it is asked to do.
    enum Order: Sendable {
        case prepare(Job, Samples)
        case compute(step: Int, shards: Range<Int>, parameters: FloatBlock)
        case end
    }
    /// What it answers.
    enum Answer: Sendable {
        case prepared(probeDigest: String)
        case computed(step: Int, shards: Range<Int>, sums: [ShardSum])
        case failed(any Error)
    }
    private let orders: Mailbox<Order>
    /// Its answers, for the thread that owns the socket.
    let answers: Mailbox<Answer>
    private let threads: Int

    /// A thread that waits for orders, with `threads` threads for the shards of a run.
    init(threads: Int) throws {
        self.threads = threads
        orders = try Mailbox()
        answers = try Mailbox()
        let thread = Thread { [self] in work() }
        thread.name = "compute"
        thread.stackSize = 8 << 20
        thread.start()
    }

    /// Leaves an order; orders are done one after another.
    func put(_ order: Order) { orders.put(order) }

    private func work() {
        var pool: ShardPool?
        while true {
            for order in orders.wait(timeout: .seconds(3600)) {
                switch order {
                case .prepare(let job, let samples):
                    pool = ShardPool(job: job, samples: samples, threads: threads)
                    answers.put(.prepared(probeDigest: sha256(of: ShardGradient(job: job).probe())))
                case .compute(let step, let shards, let parameters):
                    do {
                        guard let pool else { throw ProgramError("work came before the job") }
                        let sums = try pool.compute(shards: shards, step: step, parameters: parameters)
                        answers.put(.computed(step: step, shards: shards, sums: sums))
                    } catch {
                        answers.put(.failed(error))
                    }
                case .end: return
                }
            }
        }
    }
}
