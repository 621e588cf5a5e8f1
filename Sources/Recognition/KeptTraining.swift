import Checkpoints
import Foundation
import Layers
import Numerics

/// A folder in which a recogniser's training keeps how far each member is, so that one that was interrupted goes on, to
/// the same bits.
///
/// A member's state is one tensor file, which is there whole or not at all: written after an epoch, once enough time
/// went by since the last one, and when the member is done. Metadata: `format`, `training` (what decides the bits),
/// `epoch`, `step`, and as the bits of a double `loss` and, where people are held out, `best_loss` and `best_joint`.
/// Tensors: `parameters`, `first_moment` and `second_moment` of Adam, where held-out people chose an epoch its `best`
/// parameters; and each of them as `body.…` where a body is trained on.
public struct KeptTraining: Sendable {
    private let folder: String
    private let training: String
    private let interval: Duration
    private let isSound: @Sendable () -> Bool
    private let tell: @Sendable (String) -> Void
    /// Which of several trainings, one after another, this is.
    private var number = 1

    private static let format = "ssrm.training.1"

    /// What a folder keeps of a training, and will.
    ///
    /// - Parameters:
    ///   - folder: where; it is there.
    ///   - training: what decides the bits: all else in the folder is another training's.
    ///   - interval: how long after a state the next one is written.
    ///   - isSound: whether what is learnt from is as it was; once it is not, nothing of what was learnt is kept.
    ///   - tell: is told of a state that can't be written or read, which ends nothing. Called on any thread.
    public init(
        in folder: String, of training: String, every interval: Duration = .seconds(60),
        isSound: @escaping @Sendable () -> Bool = { true }, tell: @escaping @Sendable (String) -> Void
    ) {
        (self.folder, self.training, self.interval) = (folder, training, interval)
        (self.isSound, self.tell) = (isSound, tell)
    }

    /// The same for one of several trainings, one after another, counted from 1.
    public func ofTraining(_ number: Int) -> KeptTraining {
        var other = self
        other.number = number
        return other
    }

    private func path(_ member: Int) -> String {
        "\(folder)/training-\(number)-member-\(member + 1).safetensors"
    }

    /// Epochs that a member's file says are kept, before it is looked at whether the file is as it was written.
    func epochs(ofMember member: Int) -> Int {
        let texts = try? TensorFile.metadata(at: path(member))
        guard let texts, texts["training"] == identity(member) else { return 0 }
        return texts["epoch"].flatMap { Int($0) }.map { min(max($0, 0), MemberState.most) } ?? 0
    }

    /// What decides a member's bits: no other member's state is taken for it.
    private func identity(_ member: Int) -> String { "\(training) \(number) \(member + 1)" }

    /// The keeping of a member, which begins where it was.
    func keeper(ofMember member: Int, parameters: Int, bodyParameters: Int?) -> MemberKeeper {
        let (path, training, tell) = (path(member), identity(member), tell)
        var state: MemberState?
        if FileManager.default.fileExists(atPath: path) {
            do {
                let known = try MemberState(reading: path, format: Self.format, training: training)
                guard known.network.count == parameters, known.body?.count == bodyParameters else {
                    throw NotTheTraining(path: path)
                }
                state = known
            } catch {
                tell("note: \(error); what it kept is trained again")
            }
        }
        return MemberKeeper(state: state, interval: interval, isSound: isSound, tell: tell) { state in
            try state.write(to: path, format: Self.format, training: training)
        }
    }
}

/// Keeps one member's state.
struct MemberKeeper {
    /// Where it was when it was interrupted; nil where it begins.
    let state: MemberState?
    private let interval: Duration
    private let isSound: () -> Bool
    private let tell: (String) -> Void
    private let write: (MemberState) throws -> Void
    private var last = ContinuousClock.now
    /// What was told last of what can't be kept.
    private var fault: String?

    init(
        state: MemberState?, interval: Duration, isSound: @escaping () -> Bool, tell: @escaping (String) -> Void,
        write: @escaping (MemberState) throws -> Void
    ) {
        (self.state, self.interval, self.isSound) = (state, interval, isSound)
        (self.tell, self.write) = (tell, write)
    }

    /// Takes note of the end of an epoch; writes the state where it is time to, and that of a member that is done.
    mutating func onEpoch(isDone: Bool, _ state: () -> MemberState) {
        guard isDone || last.duration(to: .now) >= interval else { return }
        last = .now
        do {
            guard isSound() else { throw NotAsItWas() }
            try write(state())
            fault = nil
        } catch {
            let words = "\(error)"
            if words != fault { tell("note: \(words); what was trained meanwhile is lost where this is interrupted") }
            fault = words
        }
    }

    private struct NotAsItWas: Error, CustomStringConvertible {
        let description = "the dataset was changed while it was read, so nothing is kept"
    }
}

