import Simulation
import Testing

@Suite struct ExplorationTests {
    private func size(_ change: (inout Exploration.Size) -> Void) -> Exploration.Size {
        var size = Exploration.Size()
        change(&size)
        return size
    }

    @Test(arguments: [
        (parts: 1, isAudited: false, isDelayed: false), (1, true, false), (2, false, false), (1, false, true),
    ])
    func everyOrderOfMessagesComesToTheSameSums(parts: Int, isAudited: Bool, isDelayed: Bool) throws {
        let tally = try Exploration(
            size { ($0.parts, $0.isAudited, $0.isDelayed) = (parts, isAudited, isDelayed) }
        ).finish()
        // Both workers' messages were mixed in many ways, and more than one state ends the run.
        #expect(tally.moves > tally.states && tally.states > 100 && tally.ends > 1)
    }

    @Test(arguments: [false, true])
    func everyOrderWithAFaultAtAnyPlaceComesToTheSameSums(isAudited: Bool) throws {
        let without = try Exploration(size { ($0.rounds, $0.isAudited) = (1, isAudited) }).finish()
        let tally = try Exploration(size { ($0.rounds, $0.faults, $0.isAudited) = (1, 1, isAudited) }).finish()
        #expect(tally.states > 5 * without.states)
    }

    @Test func workersOfOneKeyComeToTheSameSumsWhereOneLies() throws {
        let tally = try Exploration(size { ($0.rounds, $0.faults, $0.isAudited, $0.keys) = (1, 1, true, 1) }).finish()
        #expect(tally.ends > 1)
    }

    @Test func aReportUnderAClaimThatItIsNotOfChangesNothingInAnyOrder() throws {
        let tally = try Exploration(size { $0.rounds = 1 }, quirk: .wrongClaims).finish()
        #expect(tally.ends > 0)
    }

    @Test func aNetworkThatDeliversNothingIsAFailureWithItsMoves() {
        let failure = #expect(throws: Simulation.Failure.self) {
            try Exploration(size { _ in }, quirk: .deafNetwork).finish()
        }
        let text = failure?.description ?? ""
        #expect(text.contains("nothing was heard") && text.contains("\nafter wait"), "\(text)")
    }
}
