import TestKit
import Testing

@Test func theProgramIsBesideTheTests() throws {
    #expect(try ProgramRun.ssrm("--version").output == "0.8.0\n")
}

@Test(arguments: [
    ["recognise", "--batch", "9223372036854775807"], ["recognise", "--hidden", "100000000"],
    ["recognise", "--iterations", "1000000000000"],
    ["recognise", "--batch", "1000000", "--steps-per-sequence", "1000000"],
    ["pretrain", "--hidden", "128,"],
])
func measurementsOfImpossibleSizesAreRefused(words: [String]) throws {
    let result = try ProgramRun(["bench"] + words).result()
    #expect(result.status == 2 && result.output.isEmpty, Comment(rawValue: result.errors))
}
