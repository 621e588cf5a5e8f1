import Foundation
import TestKit
import Testing

/// What `ssrm pretrain` prints of a run that is over.
@Suite struct ResultTextTests {
    private func result(steps: Int, _ flags: String...) throws -> String {
        let folder = try TemporaryFolder()
        let job = try Pretraining.jobFlags(run: folder.path("run"), steps: steps)
        let result = try ProgramRun(["pretrain", "--workers", "1"] + job + flags).result()
        #expect(result.status == 0, Comment(rawValue: result.errors))
        return String(result.output.split(separator: "\n").first ?? "")
    }

    @Test func aSingleStepHasARateToo() throws {
        let line = try result(steps: 1)
        #expect(line.hasPrefix("1 step in "), Comment(rawValue: line))
        #expect(!line.contains(" 0 rows/s") && line.contains("rows/s, loss of the last step "), Comment(rawValue: line))
    }

    @Test func aSingleRoundHasARateTooAndItsLossIsAMeanOverItsSteps() throws {
        let line = try result(steps: 5, "--local-steps", "5")
        #expect(!line.contains(" 0 rows/s") && line.contains(", mean loss of steps 1 to 5 "), Comment(rawValue: line))
        let two = try result(steps: 10, "--local-steps", "5")
        #expect(two.contains(", mean loss of steps 6 to 10 "), Comment(rawValue: two))
    }
}
