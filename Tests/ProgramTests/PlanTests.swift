import Foundation
import TestKit
import Testing

/// `ssrm plan`: figures for each setting that was asked for, and one line for what can't be planned.
@Suite struct PlanTests {
    private struct Plan: Decodable {
        struct Line: Decodable {
            let local_steps: Int
            let overlap: Bool
            let exchange, wire: String
            let rows_per_s, efficiency, seconds, bytes_per_step: Double
            let relays: Int
            let asked: Int
        }
        let settings: [Line]
        let advised: Int
        let behind_relays: Line?
    }
    private struct Unusable: Decodable {
        struct Line: Decodable { let fault: String? }
        let settings: [Line]
        let advised: Int?
    }

    private func plan(_ flags: String...) throws -> ProgramResult { try plan(flags) }

    private func plan(_ flags: [String]) throws -> ProgramResult {
        try ProgramRun(["plan", "--data", try Pretraining.dataset.get(), "--preset", "paper"] + flags).result()
    }

    @Test func eachSettingHasItsFiguresAndFewerExchangesAreFasterOverASlowLink() throws {
        let result = try plan(
            "--workers", "4", "--link", "100mbit", "--delay", "1ms", "--steps", "1000", "--local-steps", "0,1,10,100",
            "--wire", "float32,bfloat16", "--json")
        #expect(result.status == 0, Comment(rawValue: result.errors))
        let plan = try JSONDecoder().decode(Plan.self, from: Data(result.output.utf8))
        #expect(plan.settings.map(\.local_steps) == [0, 0, 0, 0, 1, 1, 10, 10, 100, 100])
        #expect(plan.settings.map(\.overlap) == (0..<10).map { [2, 3].contains($0) })
        let exchanges = ["synchronous", "synchronous", "delayed", "delayed"] + Array(repeating: "local", count: 6)
        #expect(plan.settings.map(\.exchange) == exchanges)
        #expect(plan.settings.enumerated().allSatisfy { $1.wire == ($0 % 2 == 0 ? "float32" : "bfloat16") })
        let rates = plan.settings.map(\.rows_per_s)
        #expect(rates[0] < rates[6] && rates[6] < rates[8] && rates[0] < rates[1])
        #expect(plan.settings.allSatisfy { (0...1).contains($0.efficiency) && $0.seconds > 0 })
        #expect(plan.settings[8].bytes_per_step < 0.1 * plan.settings[0].bytes_per_step)
        #expect(plan.settings.indices.contains(plan.advised))
    }

    @Test func aShortJobIsPlannedWithTheStepsThatItHas() throws {
        let result = try plan("--workers", "2", "--link", "1gbit", "--steps", "50", "--json")
        #expect(result.status == 0, Comment(rawValue: result.errors))
        let plan = try JSONDecoder().decode(Plan.self, from: Data(result.output.utf8))
        #expect(Set(plan.settings.map(\.local_steps)) == [0, 10])
        #expect(result.errors.isEmpty)
    }

