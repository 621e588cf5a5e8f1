import Numerics
import TestKit
import Testing

/// Where messages or products of halves are asked for and can't be, with real processes.
@Suite(.serialized, .onOwnThreads) struct HalvesProcessTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func aRunIsNotResumedInAnotherArithmetic() throws {
        _ = try Pretraining.pretrain(run: folder.path("run"), steps: 3, "--workers", "1", "--wire", "bfloat16")
        let job = try Pretraining.jobFlags(run: folder.path("run"), steps: 6)
        let result = try ProgramRun(["pretrain", "--resume", "--workers", "1"] + job).result()
        #expect(result.status != 0)
        #expect(result.errors.contains("wire bfloat16 there, float32 here"))
    }

    @Test(.enabled(if: ProductLibrary.fault(of: .bfloat16) == nil, "needs bfloat16 products"))
    func aProcessorWithoutThemIsToldOfInOneLine() throws {
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
