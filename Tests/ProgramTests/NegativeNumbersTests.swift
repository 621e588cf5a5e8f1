import TestKit
import Testing

/// A negative number after an option is the option's value, and not an option that nobody knows.
@Test(arguments: [
    (["pretrain", "--data", "x", "--run", "y", "--steps", "-1"], "--steps must not be negative"),
    (["pretrain", "--data", "x", "--run", "y", "--steps=-1"], "--steps must not be negative"),
    (["pretrain", "--data", "x", "--run", "y", "--steps", "3", "--seed", "-.5e3"], "'-.5e3' is invalid for '--seed"),
    (["status", "--json", "-1"], "'--json' does not take any value"),
])
func aNegativeNumberIsTheValueOfTheOptionBeforeIt(arguments: [String], said: String) throws {
    let result = try ProgramRun(arguments).result()
    #expect(result.status == 2 && result.errors.contains(said), "\(result.errors)")
}

@Test func whatFollowsTheEndOfOptionsStaysAsItIs() throws {
    let folder = try TemporaryFolder()
    let result = try ProgramRun(["status", "--", "-1"], in: folder.url.path).result()
    #expect(result.status == 1 && result.errors.hasPrefix("ssrm: -1: no job.json there"), "\(result.errors)")
}
