import Coordination
import Numerics
import Testing
import Wire

let ann = WorkerID([1])
let bob = WorkerID([2])
let cid = WorkerID([3])

/// The report of a run whose every shard has gradient `[shard]` and loss 1.
func report(_ shards: Range<Int>, of shardCount: Int, step: Int = 7) -> (
    report: GradientReport, gradients: [FloatBlock]
) {
    let nodes = SumTreeShape(leafCount: shardCount).nodes(in: shards)
    return (
        GradientReport(
            step: step, shards: shards,
            subtrees: nodes.map { .init(shards: $0, loss: Double($0.count), correct: $0.count) }),
        nodes.map { FloatBlock([Float($0.reduce(0, +))]) }
    )
}

@Test func shardsAreGivenByThreadsAndAllOfThem() {
    var round = Round(step: 7, shardCount: 8)
    let given = round.onIdle([(ann, 1), (bob, 2), (cid, 1)])
    #expect(given.map(\.shards) == [0..<2, 2..<6, 6..<8])
    #expect(round.onIdle([(ann, 1)]).isEmpty)
}

@Test(arguments: 1...9)
func everyShardIsGivenHoweverManyWorkersThereAre(workers: Int) {
    var round = Round(step: 7, shardCount: 5)
    let given = round.onIdle((0..<workers).map { (WorkerID([UInt8($0)]), 1) })
    #expect(given.flatMap { Array($0.shards) } == Array(0..<5))
}

@Test func theStepsSumIsThereOnceAllRunsAreInWhateverTheirOrder() {
    for order in [[ann, bob, cid], [cid, bob, ann], [bob, ann, cid]] {
        var round = Round(step: 7, shardCount: 7)
        let given = round.onIdle([(ann, 1), (bob, 1), (cid, 1)])
        for worker in order {
            #expect(round.sum == nil)
            let run = given.first { $0.worker == worker }?.shards ?? 0..<0
            let (message, gradients) = report(run, of: 7)
            #expect(round.onReport(message, gradients, from: worker) == nil)
        }
        #expect(round.sum?.vector.array == [21])
        #expect(round.sum?.figures == [7, 7])
    }
}

@Test(arguments: [6, 8])
func aReportForAnotherStepIsRefused(step: Int) {
    var round = Round(step: 7, shardCount: 4)
    _ = round.onIdle([(ann, 1)])
    let (message, gradients) = report(0..<4, of: 4, step: step)
    #expect(round.onReport(message, gradients, from: ann)?.code == .staleStep)
    #expect(round.sum == nil)
}

@Test func aReportThatIsRepeatedUnaskedOrOfOtherShardsIsRefused() {
    var round = Round(step: 7, shardCount: 4)
    _ = round.onIdle([(ann, 1), (bob, 1)])
    let (first, gradients) = report(0..<2, of: 4)
    #expect(round.onReport(first, gradients, from: bob)?.code == .notAssigned)
    #expect(round.onReport(first, gradients, from: ann) == nil)
    #expect(round.onReport(first, gradients, from: ann)?.code == .notAssigned)
    var torn = report(2..<4, of: 4).report
    torn.subtrees[0].shards = 2..<3
    #expect(round.onReport(torn, [FloatBlock([1])], from: bob)?.code == .notAssigned)
    #expect(round.run(of: bob) == 2..<4)
}

@Test func theShardsOfAWorkerThatLeavesAreGivenAgain() {
    var round = Round(step: 7, shardCount: 6)
    _ = round.onIdle([(ann, 1), (bob, 1)])
    round.onDeparture(of: bob)
    #expect(round.onIdle([(cid, 1)]).map(\.shards) == [3..<6])
}
