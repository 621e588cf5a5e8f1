import Signals
import Testing

@Test func everyStageIsTheOneOfItsCode() {
    #expect(SleepStage.allCases.map(\.code) == ["W", "N1", "N2", "N3", "REM"])
    for stage in SleepStage.allCases {
        #expect(SleepStage(code: stage.code) == stage)
        #expect(LabelVocabulary.stage.codes[stage.rawValue] == stage.code)
    }
}

@Test(arguments: ["", "w", "N4", "R", "1", "wake"])
func whatIsNoCodeIsNoStage(text: String) {
    #expect(SleepStage(code: text) == nil)
}

@Test func theOrderOfStagesIsThatOfTheirCodes() {
    #expect(SleepStage.allCases.sorted() == SleepStage.allCases)
    #expect(SleepStage.wake < .n1 && SleepStage.n3 < .rem && !(SleepStage.n2 < .n2))
}
