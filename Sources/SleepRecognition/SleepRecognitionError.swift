public import Checkpoints
public import Datasets
public import Encoders
public import Recognition
public import Signals
public import Upstream

/// Why something can't be learnt, recognised or evaluated.
public enum SleepRecognitionError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A text of settings, or one of them, can't be taken.
    case settings(place: String, reason: String)
    /// A value that replaces a setting, written as `section.name=value`, can't be taken.
    case assignment(String, reason: String)
    /// Such a value would replace a setting that what was asked for makes no use of.
    case unused(String, setting: String)
    /// There is no preset of this name.
    case unknownPreset(String)
    /// A dataset has no subject of this name.
    case unknownSubject(String, dataset: String, subjects: [String])
    /// The subjects to leave out are none, or all that a dataset has.
    case cannotExclude(dataset: String, all: Bool)
    /// The samples of a dataset are not what an encoder or a model takes.
    case otherSamples(dataset: String, reason: String)
    /// No sample of a dataset has a label under the scheme asked for.
    case noLabels(dataset: String)
    /// A recogniser that reads features is to be trained without an encoder.
    case noEncoder
    /// An encoder was given for a recogniser that reads no features.
    case encoderNotRead(String)
    /// A fold of an evaluation can't be carried out.
    case fold(dataset: String, name: String, reason: String)
    /// A curve over numbers of labelled people can't be computed.
    case labelCurve(reason: String)
    /// A folder can't keep what comes of an evaluation's parts.
    case kept(folder: String, reason: String)
    /// A job or an encoder of the upstream stage can't be used; `subject` says of what.
    case upstream(subject: String, UpstreamError)
    /// An encoder can't be used; `subject` says which.
    case encoder(subject: String, EncoderError)
    /// The recogniser can't be trained or a model can't be read.
    case recognition(RecognitionError)
    /// The labels don't fit what is to be told apart.
    case labels(LabelError)
    /// A file is no dataset.
    case dataset(DatasetError)
    /// A file can't be read or written.
    case file(TensorFileError)
    /// Anything else, in the words of what failed.
    case other(String)

    /// One line: what is wrong and what to do.
    public var description: String {
        switch self {
        case .settings(let place, let reason): return "\(place): \(reason)"
        case .assignment(let assignment, let reason): return "setting \(assignment): \(reason)"
        case .unused(let assignment, let setting): return "setting \(assignment): \(setting) is not used here"
        case .unknownPreset(let name):
            let names = Preset.names
            let near = nearestName(to: name, among: names).map { ": did you mean \($0)?" } ?? ""
            return "no preset \(String(name.prefix(60)).debugDescription)\(near) "
                + "(there are \(names.joined(separator: ", ")))"
        case .unknownSubject(let name, let dataset, let subjects):
            return "\(dataset) has no subject \(name): \(suggestion(for: name, among: subjects))"
        case .cannotExclude(let dataset, let all):
            return all
                ? "no subject of \(dataset) is left to train on: exclude fewer"
                : "no subject of \(dataset) is named to be excluded: name some, or exclude none"
        case .otherSamples(let dataset, let reason): return "\(dataset): \(reason)"
        case .noLabels(let dataset): return "\(dataset): no sample has a label under this scheme"
        case .noEncoder:
            return
                "no encoder is given, and recogniser.encoder asks for one: pretrain one, or set it to none or scratch, like "
                + "--set recogniser.encoder=scratch"
        case .encoderNotRead(let name):
            return
                "\(name) would not be read, because recogniser.encoder is none or scratch: leave the encoder out, or "
                + "set it to frozen or tuned"
        case .fold(let dataset, let name, let reason): return "\(dataset), \(name): \(reason)"
        case .labelCurve(let reason): return reason
        case .kept(let folder, let reason): return "\(folder): \(reason)"
        case .upstream(let subject, let error):
            switch error {
            case .noCheckpoint, .otherJob: return "\(error)"  // it names the file
            default: return "\(subject): \(error)"
            }
        case .encoder(let subject, let error): return "\(subject): \(error)"
        case .recognition(let error): return "\(error)"
        case .labels(let error): return "\(error)"
        case .dataset(let error): return "\(error)"
        case .file(let error): return "\(error)"
        case .other(let reason): return reason
        }
    }

    /// What is wrong, where the line itself says of what.
    var reason: String {
        switch self {
        case .upstream(_, let error): "\(error)"
        case .encoder(_, let error): "\(error)"
        default: description
        }
    }

    /// An error of what this library stands on.
    ///
    /// - Parameters:
    ///   - error: what was thrown.
    ///   - subject: what an error that does not say so itself is about: a file, a dataset.
    init(_ error: any Error, of subject: String) {
        switch error {
        case let error as SleepRecognitionError: self = error
        case let error as UpstreamError: self = .upstream(subject: subject, error)
        case let error as EncoderError: self = .encoder(subject: subject, error)
        case let error as RecognitionError: self = .recognition(error)
        case let error as LabelError: self = .labels(error)
        case let error as DatasetError: self = .dataset(error)
        case let error as TensorFileError: self = .file(error)
        default: self = .other("\(subject): \(error)")
        }
    }
}

/// What `work` gives; what it throws as this library's error about `subject`.
func about<Value>(
    _ subject: String, _ work: () throws -> Value
) throws(SleepRecognitionError) -> Value {
    do { return try work() } catch { throw SleepRecognitionError(error, of: subject) }
}
