import Service
import Testing

/// Which numbers of local steps a plan tries where nobody asked for any.
@Suite struct LocalStepCountsTests {
    @Test(arguments: [
        (1000, [10, 50, 100]), (400, [10, 50, 100]), (50, [10, 50]), (36, [9, 36]), (1234, [2]), (998, [2, 499]),
        (1009, []), (1, []), (5, [5]),
    ])
    func theyDivideTheStepsAndAreNearTheUsualOnes(steps: Int, counts: [Int]) {
        #expect(LocalStepCounts.planned(for: steps) == counts)
    }

    @Test func numbersAreUsableFromTheLeastOneUpToWhatWasTried() {
        #expect(LocalStepCounts.usable(in: 1000, from: 26) == [40, 50, 100, 125, 200, 250, 500])
        #expect(LocalStepCounts.usable(in: 12, from: 5) == [6, 12])
        #expect(LocalStepCounts.usable(in: 1000, from: 501).isEmpty)
    }

    @Test func whereFewDivideAnotherNumberOfStepsIsNamed() throws {
        #expect([1000, 400, 50, 36, 5, 1].allSatisfy { LocalStepCounts.note(for: $0) == nil })
        let note = try #require(LocalStepCounts.note(for: 1234))
        #expect(note.contains("the job's 1234 steps") && note.contains("--steps 1300"))
        #expect(LocalStepCounts.note(for: 1009) != nil)
    }
}
