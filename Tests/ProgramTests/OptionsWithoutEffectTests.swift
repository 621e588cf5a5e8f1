import TestKit
import Testing

@Test func optionsOfAnEvaluationThatHaveNoEffectAreSaid() throws {
    let folder = try TemporaryFolder()
    let data = folder.path("maps.safetensors")
    let made = try ProgramRun.ssrm(
        "data", "synthetic", "--kind", "pressure", "--subjects", "3", "--seed", "1", "--maps-per-posture", "2", "--out",
        data)
    #expect(made.status == 0, "\(made.errors)")
    func notes(_ more: [String]) throws -> [String] {
        let result = try ProgramRun(
            ["evaluate", "--data", data, "--scheme", "posture3", "--preset", "paper", "--folds-only"] + more
        ).result()
        #expect(result.status == 0, "\(result.errors)")
        return result.errors.split(separator: "\n").map { String($0) }
    }
    #expect(
        try notes(["--protocol", "loso", "--folds", "2", "--draws", "3", "--choice-groups", "4"]) == [
            "note: --folds has no effect: it is for --protocol kfold",
            "note: --choice-groups has no effect: nothing is chosen without --choose",
            "note: --draws has no effect: it is for --labelled-subjects",
        ])
    #expect(try notes(["--protocol", "kfold", "--folds", "2"]) == [])
}
