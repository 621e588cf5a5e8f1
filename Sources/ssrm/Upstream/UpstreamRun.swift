import ArgumentParser
import Checkpoints
import Datasets
import Foundation
import Numerics
import Upstream

/// One run of the upstream stage by a coordinator in this process: run directory, resuming, training, result.
struct UpstreamRun {
    private struct Result: Encodable {
        let run: String
        let checkpoint: String
        let step: Int
        let loss: Double?
        let seconds: Double
        let rowsPerSecond: Double
        let parametersSHA256: String
        let jobDigest: String

        enum CodingKeys: String, CodingKey {
            case run, checkpoint, step, loss, seconds
            case rowsPerSecond = "rows_per_s"
            case parametersSHA256 = "parameters_sha256"
            case jobDigest = "job_digest"
        }
    }
    private let options: JobOptions
    private let lease: LeaseOptions
    private let workers: WorkersRecord?
    private let json: Bool

    init(_ options: JobOptions, _ lease: LeaseOptions, workers: WorkersRecord? = nil, json: Bool) {
        (self.options, self.lease, self.workers, self.json) = (options, lease, workers, json)
    }

    /// Runs, with the workers that `startWorkers` makes once the endpoint is known.
    func run(
        listen: String, patience: Duration?, startWorkers: (_ endpoint: String) throws -> LocalWorkers?
    ) throws {
        let signals = try SignalInbox([SIGINT, SIGTERM, SIGCHLD])
        let (preset, settings) = try options.settings()
        let dataset = try Dataset(opening: options.data)
        let job = try options.job(on: dataset, preset: preset, settings: settings)
        if workers != nil {  // on this machine
            if let fault = ProductLibrary.fault(of: job.settings.products) { throw ProgramError(fault) }
            if let note = ProductLibrary.note(on: job.settings.products) { Terminal.error("note: \(note)") }
        }
        let folder = RunFolder(options.run)
        try makeFolder(folder.checkpointFolder)
        let lock = try RunLock(folder.lockFile, folder: options.run)
        defer { withExtendedLifetime(lock) {} }
        removeLeftovers(in: folder.checkpointFolder)
        let state = try startingState(of: job, in: folder)
        let record = try RunRecord(job, options, lease, listen: listen, patience: patience, workers: workers)
        try WholeFile.write(try record.json + "\n", to: folder.jobFile)
        if state.step == job.steps { return try finishWithoutSteps(state, job, folder) }

        let shell = try CoordinatorShell(
            CoordinatorSettings(
                listen: listen, heartbeat: .seconds(lease.heartbeat), lease: .seconds(lease.lease),
                refusesOtherArithmetic: lease.sameArithmetic, sharesMemory: lease.sharedMemory,
                checkpointEvery: options.checkpointEvery,
                keepCheckpoints: options.keepCheckpoints, reportEvery: options.reportEvery, patience: patience),
            job: job, samples: dataset.samples, state: state, folder: folder, signals: signals)
        try WholeFile.write(shell.endpoint + "\n", to: folder.endpointFile)
        defer { unlink(folder.endpointFile) }
        Terminal.error("listening on \(shell.endpoint)")

        let outcome = try shell.run(with: try startWorkers(shell.endpoint))
        if case .stopped(let signal) = outcome {
            Terminal.error("stopped after step \(shell.finalState.step) of \(job.steps); go on with --resume")
            throw ExitCode(128 + signal)
        }
        let (seconds, rate) = shell.speed
        try report(shell.finalState, job, folder, loss: shell.lastLoss, seconds: seconds, rate: rate)
    }

    /// A job of no steps, or one that was done already.
    private func finishWithoutSteps(_ state: TrainingState, _ job: Job, _ folder: RunFolder) throws {
        if state.step == 0 {
            try TrainingCheckpoint(job: job, state: state).write(to: folder.checkpointFile(step: 0))
        }
        Terminal.error("all \(job.steps) steps are done already")
        try report(state, job, folder, loss: nil, seconds: 0, rate: 0)
    }

    private func makeFolder(_ path: String) throws {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw ProgramError(
                "\(options.run): no run directory can be made there; is a file in the way, or may you not write?")
        }
    }

    /// Removes what a coordinator that was killed while writing left behind; the lock says that nobody writes now.
    private func removeLeftovers(in path: String) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        for name in names where name.hasSuffix(".part") { unlink(path + "/" + name) }
    }

    private func startingState(of job: Job, in folder: RunFolder) throws -> TrainingState {
        let newest = try folder.newestCheckpoint { Terminal.error("skipped a checkpoint: \($0)") }
        guard let (path, checkpoint) = newest else {
            if options.resume { Terminal.error("\(options.run) has no checkpoint yet; starting at the first step") }
            return TrainingState(startOf: job)
        }
        guard options.resume else {
            throw ProgramError(
                "\(options.run) has checkpoints of an earlier run; go on with --resume or choose another --run folder")
        }
        let differences = job.differences(from: checkpoint.job)
        if !differences.isEmpty { throw UpstreamError.otherJob(path: path, differences: differences) }
        if checkpoint.state.step > job.steps {
            throw ProgramError("\(path) is at step \(checkpoint.state.step), beyond --steps \(job.steps)")
        }
        Terminal.error("resuming after step \(checkpoint.state.step)")
        return checkpoint.state
    }

    private func report(
        _ state: TrainingState, _ job: Job, _ folder: RunFolder, loss: Double?, seconds: Double, rate: Double
    ) throws {
        let result = Result(
            run: options.run, checkpoint: folder.checkpointFile(step: state.step), step: state.step,
            loss: loss, seconds: seconds, rowsPerSecond: rate.rounded(), parametersSHA256: sha256(of: state.parameters),
            jobDigest: try job.digest)
        if json { return try printJSON(result) }
        print(
            """
            \(result.step) steps in \(String(format: "%.1f", seconds)) s, \(Int(rate)) rows/s\
            \(loss.map { String(format: ", loss %.4f", $0) } ?? "")
            parameters_sha256 \(result.parametersSHA256)
            \(result.checkpoint)
            """)
    }
}
