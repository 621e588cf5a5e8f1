import Foundation
import TestKit
import Testing

/// A small job with a convolutional network.
enum ConvolutionJob {
    /// The settings that make it one.
    static let network = [
        "--set", "upstream.network=convolution", "--set", "upstream.channels=[4,6]", "--set", "upstream.kernels=[5,3]",
    ]

    /// The job's flags.
    static func flags(run: String, steps: Int) throws -> [String] {
        [
            "--data", try Pretraining.dataset.get(), "--run", run, "--steps", "\(steps)", "--seed", "7", "--shards",
            "5",
            "--shard-size", "4",
        ] + network
    }

    /// What `ssrm pretrain` with these further flags comes to.
    static func outcome(run: String, steps: Int = 30, _ flags: [String]) throws -> Pretraining.Outcome {
        let result = try ProgramRun(["pretrain", "--json"] + self.flags(run: run, steps: steps) + flags).result()
        #expect(result.status == 0, Comment(rawValue: result.errors))
        return try JSONDecoder().decode(Pretraining.Outcome.self, from: Data(result.output.utf8))
    }
}

@Suite(.serialized, .onOwnThreads)
struct ConvolutionProcessTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func aConvolutionHasTheSameBitsWithAnyNumberOfWorkersAndThreads() throws {
        let alone = try ConvolutionJob.outcome(run: folder.path("alone"), ["--workers", "1"])
        for (i, flags) in [
            ["--workers", "3"], ["--workers", "2", "--no-shared-memory"], ["--workers", "2", "--threads", "2"],
        ].enumerated() {
            let outcome = try ConvolutionJob.outcome(run: folder.path("\(i)"), flags)
            #expect(outcome == alone, Comment(rawValue: flags.joined(separator: " ")))
        }
    }

    @Test func thePresetOfPosturesHasTheSameBitsWithAnyNumberOfWorkers() throws {
        func outcome(_ workers: String) throws -> Pretraining.Outcome {
            let result = try ProgramRun.ssrm(
                "pretrain", "--data", try Pretraining.dataset.get(), "--run", folder.path(workers), "--preset",
                "posture", "--steps", "2", "--shards", "3", "--workers", workers, "--json")
            #expect(result.status == 0, Comment(rawValue: result.errors))
            return try JSONDecoder().decode(Pretraining.Outcome.self, from: Data(result.output.utf8))
        }
        #expect(try outcome("1") == outcome("2"))
    }

    @Test func itsEncoderMakesFeaturesForARecogniser() throws {
        let (run, model) = (folder.path("run"), folder.path("model"))
        _ = try ConvolutionJob.outcome(run: run, steps: 2, ["--workers", "1"])
        let trained = try ProgramRun.ssrm(
            "train", "--data", try Pretraining.dataset.get(), "--encoder", run, "--scheme", "posture3", "--epochs", "1",
            "--out", model)
        #expect(trained.status == 0, Comment(rawValue: trained.errors))
        let shown = try ProgramRun.ssrm("inspect", model).output
        #expect(shown.contains("encoder            convolution: 576 features"), Comment(rawValue: shown))
    }

    @Test func productsThatItHasNotGotAreRefused() throws {
        let refused = try ProgramRun(
            ["pretrain"] + ConvolutionJob.flags(run: folder.path("run"), steps: 2) + ["--products", "bfloat16"]
        ).result()
        #expect(refused.status == 1)
        #expect(
            refused.errors.contains("products is bfloat16: use float32: network convolution has no other"),
            Comment(rawValue: refused.errors))
    }
}
