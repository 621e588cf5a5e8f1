import Foundation
import TestKit
import Testing

/// Windows of signals through both stages: prepared, changed, and read by a network over time.
@Suite(.serialized, .onOwnThreads)
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

    /// What is made for them reads as many channels as the recordings have, whatever the preset says.
    @Test(arguments: [1, 2]) func thePresetForSignalsTakesTheChannelsThatThereAre(count: Int) throws {
        let (edf, data, run) = (folder.path("edf"), folder.path("few"), folder.path("run"))
        let made = try ProgramRun.ssrm(
            "data", "synthetic", "--kind", "psg", "--edf", "--subjects", "2", "--epochs", "40", "--seed", "3", "--out",
            edf)
        #expect(made.status == 0, "\(made.errors)")
        let channels = ["EEG", "EOG"].prefix(count).joined(separator: ",")
        let read = try ProgramRun.ssrm("data", "edf", "--root", edf, "--channels", channels, "--out", data)
        #expect(read.status == 0, "\(read.errors)")
        let trained = try ProgramRun.ssrm(
            "pretrain", "--data", data, "--run", run, "--steps", "2", "--workers", "1", "--shards", "2")
        #expect(trained.status == 0 && trained.errors.contains("preset psg"), "\(trained.errors)")
        let job = try String(contentsOfFile: run + "/job.json", encoding: .utf8)
        // Preparation, augmentation and network.
        let told = job.matches(of: /"input_channels"\s*:\s*(\d+)/).map { String($0.output.1) }
        #expect(told == Array(repeating: "\(count)", count: 3))
        let model = try ProgramRun.ssrm(
            "train", "--data", data, "--encoder", run, "--scheme", "five", "--set", "recogniser.steps=2", "--set",
            "recogniser.self_training_steps=0", "--out", folder.path("model"))
        #expect(model.status == 0, "\(model.errors)")
    }

    @Test func anotherNumberOfChannelsIsRefused() throws {
        let result = try ProgramRun(
            ["pretrain", "--data", folder.path("psg"), "--run", folder.path("run")]
                + Self.settings.map { $0 == "upstream.input_channels=3" ? "upstream.input_channels=2" : $0 }
        ).result()
        #expect(result.status == 1 && result.errors.contains("input_channels is 2: use 3"), "\(result.errors)")
    }
}
