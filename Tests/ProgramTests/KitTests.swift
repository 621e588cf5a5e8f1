import TestKit
import Testing

@Test func theProgramIsBesideTheTests() throws {
    #expect(try ProgramRun.ssrm("--version").output == "0.1.0\n")
}
