import Foundation
import TestKit
import Testing

/// Windows of signals through both stages: prepared, changed, and read by a network over time.
@Suite(.serialized)
struct WavesProcessTests {
    /// One number of channels is that of all three.
    static let settings = [
        "upstream.preparation=window", "upstream.augmentation=window", "upstream.task=contrast",
        "upstream.network=waves", "upstream.input_channels=3", "upstream.channels=[4,6]", "upstream.kernels=[9,5]",
        "upstream.strides=[5,3]",
    ].flatMap { ["--set", $0] }

    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        let made = try ProgramRun.ssrm(
            "data", "synthetic", "--kind", "psg", "--subjects", "2", "--epochs", "40", "--seed", "3", "--out",
            folder.path("psg"))
        #expect(made.status == 0, Comment(rawValue: made.errors))
    }

    private func outcome(run: String, steps: Int = 12, _ flags: [String]) throws -> Pretraining.Outcome {
        let sizes = ["--steps", "\(steps)", "--seed", "7", "--shards", "4", "--shard-size", "32"]
        let result = try ProgramRun(
            ["pretrain", "--json", "--data", folder.path("psg"), "--run", folder.path(run)] + sizes + Self.settings
                + flags
        ).result()
        #expect(result.status == 0, Comment(rawValue: result.errors))
        return try JSONDecoder().decode(Pretraining.Outcome.self, from: Data(result.output.utf8))
    }

    @Test func wavesHaveTheSameBitsWithAnyNumberOfWorkersAndThreads() throws {
        let alone = try outcome(run: "alone", ["--workers", "1"])
        for (i, flags) in [["--workers", "3"], ["--workers", "2", "--threads", "2"]].enumerated() {
            #expect(try outcome(run: "\(i)", flags) == alone, Comment(rawValue: flags.joined(separator: " ")))
        }
    }

    @Test func theirEncoderMakesFeaturesForARecogniser() throws {
        _ = try outcome(run: "run", steps: 2, ["--workers", "1"])
        let trained = try ProgramRun.ssrm(
            "train", "--data", folder.path("psg"), "--encoder", folder.path("run"), "--scheme", "five", "--epochs", "1",
            "--preset", "night", "--out", folder.path("model"))
        #expect(trained.status == 0, Comment(rawValue: trained.errors))
        let shown = try ProgramRun.ssrm("inspect", folder.path("model")).output
        #expect(shown.contains("encoder            waves: 12 features"), Comment(rawValue: shown))
    }

    @Test func anotherNumberOfChannelsIsRefused() throws {
        let result = try ProgramRun(
            ["pretrain", "--data", folder.path("psg"), "--run", folder.path("run")] + Self.settings + [
                "--set", "upstream.input_channels=2",
            ]
        ).result()
        #expect(result.status == 1 && result.errors.contains("input_channels is 2: use 3"), "\(result.errors)")
    }
}
