import Checkpoints
package import Datasets
import Foundation
import Numerics
package import Upstream

/// One run of the upstream stage by a coordinator in this process: run directory, resuming, training, result.
package struct UpstreamRun {
    /// How a run ended, unless it failed.
    package enum Outcome {
        case complete(RunResult)
        case stopped(signal: Int32)
    }
    private let settings: RunSettings
    private let job: Job
    private let dataset: Dataset
    private let folder: RunFolder

    /// A run of this job on this dataset.
    package init(_ settings: RunSettings, job: Job, dataset: Dataset) {
        (self.settings, self.job, self.dataset) = (settings, job, dataset)
        folder = RunFolder(settings.folder)
    }

    /// Runs until all steps are done or one of `signals` asks to stop.
    package func run(signals: SignalInbox) throws -> Outcome {
        if settings.workers != nil {  // on this machine
            let arithmetic = job.settings.arithmetic
            if let fault = arithmetic.fault { throw ServiceError(fault) }
            if let note = arithmetic.note { Terminal.error("note: \(note)") }
        }
        try makeFolder(folder.checkpointFolder)
        let lock = try RunLock(folder.lockFile, folder: settings.folder)
        defer { withExtendedLifetime(lock) {} }
        removeLeftovers(in: folder.checkpointFolder)
        let state = try startingState()
        try WholeFile.write(try RunRecord(job, settings).json + "\n", to: folder.jobFile)
        if state.step == job.steps { return .complete(try finishWithoutSteps(state)) }

        let shell = try CoordinatorShell(
            settings.coordinator, job: job, samples: dataset.samples, state: state, folder: folder, signals: signals)
        try WholeFile.write(shell.endpoint + "\n", to: folder.endpointFile)
        defer { unlink(folder.endpointFile) }
        Terminal.error("listening on \(shell.endpoint)")

        let workers = try settings.workers.map {
            try LocalWorkers($0, endpoint: shell.endpoint, data: settings.data)
        }
        switch try shell.run(with: workers) {
        case .complete:
            let (seconds, rate) = shell.speed
            return .complete(try result(shell.finalState, loss: shell.lastLoss, seconds: seconds, rate: rate))
        case .stopped(let signal):
            Terminal.error("stopped after step \(shell.finalState.step) of \(job.steps); go on with --resume")
            return .stopped(signal: signal)
        }
    }

    /// A job of no steps, or one that was done already.
    private func finishWithoutSteps(_ state: TrainingState) throws -> RunResult {
        if state.step == 0 {
            try TrainingCheckpoint(job: job, state: state).write(to: folder.checkpointFile(step: 0))
        }
        Terminal.error("all \(job.steps) steps are done already")
        return try result(state, loss: nil, seconds: 0, rate: 0)
    }

    private func makeFolder(_ path: String) throws {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw ServiceError(
                "\(settings.folder): no run directory can be made there; is a file in the way, or may you not write?")
        }
    }

    /// Removes what a coordinator that was killed while writing left behind; the lock says that nobody writes now.
    private func removeLeftovers(in path: String) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        for name in names where name.hasSuffix(".part") { unlink(path + "/" + name) }
    }

    private func startingState() throws -> TrainingState {
        let newest = try folder.newestCheckpoint { Terminal.error("skipped a checkpoint: \($0)") }
        guard let (path, checkpoint) = newest else {
            if settings.resumes {
                Terminal.error("\(settings.folder) has no checkpoint yet; starting at the first step")
            }
            return TrainingState(startOf: job)
        }
        guard settings.resumes else {
            throw ServiceError(
                "\(settings.folder) has checkpoints of an earlier run; go on with --resume or choose another --run folder"
            )
        }
        let differences = job.differences(from: checkpoint.job)
        if !differences.isEmpty { throw UpstreamError.otherJob(path: path, differences: differences) }
        if checkpoint.state.step > job.steps {
            throw ServiceError("\(path) is at step \(checkpoint.state.step), beyond --steps \(job.steps)")
        }
        Terminal.error("resuming after step \(checkpoint.state.step)")
        return checkpoint.state
    }

    private func result(_ state: TrainingState, loss: Double?, seconds: Double, rate: Double) throws -> RunResult {
        RunResult(
            run: settings.folder, checkpoint: folder.checkpointFile(step: state.step), step: state.step, loss: loss,
            seconds: seconds, rowsPerSecond: rate.rounded(), parametersSHA256: sha256(of: state.parameters),
            jobDigest: try job.digest)
    }
}
