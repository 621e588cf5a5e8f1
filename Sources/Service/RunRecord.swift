import Foundation
import Upstream

/// What `job.json` in a run directory says: the job, which fixes the result's bits, and beside it what does not, as it
/// was when the run was last started or resumed.
struct RunRecord: Encodable {
    private struct Workers: Encodable {
        let count, threads: Int
    }
    private struct Run: Encodable {
        let data: String
        /// The file of settings that replaced the preset.
        let config: String?
        /// Subjects left out, as they were named.
        let excludeSubjects: String?
        let listen: String
        let checkpointEvery: CheckpointInterval
        /// Where each checkpoint is written too.
        let checkpointCopy: String?
        let keepCheckpoints, reportEvery: Int
        let lease, heartbeat, audit: Double
        let sameArithmetic: Bool
        let waitSeconds: Double?
        /// Missing where workers are started by somebody else.
        let workers: Workers?

        enum CodingKeys: String, CodingKey {
            case data, config, listen, lease, heartbeat, audit, workers
            case excludeSubjects = "exclude_subjects"
            case checkpointEvery = "checkpoint_every"
            case checkpointCopy = "checkpoint_copy"
            case keepCheckpoints = "keep_checkpoints"
            case reportEvery = "report_every"
            case sameArithmetic = "same_arithmetic"
            case waitSeconds = "wait_seconds"
        }
    }
    private let job: Job
    private let jobDigest: String
    private let run: Run

    private enum CodingKeys: String, CodingKey {
        case job, run
        case jobDigest = "job_digest"
    }

    /// The record of a run that is about to start.
    init(_ job: Job, _ settings: RunSettings) throws {
        self.job = job
        jobDigest = try job.digest
        let coordinator = settings.coordinator
        run = Run(
            data: settings.data, config: settings.config, excludeSubjects: settings.excludeSubjects,
            listen: coordinator.listen, checkpointEvery: coordinator.checkpointEvery,
            checkpointCopy: settings.checkpointCopy, keepCheckpoints: coordinator.keepCheckpoints,
            reportEvery: settings.reportEvery,
            lease: coordinator.lease.seconds, heartbeat: coordinator.heartbeat.seconds, audit: coordinator.audit,
            sameArithmetic: coordinator.refusesOtherArithmetic, waitSeconds: coordinator.patience?.seconds,
            workers: settings.workers.map { Workers(count: $0.count, threads: $0.threads) })
    }

    /// As the file has it.
    var json: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        }
    }
}
