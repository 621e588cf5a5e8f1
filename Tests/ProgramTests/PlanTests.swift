import Foundation
import TestKit
import Testing

/// `ssrm plan`: figures for each setting that was asked for, and one line for what can't be planned.
@Suite struct PlanTests {
    private struct Plan: Decodable {
        struct Line: Decodable {
            let local_steps: Int
            let overlap: Bool
            let wire: String
            let rows_per_s, efficiency, seconds, bytes_per_step: Double
        }
        let settings: [Line]
        let advised: Int
    }

    private func plan(_ flags: String...) throws -> ProgramResult {
        try ProgramRun(["plan", "--data", try Pretraining.dataset.get(), "--preset", "paper"] + flags).result()
    }

    @Test func eachSettingHasItsFiguresAndFewerExchangesAreFasterOverASlowLink() throws {
        let result = try plan(
            "--workers", "4", "--link", "100mbit", "--delay", "1ms", "--steps", "1000", "--local-steps", "1,10,100",
            "--wire", "float32,bfloat16", "--json")
        #expect(result.status == 0, Comment(rawValue: result.errors))
        let plan = try JSONDecoder().decode(Plan.self, from: Data(result.output.utf8))
        #expect(plan.settings.map(\.local_steps) == [1, 1, 1, 1, 10, 10, 100, 100])
        #expect(plan.settings.map(\.overlap) == [false, false, true, true, false, false, false, false])
        #expect(plan.settings.enumerated().allSatisfy { $1.wire == ($0 % 2 == 0 ? "float32" : "bfloat16") })
        let rates = plan.settings.map(\.rows_per_s)
        #expect(rates[0] < rates[4] && rates[4] < rates[6] && rates[0] < rates[1])
        #expect(plan.settings.allSatisfy { (0...1).contains($0.efficiency) && $0.seconds > 0 })
        #expect(plan.settings[6].bytes_per_step < 0.1 * plan.settings[0].bytes_per_step)
        #expect(plan.settings.indices.contains(plan.advised))
    }

    @Test func aShortJobIsPlannedWithTheStepsThatItHas() throws {
        let result = try plan("--workers", "2", "--link", "1gbit", "--steps", "50", "--json")
        #expect(result.status == 0, Comment(rawValue: result.errors))
        let plan = try JSONDecoder().decode(Plan.self, from: Data(result.output.utf8))
        #expect(Set(plan.settings.map(\.local_steps)) == [1, 10, 50])
    }

    @Test(arguments: [
        (["--workers", "2", "--link", "fast"], "use a rate like 1gbit, 100mbit or 56kbit, not 'fast'"),
        (["--workers", "2", "--link", "1gbit", "--delay", "soon"], "use a time like 0.1ms, 20ms or 1s, not 'soon'"),
        (["--workers", "0", "--link", "1gbit"], "--workers must be 1 to 4096, not 0"),
        (["--workers", "2", "--link", "1gbit", "--local-steps", "1,ten"], "like 1,10,50, not '1,ten'"),
        (["--workers", "2", "--link", "1gbit", "--wire", "int5"], "not 'int5'"),
        (["--workers", "2", "--link", "1gbit", "--steps", "5", "--local-steps", "9"], "more than the job's 5 steps"),
    ])
    func whatCanNotBePlannedIsSaid(flags: [String], text: String) throws {
        let result = try ProgramRun(["plan", "--data", try Pretraining.dataset.get(), "--preset", "paper"] + flags)
            .result()
        #expect([1, 2].contains(result.status) && result.output.isEmpty)
        #expect(result.errors.contains(text), Comment(rawValue: result.errors))
    }
}
