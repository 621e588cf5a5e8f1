import Numerics
package import Signals
package import Upstream
import Wire

/// How long what a round is made of takes on this machine.
package struct MeasuredWorker: Sendable, Encodable {
    /// Seconds for one leaf of one step on one thread.
    package let leafSeconds: Double
    /// Seconds for a step of the optimiser on one thread, as local steps take it.
    let optimiserSeconds: Double
    /// Seconds in which the coordinator looks at a sum and makes the next state.
    package let outerSeconds: Double
    /// Nanoseconds that a byte keeps whoever sends or takes it.
    let handlingNanoseconds: Double

    private enum CodingKeys: String, CodingKey {
        case leafSeconds = "leaf_s"
        case optimiserSeconds = "optimiser_s"
        case outerSeconds = "outer_s"
        case handlingNanoseconds = "handling_ns_per_byte"
    }

    /// About how long leaves are computed; one is, however long it takes.
    private static let patience = Duration.seconds(2)

    /// Measures the job's own leaves, on samples of its dataset.
    ///
    /// - Parameters:
    ///   - planned: the job; its arithmetic has no fault here.
    ///   - samples: the dataset's samples.
    /// - Throws: `UpstreamError` where a leaf can't be computed.
    package init(_ planned: Job, samples: Samples) throws {
        var job = planned
        job.settings.exchange = .synchronous
        let pool = LeafPool(job: job, samples: samples, threads: 1)
        var state = TrainingState(startOf: job)
        let (watch, leafCount) = (Stopwatch(), job.shardsPerStep)
        var (leaf, times): (Int, [Double]) = (0, [])
        var sum: LeafSum?
        repeat {
            // The first leaves of several steps: the order of the samples makes each of them others.
            let start = watch.elapsed
            sum = try pool.compute(leaves: leaf..<leaf + 1, round: 0, parameters: state.published).first
            times.append((watch.elapsed - start).seconds)
            leaf = (leaf + 1) % leafCount
        } while watch.elapsed < Self.patience && times.count < 1000
        // What the first one does once (pages, caches) is no part of a leaf.
        leafSeconds = Percentiles(times.count > 1 ? Array(times.dropFirst()) : times).at(0.5)
        guard let vector = sum?.vector else { preconditionFailure("a run of one leaf has no sum") }
        optimiserSeconds = Self.median { state.advance(sum: vector) }
        outerSeconds = Self.median {
            _ = vector.isFinite(threads: CoordinatorShell.threads)
            state.advance(sum: vector, threads: CoordinatorShell.threads)
        }
        // Each byte is looked at when it is sent and when it comes, and is added.
        let other = FloatBlock(count: vector.count)
        let bytes = Double(4 * vector.count)
        handlingNanoseconds =
            1e9 / bytes
            * Self.median {
                _ = RawFrame(vector).checksum
                other.add(vector)
            }
    }

    private static func median(_ work: () -> Void) -> Double {
        let watch = Stopwatch()
        let times = (0..<7).map { _ in
            let start = watch.elapsed
            work()
            return (watch.elapsed - start).seconds
        }
        return Percentiles(times).at(0.5)
    }
}
