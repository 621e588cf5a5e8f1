public import Numerics

/// What can be wrong with a request to learn, to recognise or to evaluate.
public enum RecognitionError: Error, Equatable, CustomStringConvertible {
    /// A setting, under its name in preset files, has a value that makes no sense.
    case badSetting(SettingFault)
    /// There is no evaluation protocol of this name.
    case unknownProtocol(name: String)
    /// A protocol can't be carried out on these subjects or samples.
    case cannotSplit(reason: String)
    /// No training sample has a label.
    case nothingToLearnFrom
    /// The training samples differ in too few directions for the principal components asked for.
    case tooFewDirections(wanted: Int, found: Int, samples: Int)
    /// There are fewer training samples than Gaussians in the mixture asked for.
    case tooFewSamples(wanted: Int, found: Int)
    /// The loss became infinite or not a number.
    case diverged(epoch: Int)
    /// A file is a model of a program before this one.
    case oldModel(path: String, format: String)
    /// A file is no model that this program reads.
    case notAModel(path: String, reason: String)

    /// One line: what is wrong and what to do.
    public var description: String {
        switch self {
        case .badSetting(let fault): return "\(fault.inSection("recogniser"))"
        case .unknownProtocol(let name):
            return "no protocol \"\(name)\": use one of \(EvaluationProtocol.names.joined(separator: ", "))"
        case .cannotSplit(let reason): return reason
        case .nothingToLearnFrom:
            return "no training sample has a label under this scheme: use labelled recordings or another scheme"
        case .tooFewDirections(let wanted, let found, let samples):
            return "recogniser.principal_components is \(wanted), but the \(samples) training samples differ in "
                + "\(found) directions: use at most that many, or more recordings"
        case .tooFewSamples(let wanted, let found):
            return "recogniser.fisher_components is \(wanted), but there are \(found) training samples: "
                + "use at most that many, or more recordings"
        case .diverged(let epoch):
            return "training diverged in epoch \(epoch + 1): its loss is not a number; use a lower learning rate"
        case .oldModel(let path, let format):
            return "\(path) is a model of an earlier ssrm (\(format)), which this one does not read: "
                + "run `ssrm train` again"
        case .notAModel(let path, let reason):
            return "\(path) is not a model: \(reason); use a file that `ssrm train` wrote"
        }
    }
}
