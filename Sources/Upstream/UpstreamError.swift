public import Numerics

/// Why the upstream stage can't go on.
public enum UpstreamError: Error, Equatable, CustomStringConvertible {
    /// A setting, under its name in preset files, has a value that makes no sense.
    case badSetting(SettingFault)
    /// The job can't be trained as it is.
    case unfit(String)
    /// The samples were cut or changed while they were read: what was computed of them is thrown away.
    case samplesChanged(String)
    /// A gradient or the loss is infinite or not a number.
    case notFinite(step: Int, leaves: Range<Int>)
    /// What the optimiser keeps is infinite, so that parameters stand still: gradients are finite and too large.
    case stateNotFinite(step: Int)
    /// A file that should be a checkpoint is none, or no checkpoint is where one should be.
    case noCheckpoint(path: String, reason: String)
    /// A checkpoint can't be read, whatever is in it: it may be a good one.
    case unread(path: String, step: Int, reason: String)
    /// A checkpoint belongs to another job.
    case otherJob(path: String, differences: [String])

    /// The one line that a person reads.
    public var description: String {
        switch self {
        case .badSetting(let fault): "\(fault.inSection("upstream"))"
        case .unfit(let reason), .samplesChanged(let reason): reason
        case .notFinite(let step, let leaves):
            """
            the gradient of step \(step), shards \(leaves.lowerBound)-\(leaves.upperBound - 1), is infinite or not a number; \
            lower --learning-rate or look at the samples with `ssrm data inspect`
            """
        case .stateNotFinite(let step):
            """
            gradients up to step \(step) are so large that what the optimiser keeps of them is infinite, and nothing is learnt; \
            lower the weights of the task's losses or look at the samples with `ssrm data inspect`
            """
        case .noCheckpoint(let path, let reason): "\(path): \(reason)"
        case .unread(_, _, let reason):
            "\(reason); mend that, or remove the file to go on from an older checkpoint"
        case .otherJob(let path, let differences):
            """
            \(path) belongs to another job (\(differences.joined(separator: "; "))); resume with that job's settings or choose \
            another --run folder
            """
        }
    }
}
