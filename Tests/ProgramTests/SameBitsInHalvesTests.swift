import Foundation
import Numerics
import TestKit
import Testing

/// The promise within each option of the arithmetic, with real processes.
@Suite(.serialized, .onOwnThreads, .enabled(if: ProductLibrary.fault(of: .bfloat16) == nil, "needs bfloat16 products"))
struct SameBitsInHalvesTests {
    static let options = [
        ["--wire", "bfloat16"], ["--products", "bfloat16"], ["--wire", "bfloat16", "--products", "bfloat16"],
    ]
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func pretrain(_ name: String, steps: Int = 200, _ flags: [String]) throws -> Pretraining.Outcome {
        try Pretraining.pretrain(run: folder.path(name), steps: steps, flags)
    }

    @Test(arguments: options)
    func theBitsAreThoseOfOneWorker(option: [String]) throws {
        let alone = try pretrain("alone", option + ["--workers", "1"])
        #expect(alone.parameters_sha256 != (try Pretraining.undisturbed.get()))
        for (i, flags) in [
            ["--workers", "1", "--no-shared-memory"], ["--workers", "2"], ["--workers", "3", "--no-shared-memory"],
            ["--workers", "1", "--threads", "2"], ["--workers", "2", "--threads", "3", "--no-shared-memory"],
        ].enumerated() {
            #expect(try pretrain("\(i)", option + flags) == alone, Comment(rawValue: flags.joined(separator: " ")))
        }
    }

    @Test(arguments: options)
    func whatWasKilledGoesOnToTheSameBits(option: [String]) throws {
        let resumed = try Pretraining.afterKills(run: folder.path("run"), job: option)
        #expect(resumed.parameters_sha256 == (try Pretraining.bits(afterSteps: resumed.step, job: option)))
    }

    @Test func aRunIsNotResumedInAnotherArithmetic() throws {
        _ = try pretrain("run", steps: 3, ["--workers", "1", "--wire", "bfloat16"])
        let job = try Pretraining.jobFlags(run: folder.path("run"), steps: 6)
        let result = try ProgramRun(["pretrain", "--resume", "--workers", "1"] + job).result()
        #expect(result.status != 0)
        #expect(result.errors.contains("wire bfloat16 there, float32 here"))
    }

    @Test func aProcessorWithoutThemIsToldOfInOneLine() throws {
        let job = try Pretraining.jobFlags(run: folder.path("run"), steps: 3)
        let result = try ProgramRun(
            ["pretrain", "--preset", "paper", "--workers", "1", "--products", "bfloat16"] + job,
            environment: ["ONEDNN_MAX_CPU_ISA": "AVX2"]
        ).result()
        #expect(result.status != 0)
        #expect(result.errors.contains("has no bfloat16 products for this processor (AVX2), they need AVX-512"))
        #expect(result.errors.split(separator: "\n").count == 1)
    }

    @Test func anotherElementIsRefused() throws {
        let job = try Pretraining.jobFlags(run: folder.path("run"), steps: 3)
        let result = try ProgramRun(["pretrain", "--wire", "float16"] + job).result()
        #expect(result.status == 2)
        #expect(result.errors.contains("use float32 or bfloat16 or int8, not 'float16'"))
    }
}
