import TestKit
import Testing

@Test func theProgramIsBesideTheTests() throws {
    #expect(try ProgramRun.ssrm("--version").output == "0.2.0\n")
}
