import Coordination
import Numerics
import Testing
import Wire

let ann = WorkerID([1])
let bob = WorkerID([2])
let cid = WorkerID([3])

/// The report of a claim whose every leaf has figures 1 and 1.
func report(_ claim: Claim, of leafCount: Int, round: Int = 7) -> LeafReport {
    let nodes = SumTreeShape(leafCount: leafCount).nodes(in: claim.leaves)
    return LeafReport(
        claim: claim.id, round: round, leaves: claim.leaves,
        content: .nodes(nodes.map { .init(leaves: $0, figures: [Double($0.count), Double($0.count)]) }))
}

private func ledger(_ leafCount: Int) -> Ledger { Ledger(round: 7, leafCount: leafCount, firstID: 100) }

extension Ledger {
    /// Gives leaves to workers, of which each has its seconds a leaf; `others` could take some, but are not idle.
    fileprivate mutating func give(
        _ workers: (WorkerID, Double?)..., others: Set<WorkerID> = [], late: Set<WorkerID> = [],
        quick: Set<WorkerID>? = nil
    ) -> [Claim] {
        onIdle(
            workers.map { Ledger.Candidate($0.0, leafTime: $0.1) },
            present: .init(others.union(workers.map(\.0)), quick: quick), at: .zero,
            isOverdue: { late.contains($0) })
    }
}

@Test func leavesAreGivenBySpeedAndAllOfThem() {
    var ledger = ledger(8)
    let given = ledger.give((ann, 1), (bob, 0.5), (cid, 1))
    #expect(given.map(\.leaves) == [0..<2, 2..<6, 6..<8])
    #expect(given.map(\.id) == [100, 101, 102] && ledger.nextID == 103)
    #expect(ledger.give((ann, 1)).isEmpty && !ledger.hasOpenLeaves)
}

@Test(arguments: 1...9)
func everyLeafIsGivenHoweverManyWorkersThereAre(workers: Int) {
    var ledger = ledger(5)
    let ids = (0..<workers).map { WorkerID([UInt8($0)]) }
    let given = ledger.onIdle(ids.map { Ledger.Candidate($0, threads: 5) }, present: .init(Set(ids)), at: .zero)
    #expect(given.flatMap { Array($0.leaves) } == Array(0..<5))
}

@Test func aStepIsCompleteOnceAllClaimsAreInWhateverTheirOrder() {
    for order in [[ann, bob, cid], [cid, bob, ann], [bob, ann, cid]] {
        var ledger = ledger(7)
        let given = ledger.give((ann, 1), (bob, 1), (cid, 1))
        for worker in order {
            #expect(!ledger.isComplete)
            for claim in given where claim.worker == worker {
                #expect(ledger.fault(of: report(claim, of: 7), from: worker) == nil)
            }
            ledger.onSums(from: worker)
        }
        #expect(ledger.isComplete)
    }
}

@Test(arguments: [6, 8])
func aReportForAnotherStepIsRefused(round: Int) throws {
    var ledger = ledger(4)
    let claim = try #require(ledger.give((ann, 1)).first)
    #expect(ledger.fault(of: report(claim, of: 4, round: round), from: ann)?.code == .staleRound)
}

@Test func aReportThatIsRepeatedUnaskedOrOfOtherLeavesIsRefused() throws {
    var ledger = ledger(4)
    let given = ledger.give((ann, 1), (bob, 1))
    #expect(ledger.fault(of: report(given[0], of: 4), from: bob)?.code == .notAssigned)
    #expect(ledger.fault(of: report(given[0], of: 4), from: ann) == nil)
    ledger.onSums(from: ann)
    #expect(ledger.fault(of: report(given[0], of: 4), from: ann)?.code == .notAssigned)
    var torn = report(given[1], of: 4)
    torn.content = .nodes([.init(leaves: 2..<3, figures: [1, 1])])
    #expect(ledger.fault(of: torn, from: bob)?.code == .notAssigned)
    var other = report(given[1], of: 4)
    other.leaves = 1..<4
    #expect(ledger.fault(of: other, from: bob)?.code == .notAssigned)
    other = report(given[1], of: 4)
    other.claim = 103
    #expect(ledger.fault(of: other, from: bob)?.code == .notAssigned)
    #expect(ledger.claim(of: bob) == given[1])
}

@Test func theLeavesOfAWorkerThatLeavesAreGivenAgainUnderAnotherNumber() throws {
    var ledger = ledger(6)
    let first = ledger.give((ann, 1), (bob, 1))
    ledger.onLoss(by: bob)
    let second = ledger.give((bob, 1))
    #expect(second.map(\.leaves) == [3..<6])
    #expect(ledger.fault(of: report(first[1], of: 6), from: bob)?.code == .notAssigned)
    #expect(ledger.fault(of: report(second[0], of: 6), from: bob) == nil)
}

