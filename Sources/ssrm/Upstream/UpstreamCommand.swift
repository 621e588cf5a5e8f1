import ArgumentParser
import Datasets
import Foundation
import Service
import Upstream

/// What `ssrm pretrain` and `ssrm coordinator` have in common: a run from its options to its printed result.
protocol UpstreamCommand {
    var options: JobOptions { get }
    var leaseOptions: LeaseOptions { get }
    var statusOption: StatusOption { get }
    var json: Bool { get }
}

extension UpstreamCommand {
    /// Runs with the workers that this process starts itself for its job, perhaps with a reason for their number, or
    /// with those that come to `listen`.
    func run(
        listen: String, keys: KeyFolder? = nil, isLaunched: Bool = false, patience: Duration? = nil,
        workers: ((Job) -> (settings: LocalWorkersSettings, reason: String?))? = nil
    ) throws {
        let signals = try CommandSignals.take()
        let folders = [options.run, options.checkpointCopy].compactMap { $0 }.map { RunFolder($0) }
        signals.opening?.say { UpstreamRun.ending(in: folders) }
        try requireUntouched(
            [options.data, options.presetOptions.config], by: folders.flatMap(\.ownFiles))
        let namedSettings = try options.settings()
        let dataset = try Dataset(opening: options.data)
        let job = try options.job(on: dataset, settings: namedSettings)
        var settings = RunSettings(
            data: options.data, folder: options.run,
            coordinator: coordinatorSettings(listen: listen, patience, hasRemoteWorkers: workers == nil))
        (settings.coordinator.keys, settings.coordinator.isLaunched) = (keys, isLaunched)
        settings.config = options.presetOptions.config
        settings.excludeSubjects =
            options.excludeSubjects.isEmpty ? nil : options.excludeSubjects.joined(separator: ",")
        settings.resumes = options.resume
        settings.checkpointCopy = options.checkpointCopy
        settings.reportEvery = options.reportEvery
        settings.status = try statusOption.address()
        if let workers { (settings.workers, settings.workersReason) = workers(job) }
        let board = try statusOption.tensorboard.map {
            try LiveTensorBoard(TensorBoardFolder($0, job: job, stepCounts: earlierStepCounts()))
        }
        let run = UpstreamRun(settings, job: job, dataset: dataset, follower: board.map { board in board.take })
        let outcome: UpstreamRun.Outcome
        do { outcome = try run.run(signals: signals) } catch {
            board?.removeIfUnused()
            throw error
        }
        switch outcome {
        case .complete(let result): try report(result, of: job)
        case .stopped(let signal):
            if let note = SignalInbox.note(on: signal) { Terminal.error(note) }
            throw ExitCode(128 + signal)
        }
    }

    /// How many steps earlier parts of a run that goes on had to do in all.
    private func earlierStepCounts() -> Set<Int> {
        guard options.resume else { return [] }
        return Set([options.run, options.checkpointCopy].compactMap { $0 }.flatMap { RunFolder($0).stepCounts })
    }

    private func coordinatorSettings(
        listen: String, _ patience: Duration?, hasRemoteWorkers: Bool
    ) -> CoordinatorSettings {
        var settings = CoordinatorSettings(listen: listen)
        settings.heartbeat = .seconds(leaseOptions.heartbeat)
        settings.lease = .seconds(leaseOptions.lease)
        settings.refusesOtherArithmetic = leaseOptions.sameArithmetic
        settings.audit = leaseOptions.audit ?? (hasRemoteWorkers ? 0.01 : 0)
        settings.crew = leaseOptions.ask
        settings.sharesMemory = leaseOptions.sharedMemory
        if let interval = CheckpointInterval(options.checkpointEvery) { settings.checkpointEvery = interval }
        settings.keepCheckpoints = options.keepCheckpoints
        settings.patience = patience
        return settings
    }

    private func report(_ result: RunResult, of job: Job) throws {
        if json { return try printJSON(result) }
        let (last, count) = (result.step, job.stepsPerRound)
        let name = count > 1 ? "mean loss of steps \(max(1, last - count + 1)) to \(last)" : "loss of the last step"
        let steps = many(last - result.startStep, "step") + (result.startStep > 0 ? " to step \(last)" : "")
        print(
            """
            \(steps) in \(String(format: "%.1f", result.seconds)) s, \(Int(result.rowsPerSecond)) rows/s\
            \(result.loss.map { ", \(name) \(String(format: "%.4f", $0))" } ?? "")
            parameters_sha256 \(result.parametersSHA256)
            \(result.checkpoint)
            """)
    }
}
