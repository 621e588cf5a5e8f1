import Numerics
import TestKit
import Testing

/// The promise within each way to exchange and each arithmetic, with real processes.
@Suite(.serialized, .onOwnThreads)
struct SameBitsInEveryExchangeTests {
    static let exchanges = [
        ["--wire", "bfloat16"], ["--wire", "int8"], ["--local-steps", "5"],
        ["--local-steps", "5", "--wire", "bfloat16", "--set", "upstream.outer=momentum"],
        ["--local-steps", "5", "--wire", "int8", "--set", "upstream.inner_state=fresh"], ["--overlap"],
        ["--overlap", "--wire", "bfloat16"], ["--overlap", "--wire", "int8"],
    ]
    static let products = [["--products", "bfloat16"], ["--wire", "bfloat16", "--products", "bfloat16"]]
    /// What the same job comes to that exchanges every step, in float32.
    private static let plain = Result { try Pretraining.bits(afterSteps: 100) }
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func pretrain(_ name: String, _ flags: [String]) throws -> Pretraining.Outcome {
        try Pretraining.pretrain(run: folder.path(name), steps: 100, flags)
    }

    private func checkThatWorkersChangeNoBit(of job: [String]) throws {
        let alone = try pretrain("alone", job + ["--workers", "1"])
        #expect(try alone.step == 100 && alone.parameters_sha256 != Self.plain.get())
        for (i, flags) in [
            ["--workers", "1", "--no-shared-memory"], ["--workers", "3", "--no-shared-memory"],
            ["--workers", "2", "--threads", "2"], ["--workers", "7"], ["--workers", "3", "--audit", "0.5"],
            ["--workers", "2", "--audit", "1", "--no-shared-memory"], ["--workers", "1", "--audit", "1"],
        ].enumerated() {
            #expect(try pretrain("\(i)", job + flags) == alone, Comment(rawValue: flags.joined(separator: " ")))
        }
    }

    private func checkThatKillsChangeNoBit(of job: [String]) throws {
        let resumed = try Pretraining.afterKills(run: folder.path("run"), job: job)
        #expect(resumed.parameters_sha256 == (try Pretraining.bits(afterSteps: resumed.step, job: job)))
        #expect(try Pretraining.inspect(folder.path("run")) == resumed)
    }

    @Test(arguments: exchanges) func theBitsAreThoseOfOneWorker(job: [String]) throws {
        try checkThatWorkersChangeNoBit(of: job)
    }

    @Test(arguments: exchanges) func whatWasKilledGoesOnToTheSameBits(job: [String]) throws {
        try checkThatKillsChangeNoBit(of: job)
    }

    @Test(.enabled(if: ProductLibrary.fault(of: .bfloat16) == nil, "needs bfloat16 products"), arguments: products)
    func soTheyAreWithProductsOfHalves(job: [String]) throws {
        try checkThatWorkersChangeNoBit(of: job)
        try checkThatKillsChangeNoBit(of: job)
    }
}