/// Where a member's training stands after an epoch.
struct MemberState {
    /// Parameters with their optimiser, and those of the best epoch, where one is chosen.
    struct Part {
        let parameters: FloatBlock
        let firstMoment, secondMoment: FloatBlock
        let best: FloatBlock?

        var count: Int { parameters.count }

        init(_ parameters: FloatBlock, _ adam: Adam, best: FloatBlock?) {
            (self.parameters, self.best) = (parameters, best)
            (firstMoment, secondMoment) = (adam.firstMoment, adam.secondMoment)
        }

        fileprivate init(_ vectors: [FloatBlock], best: FloatBlock?) {
            (parameters, firstMoment, secondMoment) = (vectors[0], vectors[1], vectors[2])
            self.best = best
        }

        fileprivate static let names = ["parameters", "first_moment", "second_moment", "best"]
        fileprivate var vectors: [FloatBlock] { [parameters, firstMoment, secondMoment] + (best.map { [$0] } ?? []) }

        /// Adam after so many steps, in memory of its own.
        func adam(settings: AdamSettings, step: Int) -> Adam {
            Adam(
                settings: settings, firstMoment: FloatBlock(copying: firstMoment),
                secondMoment: FloatBlock(copying: secondMoment), step: step)
        }
    }

    /// Epochs done, and the optimiser's steps.
    let (epoch, step): (Int, Int)
    /// The loss of the last one.
    let loss: Double
    /// The losses of the best epoch: under the scheme asked for, and of all heads together.
    let best: (loss: Double, joint: Double)?
    let network: Part
    let body: Part?

    /// What the best epoch left, where one is chosen, and the loss that chose it.
    var bestOutcome: (outcome: MemberTraining.Outcome, joint: Double)? {
        guard let best, let parameters = network.best else { return nil }
        return (MemberTraining.Outcome(parameters: parameters, body: body?.best, loss: best.loss), best.joint)
    }

    init(
        epoch: Int, step: Int, loss: Double, best: (loss: Double, joint: Double)?, network: Part, body: Part?
    ) {
        (self.epoch, self.step, self.loss, self.best) = (epoch, step, loss, best)
        (self.network, self.body) = (network, body)
    }

    private static let bodyPrefix = "body."
    /// No training has so many epochs or steps.
    fileprivate static let most = 1 << 48

    fileprivate func write(to path: String, format: String, training: String) throws(TensorFileError) {
        var metadata = [
            "format": format, "training": training, "epoch": "\(epoch)", "step": "\(step)",
            "loss": "\(loss.bitPattern)",
        ]
        metadata["best_loss"] = best.map { "\($0.loss.bitPattern)" }
        metadata["best_joint"] = best.map { "\($0.joint.bitPattern)" }
        let named = [("", network)] + (body.map { [(Self.bodyPrefix, $0)] } ?? [])
        let tensors = named.flatMap { prefix, part in
            zip(Part.names, part.vectors).map { (name: prefix + $0, type: TensorType.float32, shape: [$1.count]) }
        }
        var writer = try TensorFileWriter(path: path, tensors: tensors, metadata: metadata)
        for (_, part) in named {
            for vector in part.vectors { try writer.append(vector.bytes) }
        }
        _ = try writer.finish()
    }

    fileprivate init(reading path: String, format: String, training: String) throws {
        let file = try TensorFile(opening: path)
        let texts = file.metadata
        guard texts["format"] == format, texts["training"] == training else { throw NotTheTraining(path: path) }
        func number(_ name: String) -> Double? { texts[name].flatMap { UInt64($0) }.map { Double(bitPattern: $0) } }
        guard let epoch = texts["epoch"].flatMap({ Int($0) }), let step = texts["step"].flatMap({ Int($0) }),
            (1...Self.most).contains(epoch), (1...Self.most).contains(step), let loss = number("loss")
        else { throw NotTheTraining(path: path) }
        let names = Set(file.tensors.map(\.name))
        func part(_ prefix: String) throws -> Part {
            let count = try file.floats(prefix + Part.names[0]).count
            func vector(_ name: String) throws -> FloatBlock {
                FloatBlock(try file.floats(prefix + name, shape: [count]))
            }
            let vectors = try Part.names.dropLast().map { try vector($0) }
            let best = names.contains(prefix + Part.names[3]) ? try vector(Part.names[3]) : nil
            return Part(vectors, best: best)
        }
        let hasBody = names.contains(Self.bodyPrefix + Part.names[0])
        let (network, body) = (try part(""), hasBody ? try part(Self.bodyPrefix) : nil)
        let losses = number("best_loss").flatMap { loss in number("best_joint").map { (loss, $0) } }
        guard (losses != nil) == (network.best != nil), body == nil || (losses != nil) == (body?.best != nil) else {
            throw NotTheTraining(path: path)
        }
        try file.requireWhole()
        self.init(epoch: epoch, step: step, loss: loss, best: losses, network: network, body: body)
    }
}

private struct NotTheTraining: Error, CustomStringConvertible {
    let path: String
    var description: String { "\(path): it is no state of this training" }
}
