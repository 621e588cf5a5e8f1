import ArgumentParser
import Checkpoints
import Datasets
import Foundation
import Upstream

/// One run of the upstream stage by a coordinator in this process: run directory, resuming, training, result.
struct UpstreamRun {
    private struct Result: Encodable {
        let run: String
        let checkpoint: String
        let step: Int
        let loss: Double
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
    private let json: Bool

    init(_ options: JobOptions, _ lease: LeaseOptions, json: Bool) {
        (self.options, self.lease, self.json) = (options, lease, json)
    }

    /// Runs, with the workers that `startWorkers` makes once the endpoint is known.
    func run(
        listen: String, patience: Duration?, startWorkers: (_ endpoint: String) throws -> LocalWorkers?
    ) throws {
        let signals = try SignalInbox([SIGINT, SIGTERM, SIGCHLD])
        let dataset = try Dataset(opening: options.data)
        let job = try options.job(on: dataset)
        let folder = RunFolder(options.run)
        try makeFolder(folder.checkpointFolder)
        let lock = try RunLock(folder.lockFile, folder: options.run)
        defer { withExtendedLifetime(lock) {} }
        let state = try startingState(of: job, in: folder)
        try WholeFile.write(try job.json + "\n", to: folder.jobFile)

        let shell = try CoordinatorShell(
            CoordinatorSettings(
                listen: listen, heartbeat: .seconds(lease.heartbeat), lease: .seconds(lease.lease),
                refusesOtherArithmetic: lease.sameArithmetic, checkpointEvery: options.checkpointEvery,
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
        try report(shell, job, folder)
    }

    private func makeFolder(_ path: String) throws {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            // What a coordinator that was killed while writing left behind; the lock says that nobody writes now.
            for name in try FileManager.default.contentsOfDirectory(atPath: path) where name.hasSuffix(".part") {
                unlink(path + "/" + name)
            }
        } catch {
            throw ProgramError("\(options.run): no run directory can be made there: \(error.localizedDescription)")
        }
    }

    private func startingState(of job: Job, in folder: RunFolder) throws -> TrainingState {
        let newest = try folder.newestCheckpoint { Terminal.error("skipped a checkpoint: \($0)") }
        guard let (path, checkpoint) = newest else { return TrainingState(startOf: job) }
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

    private func report(_ shell: CoordinatorShell, _ job: Job, _ folder: RunFolder) throws {
        let state = shell.finalState
        let (seconds, rate) = shell.speed
        let result = Result(
            run: options.run, checkpoint: folder.checkpointFile(step: state.step), step: state.step,
            loss: shell.lastLoss,
            seconds: seconds, rowsPerSecond: rate.rounded(), parametersSHA256: sha256(of: state.parameters),
            jobDigest: try job.digest)
        if json { return try printJSON(result) }
        print(
            """
            \(result.step) steps in \(String(format: "%.1f", seconds)) s, \(Int(rate)) rows/s, loss \
            \(String(format: "%.4f", result.loss))
            parameters_sha256 \(result.parametersSHA256)
            \(result.checkpoint)
            """)
    }
}
