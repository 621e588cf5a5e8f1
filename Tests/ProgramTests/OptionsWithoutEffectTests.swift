import TestKit
import Testing

@Test func optionsOfAnEvaluationThatHaveNoEffectAreSaid() throws {
    let data = try Prepared.shared.get().data
    func notes(_ more: String...) throws -> [Substring] {
        let result = try ProgramRun(
            ["evaluate", "--data", data, "--scheme", "posture3", "--preset", "paper", "--folds-only"] + more
        ).result()
        #expect(result.status == 0, "\(result.errors)")
        return result.errors.split(separator: "\n")
    }
    #expect(
        try notes("--protocol", "loso", "--folds", "2", "--draws", "3", "--choice-groups", "4") == [
            "note: --folds has no effect: it is for --protocol kfold",
            "note: --choice-groups has no effect: nothing is chosen without --choose",
            "note: --draws has no effect: it is for --labelled-subjects",
        ])
    #expect(try notes("--protocol", "kfold", "--folds", "2") == [])
}
