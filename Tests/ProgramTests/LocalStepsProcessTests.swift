import Foundation
import TestKit
import Testing

/// The promise with local steps, with real processes.
@Suite(.serialized, .onOwnThreads)
struct LocalStepsProcessTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func pretrain(_ name: String, steps: Int = 100, _ flags: [String]) throws -> Pretraining.Outcome {
        try Pretraining.pretrain(run: folder.path(name), steps: steps, flags)
    }

    @Test func whatCannotBeServedIsRefusedInALine() throws {
        func refusal(_ flags: [String]) throws -> String {
            let job = try Pretraining.jobFlags(run: folder.path("run"), steps: 12)
            let result = try ProgramRun(["pretrain", "--workers", "1"] + job + flags).result()
            #expect(result.status == (flags.first == "--set" && flags.count == 2 ? 2 : 1))
            return result.errors
        }
        #expect(
            try refusal(["--local-steps", "5"]).contains("local_steps is 5: use a number that divides the 12 steps"))
        #expect(
            try refusal(["--set", "upstream.exchange=local", "--local-steps", "4", "--wire", "int8"]).contains(
                "wire is int8: use float32 or bfloat16"))
        #expect(
            try refusal(["--set", "upstream.exchange=sometimes"]).contains(
                "exchange is sometimes: use synchronous or delayed or local"))
        #expect(try refusal(["--set", "upstream.local_steps=4"]).contains("local_steps"))
    }

    @Test func aRunIsNotResumedWithOtherLocalSteps() throws {
        _ = try pretrain("run", steps: 10, ["--workers", "1", "--local-steps", "5"])
        let job = try Pretraining.jobFlags(run: folder.path("run"), steps: 20)
        let result = try ProgramRun(["pretrain", "--resume", "--workers", "1"] + job).result()
        #expect(result.status == 1 && result.errors.contains("exchange local there, synchronous here"))
    }
}
