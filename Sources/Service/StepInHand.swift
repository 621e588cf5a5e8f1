import Coordination
import Numerics
import Upstream
import Wire

/// A step whose sums come, and how far it is made while they do.
struct StepInHand {
    /// Parts of sums that wait for their report: nothing is to be made of them before it is taken.
    struct Held {
        let claim: UInt64
        var parts: [(leaves: Range<Int>, part: Int, vector: FloatBlock)] = []
    }
    /// What the workers' sums are added up in.
    var sums: StepSums
    var held: [WorkerID: Held] = [:]
    /// Whole sums that count once another worker's are the same, by their claims.
    var answers: [UInt64: [LeafSum]] = [:]
    /// The parts that the optimiser has made, from the first on, as they are published.
    var made: [RawFrame] = []
    /// Whether a part's sum is infinite or not a number: then the step is not made.
    var isSpoilt = false

    /// A step of which nothing is done.
    init(_ round: Int, of job: Job, in parts: VectorParts) {
        sums = StepSums(parts) { place in
            SumTree(
                SumTreeShape(leafCount: job.shardsPerStep), step: round, rounding: job.sumRounding,
                threads: CoordinatorShell.threads, place: place)
        }
    }
}

/// Parameters that a step is computed at, as they are sent: whole, and in parts.
struct Published {
    let whole: RawFrame
    let parts: [RawFrame]

    /// Parameters to send; `made` are their parts where there are frames of them already.
    init(_ parameters: FloatBlock, of job: Job, in parts: VectorParts, made: [RawFrame]? = nil) {
        let element = job.settings.arithmetic.wire.ofParameters
        whole = RawFrame(parameters, as: element)
        self.parts = made ?? parameters.cut(parts).map { RawFrame($0, as: element) }
    }
}
