import Service
import Testing

/// Which numbers of local steps a plan tries where nobody asked for any.
@Suite struct LocalStepCountsTests {
    @Test(arguments: [
        (1000, [10, 50, 100]), (400, [10, 50, 100]), (50, [10]), (36, [9]), (1234, [2]), (998, [2]), (1009, []),
        (1, []),
        (5, []), (8, [2]),
    ])
    func theyDivideTheStepsAndAreNearTheUsualOnes(steps: Int, counts: [Int]) {
        #expect(LocalStepCounts.planned(for: steps) == counts)
    }

    @Test func numbersAreUsableFromTheLeastOneUpToWhatWasTried() {
        #expect(LocalStepCounts.usable(in: 1000, from: 26) == [40, 50, 100, 125, 200, 250])
        #expect(LocalStepCounts.usable(in: 24, from: 4) == [4, 6])
        #expect(LocalStepCounts.usable(in: 1000, from: 501).isEmpty)
    }

    @Test func aJobOfSoFewExchangesThatItLearnsLessIsToldOf() {
        #expect(
            [(1, 3), (0, 3), (50, 200), (2, 8)].allSatisfy { LocalStepCounts.noteOnFewExchanges($0, of: $1) == nil })
        #expect(
            LocalStepCounts.noteOnFewExchanges(300, of: 300)?.contains(
                "have one exchange, with which it learns less: it") == true)
        #expect(LocalStepCounts.noteOnFewExchanges(50_000, of: 100_000)?.contains("have 2 exchanges: it") == true)
    }

    @Test func whereFewDivideAnotherNumberOfStepsIsNamed() throws {
        #expect([1000, 400, 50, 36, 5, 1].allSatisfy { LocalStepCounts.note(for: $0) == nil })
        let note = try #require(LocalStepCounts.note(for: 1234))
        #expect(note.contains("the job's 1234 steps") && note.contains("--steps 1300"))
        #expect([1009, 37, 23].allSatisfy { LocalStepCounts.note(for: $0) != nil })
    }
}
