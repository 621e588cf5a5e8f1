import Coordination
import Numerics
import Upstream
import Wire

/// A round whose sums come, and how far it is made while they do.
struct RoundInHand {
    /// Parts of sums that wait for their report: nothing is to be made of them before it is taken.
    struct Held {
        let claim: UInt64
        var parts: [(leaves: Range<Int>, part: Int, vector: FloatBlock)] = []
    }
    /// What the workers' sums are added up in.
    var sums: RoundSums
    var held: [WorkerID: Held] = [:]
    /// Sums that count once another worker's are the same, and what tells them from others of the same leaves.
    struct Answer {
        let sums: [LeafSum]
        let mark: String
    }
    var answers: [UInt64: Answer] = [:]
    private var markCount = 0
    /// The parts that the optimiser has made, from the first on, as they are published.
    var made: [RawFrame] = []
    /// Whether a part's sum is infinite or not a number: then the round is not made.
    var isSpoilt = false

    /// Keeps a part of a worker's sums until their report is taken; the first one takes the place of all before.
    mutating func hold(_ part: SumPart, of nodes: [Range<Int>], _ vectors: [FloatBlock], from worker: WorkerID) {
        if part.part == 0 || held[worker]?.claim != part.claim { held[worker] = Held(claim: part.claim) }
        held[worker]?.parts += zip(nodes, vectors).map { ($0, part.part, $1) }
    }

    /// Takes the sums of a report whose vectors came ahead of it.
    ///
    /// - Returns: false, and nothing is taken, where they are looked through and one is infinite or not a number.
    mutating func takeAhead(
        _ report: LeafReport, _ nodes: [LeafReport.Node], from worker: WorkerID, isLookedThrough: Bool
    ) -> Bool {
        let all = held.removeValue(forKey: worker)
        let own = all.flatMap { $0.claim == report.claim ? $0.parts : nil } ?? []
        if isLookedThrough {
            let nothing = FloatBlock(count: 0)
            let looked =
                own.map { LeafSum(leaves: $0.leaves, vector: $0.vector, figures: []) }
                + nodes.map { LeafSum(leaves: $0.leaves, vector: nothing, figures: $0.figures) }
            guard looked.allSatisfy({ $0.leavesRoom(among: leafCount) }) else { return false }
        }
        for (leaves, part, vector) in own { sums.insert(leaves, part: part, vector) }
        for node in nodes { sums.insert(node.leaves, figures: node.figures) }
        return true
    }

    /// What sums bear whose bits are those of an answer, or else of none until now.
    mutating func mark(of sums: [LeafSum]) -> String { answer(with: sums)?.mark ?? newMark() }

    /// Keeps an answer: a copy, for what lies in the worker's memory may be something else a moment later.
    ///
    /// - Returns: what tells its sums from others of the same leaves.
    mutating func keep(_ sums: [LeafSum], of claim: UInt64) -> String {
        let answer =
            answer(with: sums)
            ?? Answer(
                sums: sums.map {
                    LeafSum(leaves: $0.leaves, vector: FloatBlock(copying: $0.vector), figures: $0.figures)
                }, mark: newMark())
        answers[claim] = answer
        return answer.mark
    }

    private func answer(with sums: [LeafSum]) -> Answer? {
        answers.values.first {
            $0.sums.count == sums.count && zip($0.sums, sums).allSatisfy { $0.isSame(as: $1) }
        }
    }

    private mutating func newMark() -> String {
        markCount += 1
        return "\(markCount)"
    }

    private let leafCount: Int

    /// A round of which nothing is done.
    init(_ round: Int, of job: Job, in parts: VectorParts) {
        leafCount = job.shardsPerStep
        sums = RoundSums(parts) { place in
            SumTree(
                SumTreeShape(leafCount: job.shardsPerStep), round: round, rounding: job.sumRounding,
                threads: CoordinatorShell.threads, place: place)
        }
    }
}

/// Parameters that a round is computed at, as they are sent: whole, and in parts.
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
