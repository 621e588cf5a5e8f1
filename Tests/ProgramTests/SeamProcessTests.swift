import Foundation
import TestKit
import Testing
import Upstream

/// The promise holds for what others add: a network and a task of the tests' own, trained by real processes.
@Suite(.serialized, .onOwnThreads) struct SeamProcessTests {
    private static let trainer = URL(filePath: ProgramRun.ssrm).deletingLastPathComponent()
        .appending(path: "ExampleTrainer").path
    private struct Outcome: Decodable, Equatable {
        let step: Int
        let parameters_sha256: String
        let job_digest: String
    }
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func start(_ run: String, workers: Int, steps: Int, _ flags: String...) throws -> ProgramRun {
        try ProgramRun(
            ["pretrain", try Pretraining.dataset.get(), folder.path(run), "\(workers)", "\(steps)"] + flags,
            program: Self.trainer)
    }

    private func outcome(of run: ProgramRun, location: SourceLocation = #_sourceLocation) throws -> Outcome {
        let result = run.result()
        #expect(result.status == 0, Comment(rawValue: result.errors), sourceLocation: location)
        return try JSONDecoder().decode(Outcome.self, from: Data(result.output.utf8))
    }

    @Test func theSameJobGivesTheSameBitsWhateverTheWorkersAndTheCoordinatorsDeath() throws {
        let one = try outcome(of: start("one", workers: 1, steps: 400))
        #expect(one.step == 400)
        #expect(try outcome(of: start("three", workers: 3, steps: 400)) == one)

        // So long that it can't be over before it is killed.
        let killed = try start("killed", workers: 2, steps: 1_000_000)
        let written = try RunEventLog(of: folder.path("killed"), by: killed).waits(for: .checkpointWritten, count: 2)
        killed.signal(SIGKILL)
        #expect(killed.result().status == -SIGKILL)
        let newest = try RunFolder(folder.path("killed")).checkpointSteps.last
        let steps = try #require(newest) + 20
        #expect(steps > written[1].step ?? 0)
        let resumed = try outcome(of: start("killed", workers: 3, steps: steps, "--resume"))
        #expect(resumed == (try outcome(of: start("whole", workers: 1, steps: steps))))
    }

    @Test func theTasksOwnFiguresStandInTheMetrics() throws {
        _ = try outcome(of: start("run", workers: 2, steps: 40))
        struct Line: Decodable {
            let step: Int
            let loss, shift_accuracy, mean_shift: Double
        }
        let lines = try String(contentsOfFile: folder.path("run/metrics.jsonl"), encoding: .utf8).split(separator: "\n")
            .map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
        #expect(lines.map(\.step) == [10, 20, 30, 40])
        // Shifts are drawn from 0 … 7: the mean of 480 of them is 3.5 within four deviations of 0.105.
        #expect(lines.allSatisfy { abs($0.mean_shift - 3.5) < 0.42 && (0...1).contains($0.shift_accuracy) })
    }

    /// A worker that does not know the job's network says so and what to do.
    @Test func aWorkerThatDoesNotKnowTheNetworkSaysSo() throws {
        let run = try start("long", workers: 1, steps: 1_000_000)
        let endpoint = try RunEventLog(of: folder.path("long"), by: run).endpoint()
        let stranger = try ProgramRun.ssrm("worker", "--connect", endpoint)
        #expect(stranger.status == 1)
        #expect(stranger.errors.contains("network is squares: use perceptron"), Comment(rawValue: stranger.errors))
        run.signal(SIGTERM)
        #expect(run.result().status == 128 + SIGTERM)
    }
}