    @Test func theAdviceIsFlagsToGivePretrain() throws {
        func advice(workers: String, _ link: String, _ counts: String) throws -> String {
            let result = try plan(
                "--workers", workers, "--link", link, "--steps", "1000", "--local-steps", counts, "--wire", "float32")
            #expect(result.status == 0, Comment(rawValue: result.errors))
            #expect(result.output.contains("\n every step  float32") == counts.hasPrefix("0"))
            return String(result.output.split(separator: "\n").last ?? "")
        }
        // Whether that is faster than one thread is this machine's to say.
        #expect(try advice(workers: "2", "20mbit", "0,1,100").contains(" --local-steps 100 --wire float32 "))
        let synchronous = try advice(workers: "1", "4000gbit", "0,100")
        #expect(
            synchronous.hasPrefix("advice: --wire float32 (every step exchanged, about "),
            Comment(rawValue: synchronous))
        #expect(try advice(workers: "2", "20mbit", "1").contains(" --local-steps 1 --wire float32 "))
    }

    @Test func whereTheFastestIsBelowOneThreadOneMachineIsAdvised() throws {
        let result = try plan(
            "--workers", "2", "--link", "100kbit", "--steps", "1000", "--local-steps", "0", "--wire", "float32")
        #expect(result.status == 0, Comment(rawValue: result.errors))
        #expect(result.output.contains("\nadvice: stay on one machine"), Comment(rawValue: result.output))
    }

    @Test func roundsThatDoNotGetOnNameTheOption() throws {
        let rounds = ["bench", "rounds", "--workers", "100", "--leaf-time", "50ms", "--bytes", "2700000"]
        let refused = try ProgramRun(rounds).result()
        #expect(refused.status == 1 && refused.errors.contains("(--heartbeat)"), Comment(rawValue: refused.errors))
        #expect(refused.errors.contains("--heartbeat 2.0 --lease 20.0"))
        let taken = try ProgramRun(rounds + ["--heartbeat", "2", "--lease", "20"]).result()
        #expect(taken.status == 0, Comment(rawValue: taken.errors))
    }

    @Test func manyWorkersArePlannedAndSoFewRoundsThatNoneIsCountedRefused() throws {
        let planned = try plan(
            "--workers", "300", "--link", "1gbit", "--steps", "100", "--local-steps", "0", "--wire", "float32")
        #expect(planned.status == 0, Comment(rawValue: planned.errors))
        let rounds = ["bench", "rounds", "--leaf-time", "10ms", "--link", "1gbit", "--rounds"]
        #expect(try ProgramRun(rounds + ["10"]).result().status == 0)
        let refused = try ProgramRun(rounds + ["9"]).result()
        #expect(refused.status == 2 && refused.errors.contains("--rounds must be 10 to 100000, not 9"))
        let drawn = try ProgramRun(["bench", "schedules", "--count", "10", "--overlap"]).result()
        #expect(drawn.status == 2 && drawn.errors.contains("--overlap goes with --every-order"))
    }

    @Test func localStepsThatDoNotDivideTheStepsAreNotAdvised() throws {
        let usual = try plan("--workers", "2", "--link", "100mbit", "--steps", "1234", "--wire", "float32", "--json")
        #expect(usual.status == 0 && usual.errors.contains("must divide the job's 1234 steps"))
        let found = try JSONDecoder().decode(Plan.self, from: Data(usual.output.utf8))
        #expect(found.settings.map(\.local_steps) == [0, 0, 2])
        let asked = try plan(
            "--workers", "2", "--link", "100mbit", "--steps", "1234", "--local-steps", "50", "--wire", "float32",
            "--json")
        #expect(asked.status == 1 && asked.errors.contains("none of these settings could be planned"))
        let refused = try JSONDecoder().decode(Unusable.self, from: Data(asked.output.utf8))
        #expect(refused.advised == nil && refused.settings.count == 1)
        #expect(refused.settings[0].fault?.contains("use a number that divides the 1234 steps") == true)
    }

    /// One worker with all leaves is done sooner than all behind the coordinator's slow link.
    @Test func whereMessagesTakeMostOfARoundFewWorkersArePlanned() throws {
        let asked = [
            "--workers", "8", "--link", "10mbit", "--steps", "1000", "--local-steps", "0", "--wire", "float32",
        ]
        let plan = try JSONDecoder().decode(Plan.self, from: Data(self.plan(asked + ["--json"]).output.utf8))
        #expect(plan.settings.map(\.asked) == [1, 1])
        let alone = try JSONDecoder().decode(
            Plan.self, from: Data(self.plan(["--workers", "1"] + asked.dropFirst(2) + ["--json"]).output.utf8))
        #expect(plan.settings[0].rows_per_s > 0.8 * alone.settings[0].rows_per_s)
        #expect(try self.plan(asked).output.contains("\nnote: where fewer are asked than 8, messages would take"))
    }

    @Test func relaysAreAdvisedWhereTheySaveTheCoordinatorsLink() throws {
        let float32 = ["--wire", "float32"]
        let common =
            [
                "--workers", "36", "--shards", "36", "--shard-size", "4", "--link", "200mbit", "--steps", "1000",
                "--local-steps", "500",
            ] + float32
        let result = try plan(common + ["--relays", "0,6,36", "--json"])
        #expect(result.status == 0, Comment(rawValue: result.errors))
        let plan = try JSONDecoder().decode(Plan.self, from: Data(result.output.utf8))
        #expect(plan.settings.map(\.relays) == [0, 6, 36] && plan.behind_relays == nil)
        let lines = plan.settings
        #expect(lines[1].rows_per_s > 1.15 * lines[0].rows_per_s && lines[2].rows_per_s < 1.1 * lines[0].rows_per_s)
        #expect(lines[1].bytes_per_step < 0.6 * lines[2].bytes_per_step)
        // Nobody asked for any: what is advised is told with six, too, and the flags stand last.
        let told = try JSONDecoder().decode(Plan.self, from: Data(self.plan(common + ["--json"]).output.utf8))
        #expect(told.behind_relays?.relays == 6 && told.settings.allSatisfy { $0.relays == 0 })
        let usual = try self.plan(common)
        let isOfNoUse = usual.output.contains("advice: stay on one machine")
        #expect(
            usual.output.contains(
                "\nnote: behind 6 relays (ssh-launch --relays 6; with Slurm SSRM_RELAYS=6) what is advised would be ")
                != isOfNoUse)
        let last = usual.output.split(separator: "\n").last
        #expect(last?.hasPrefix("advice: ") == true, Comment(rawValue: usual.output))
        let few = try self.plan(
            ["--workers", "2", "--link", "1gbit", "--steps", "100", "--local-steps", "0"] + float32)
        #expect(few.status == 0 && !few.output.contains("relay"), Comment(rawValue: few.output))
    }

    @Test func aLinkWithALongDelayIsPlanned() throws {
        let result = try plan(
            "--workers", "2", "--link", "1gbit", "--delay", "1s", "--steps", "1000", "--local-steps", "10", "--wire",
            "float32")
        #expect(result.status == 0 && !result.output.contains("µs"), Comment(rawValue: result.output + result.errors))
        #expect(result.output.contains(" --local-steps 10 --wire float32 "))
    }

    @Test(arguments: [
        (["--workers", "2", "--link", "fast"], "use a rate like 1gbit, 100mbit or 56kbit, not 'fast'"),
        (["--workers", "2", "--link", "1gbit", "--delay", "soon"], "use a time like 0.1ms, 20ms or 1s, not 'soon'"),
        (["--workers", "0", "--link", "1gbit"], "--workers must be 1 to 4096, not 0"),
        (["--workers", "2", "--link", "1gbit", "--local-steps", "1,ten"], "like 0,10,50, not '1,ten'"),
        (["--workers", "2", "--link", "1gbit", "--wire", "int5"], "not 'int5'"),
        (["--workers", "2", "--link", "1gbit", "--relays", "0,3"], "up to that of workers, like 0,2,4, not '0,3'"),
        (["--workers", "2", "--link", "1gbit", "--steps", "5", "--local-steps", "9"], "more than the job's 5 steps"),
    ])
    func whatCanNotBePlannedIsSaid(flags: [String], text: String) throws {
        let result = try ProgramRun(["plan", "--data", try Pretraining.dataset.get(), "--preset", "paper"] + flags)
            .result()
        #expect([1, 2].contains(result.status) && result.output.isEmpty)
        #expect(result.errors.contains(text), Comment(rawValue: result.errors))
    }
}