@Test func sumsThatAreNotFiniteAreGivenWholeToAnotherWorkerWhereThereIsOne() throws {
    var ledger = ledger(6)
    _ = ledger.give((ann, 1), (bob, 1))
    #expect(ledger.onNotFinite(from: ann, named: "ann") == .awaited)
    // Bob is busy; ann's word is not confirmed by ann.
    #expect(ledger.give((ann, 1), others: [bob]).isEmpty)
    ledger.onSums(from: bob)
    let confirming = ledger.give((ann, 1), (bob, 1))
    #expect(confirming.map(\.leaves) == [0..<3] && confirming.map(\.worker) == [bob])
    #expect(confirming[0].purpose == .confirm(finder: .init(worker: ann, name: "ann")))
    // Bob leaves, and ann is the only one.
    ledger.onLoss(by: bob)
    #expect(ledger.give((ann, 1)).map(\.leaves) == [0..<3])
    #expect(ledger.onNotFinite(from: ann, named: "ann") == .disputed)
}

@Test func leavesOfAWorkerThatIsLateAreGivenToAnotherAsWellAndTheFirstAnswerCounts() throws {
    var ledger = ledger(4)
    let first = ledger.give((ann, 1), (bob, 1))
    ledger.onSums(from: bob)
    #expect(ledger.give((bob, 1), others: [ann]).isEmpty)
    let backup = ledger.give((bob, 1), late: [ann])
    #expect(backup.map(\.leaves) == [first[0].leaves] && backup.map(\.purpose) == [.backup])
    #expect(ledger.fault(of: report(first[0], of: 4), from: ann) == nil)
    #expect(ledger.fault(of: report(backup[0], of: 4), from: bob) == nil)
    ledger.onSums(from: bob)
    #expect(ledger.isComplete && ledger.claim(of: ann) == nil)
    #expect(ledger.fault(of: report(first[0], of: 4), from: ann)?.code == .notAssigned)
}

@Test func aBackupThatGoesLeavesTheFirstWorkerItsLeaves() {
    var ledger = ledger(4)
    _ = ledger.give((ann, 1))
    _ = ledger.give((bob, 1), late: [ann])
    ledger.onLoss(by: bob)
    #expect(ledger.claim(of: ann) != nil && !ledger.hasOpenLeaves)
    ledger.onLoss(by: ann)
    #expect(ledger.hasOpenLeaves)
}

/// Whoever never answers would hold the round up for as long as it is waited for.
@Test func leavesOfAWorkerThatNeverAnsweredAreGivenOnceMoreSoon() {
    var ledger = ledger(2)
    func present(_ quick: Set<WorkerID>) -> Ledger.Present {
        .init(
            [ann, bob, cid], quick: quick, computing: { $0 == bob ? nil : Double($1) }, least: { Double($0) })
    }
    let given = ledger.onIdle(
        [.init(ann, leafTime: 1), .init(bob)], present: present([ann]), at: .seconds(1))
    #expect(given.map(\.worker) == [ann, bob] && given.map(\.purpose) == [.first, .first])
    ledger.onSums(from: ann)
    let idle = [Ledger.Candidate(cid, leafTime: 90), Ledger.Candidate(ann, leafTime: 1)]
    #expect(ledger.onIdle(idle, present: present([ann]), at: .seconds(2.9)).isEmpty)
    let again = ledger.onIdle(idle, present: present([ann]), at: .seconds(3))
    #expect(again.map(\.worker) == [ann] && again.map(\.purpose) == [.trial])
    #expect(again.first?.leaves == given[1].leaves)
    #expect(ledger.onIdle([idle[0]], present: present([ann]), at: .seconds(9)).isEmpty)
}

/// A slow one would keep it for as long again, and nobody else could have it meanwhile.
@Test func whatIsOverdueWaitsForTheFastestThatIsAtWork() {
    var ledger = ledger(4)
    let given = ledger.give((ann, 1), (bob, 1))
    let late: Set = [bob]
    #expect(ledger.give((cid, 50), others: [ann], late: late, quick: [ann]).isEmpty)
    ledger.onSums(from: ann)
    let backup = ledger.give((cid, 50), (ann, 1), late: late, quick: [ann])
    #expect(backup.map(\.worker) == [ann] && backup.first?.leaves == given[1].leaves)
}

@Test func aWorkerThatHadNothingForLongIsTriedOnLeavesThatOthersHave() {
    var ledger = ledger(1)
    let given = ledger.onIdle(
        [.init(ann, leafTime: 1), .init(bob, leafTime: 50, isUntried: true)], present: .init([ann, bob]), at: .zero)
    #expect(given.map(\.worker) == [ann, bob] && given.map(\.purpose) == [.first, .trial])
    #expect(given[0].leaves == given[1].leaves)
}
