import Service
import Testing

/// What of a run may be kept while its dataset's file is in question; states are the numbers of steps here.
@Suite struct SampleDoubtTests {
    @Test func theFirstStateInQuestionIsKeptUntilTheFileIsConfirmed() {
        var doubt = SampleDoubt<Int>()
        #expect(doubt.onRound(isWhole: true, state: 1) == false)
        #expect(doubt.unquestioned == nil)
        #expect(doubt.onRound(isWhole: false, state: 2) == true)
        #expect(doubt.onRound(isWhole: false, state: 3) == false)
        #expect(doubt.unquestioned == 2)
        doubt.end()
        #expect(doubt.unquestioned == nil)
    }

    @Test func aCheckpointThatWasDueMeanwhileIsWrittenOnceTheFileIsConfirmed() {
        var doubt = SampleDoubt<Int>()
        #expect(doubt.takesCheckpoint(isDue: true, isWhole: true) == true)
        _ = doubt.onRound(isWhole: false, state: 1)
        #expect(doubt.takesCheckpoint(isDue: true, isWhole: false) == false)
        #expect(doubt.takesCheckpoint(isDue: false, isWhole: true) == false, "it is whole by now, and not confirmed")
        doubt.end()
        #expect(doubt.takesCheckpoint(isDue: false, isWhole: true) == true)
        #expect(doubt.takesCheckpoint(isDue: false, isWhole: true) == false, "it is owed no longer")
    }

    @Test func aResultIsSettledOnceTheFileIsWholeAndNothingIsInQuestion() {
        var doubt = SampleDoubt<Int>()
        #expect(doubt.isSettled(isWhole: true))
        #expect(!doubt.isSettled(isWhole: false))
        _ = doubt.onRound(isWhole: false, state: 1)
        #expect(!doubt.isSettled(isWhole: true))
    }
}
