import Coordination
import Encoders
import Layers
import Numerics
import Service
import Signals
import TestKit
import Upstream

/// A job small enough for every test, its samples, and a folder to run it in.
struct SmallRun {
    let temporary: TemporaryFolder
    let job: Job
    var folder: RunFolder { RunFolder(temporary.path("run")) }

    init(steps: Int = 12) throws {
        temporary = try TemporaryFolder()
        let settings = UpstreamSettings(
            network: NetworkSettings(MLPSettings(hiddenUnits: [9], weightDeviation: 0.1)),
            task: TaskSettings(ViewSettings.standard), optimiser: .adam(AdamSettings(learningRate: 0.01)))
        job = Job(
            datasetDigest: "none", sampleCount: 40, rows: 4, columns: 3, preset: "paper", settings: settings, seed: 7,
            shardsPerStep: 5, originalsPerShard: 3, steps: steps)
    }

    /// Makes the run's folders.
    func makeFolders() throws { try temporary.write("", to: "run/checkpoints/.here") }

    /// A checkpoint after so many steps, whatever they were.
    func checkpoint(step: Int) -> TrainingCheckpoint {
        var state = TrainingState(startOf: job)
        let gradient = FloatBlock(count: state.parameters.count)
        for _ in 0..<step { state.advance(sum: gradient) }
        return TrainingCheckpoint(job: job, state: state)
    }
}

/// A sink that keeps everything.
final class CollectedEvents: RunEventSink {
    private(set) var events: [RunEvent] = []
    private(set) var isOver = false

    func take(_ event: RunEvent, at time: Duration) { events.append(event) }

    func end() { isOver = true }
}
