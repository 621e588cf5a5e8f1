import Service
import Testing

/// What is in doubt while a coordinator computes leaves itself.
@Suite struct DisputesTests {
    @Test func theEarliestDoubtHoldsUntilAllIsSettled() {
        var disputes = Disputes()
        disputes.add(0..<2, of: 7)
        #expect(disputes.doubt(since: 5) == true)
        disputes.add(2..<4, of: 7)
        #expect(disputes.doubt(since: 6) == false)
        #expect(disputes.doubtedSince == 5)
        #expect(disputes.doubt(since: 3) == true)
        #expect(disputes.doubtedSince == 3)
        disputes.settle(0..<2, of: 7)
        disputes.settle(2..<4, of: 8)
        #expect(!disputes.areSettled, "those of another exchange are others")
        disputes.settle(2..<4, of: 7)
        #expect(disputes.areSettled)
        #expect(disputes.endDoubt() == true)
        #expect(disputes.endDoubt() == false)
        #expect(disputes.doubtedSince == nil)
    }

    @Test func whatIsNotSettledIsGivenUpWithWhatIsFoundWrong() {
        var disputes = Disputes()
        _ = disputes.doubt(since: 3)
        #expect(disputes.wayBack(to: 6) == 6, "all that was in doubt is settled")
        disputes.add(0..<2, of: 7)
        #expect(disputes.wayBack(to: 6) == 3 && disputes.wayBack(to: 2) == 2)
        disputes.forget()
        #expect(disputes.wayBack(to: 6) == 6)
    }

    @Test func aLoneAnswerThatIsLookedAtPutsNothingInDoubt() {
        var disputes = Disputes()
        disputes.add(0..<2, of: 7)
        #expect(disputes.doubtedSince == nil && disputes.wayBack(to: 6) == 6)
        disputes.settle(0..<2, of: 7)
        #expect(disputes.areSettled)
        #expect(disputes.endDoubt() == false)
    }
}
