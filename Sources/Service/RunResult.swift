package import Coordination

/// What a run of the upstream stage came to.
package struct RunResult: Encodable, Sendable {
    /// The run directory.
    package let run: String
    /// The file of the last checkpoint.
    package let checkpoint: String
    /// Steps done.
    package let step: Int
    /// The step that this part of the run went on from; 0 where it began with the first.
    package let startStep: Int
    /// The last step's loss, or with local steps the mean over the last round's; nil where no step was left to do.
    package let loss: Double?
    /// From the run's begin to the last step's end.
    package let seconds: Double
    /// Rows through the network each second, from the first round's end on; where there was only one, from the run's
    /// begin on.
    package let rowsPerSecond: Double
    /// Milliseconds of a round, from the first step's end on; nil where there was none.
    let roundMilliseconds: Double?
    /// What each worker did in it.
    package let time: [RunMetrics.Worker]
    /// Whether all workers' arithmetic was the coordinator's.
    package let probesAgree: Bool
    /// Leaves whose sums were taken, how many of them two workers computed to the same bits, and how often leaves were
    /// given to a second worker because the first one was late; earlier processes of the run included.
    package let leaves, auditedLeaves, backups: Int
    /// SHA-256 of the parameters as 32-bit floats.
    package let parametersSHA256: String
    /// The job's digest.
    package let jobDigest: String

    private enum CodingKeys: String, CodingKey {
        case run, checkpoint, step, loss, seconds, time, leaves, backups
        case startStep = "start_step"
        case probesAgree = "probes_agree"
        case auditedLeaves = "audited_leaves"
        case roundMilliseconds = "round_ms"
        case rowsPerSecond = "rows_per_s"
        case parametersSHA256 = "parameters_sha256"
        case jobDigest = "job_digest"
    }
}
