import TestKit
import Testing

/// An option that takes one value and is given twice is refused: the last would count, the first would be forgotten.
@Test(arguments: [
    (
        ["train", "--data", "x", "--scheme", "wake", "--seed", "1", "--out", "y", "--seed=2"],
        "--seed is given more than once"
    ),
    (
        ["pretrain", "--data", "x", "--run", "y", "--set", "upstream.steps=3", "--set", "upstream.steps=4"],
        "--set upstream.steps is given more than once"
    ),
])
func anOptionGivenTwiceIsNotGuessed(arguments: [String], said: String) throws {
    let result = try ProgramRun(arguments).result()
    #expect(result.status == 2 && result.errors.hasPrefix("Error: \(said)"), "\(result.errors)")
}

@Test func optionsThatTakeSeveralValuesMayBeGivenAgain() throws {
    let both = ["--exclude-subjects", "a", "--exclude-subjects=b"]
    let result = try ProgramRun(["train", "--data", "none", "--scheme", "wake", "--out", "y"] + both).result()
    #expect(result.status == 1 && result.errors.contains("can't read none"), "\(result.errors)")
}

@Test func whatFollowsTheEndOfOptionsIsNoOptionGivenTwice() throws {
    let folder = try TemporaryFolder()
    let result = try ProgramRun(["inspect", "--", "--json", "--json"], in: folder.url.path).result()
    #expect(result.status != 0 && !result.errors.contains("more than once"), "\(result.errors)")
}
