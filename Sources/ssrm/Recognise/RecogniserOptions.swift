public import ArgumentParser
import Datasets
import Messaging
import Recognition
import Service
import Signals
import SleepRecognition

extension LabelScheme: ExpressibleByArgument {}
extension RecogniserCell: ExpressibleByArgument {}

/// How a recogniser is trained: options of `ssrm train` and `ssrm evaluate`.
struct RecogniserOptions: ParsableArguments {
    @OptionGroup var presetOptions: PresetOptions

    @Option(
        help: """
            How often the recogniser sees each training sequence; by default the preset's. It has no effect where recogniser.steps \
            says how long it trains.
            """)
    var epochs: Int?

    @Option(help: "The recurrent cell: lstm, gru or none; by default the preset's.")
    var cell: RecogniserCell?

    @Option(help: "How many recognisers of other seeds answer together; by default the preset's number.")
    var members: Int?

    @Flag(
        help:
            "Train the encoder's body from its initial parameters, together with the recogniser, without pre-training, whatever recogniser.encoder is; not where it is none."
    )
    var fromScratch = false

    @Option(help: "What all random draws follow from.")
    var seed: UInt64 = 1

    @OptionGroup var threads: ThreadsOption

    func validate() throws {
        if let epochs, epochs < 1 { throw ValidationError("--epochs must be at least 1, not \(epochs)") }
        if let members, !(1...1000).contains(members) {
            throw ValidationError("--members must be 1 to 1000, not \(members)")
        }
    }

    /// The preset's settings with what these options replace; see `PresetOptions`.
    func settings(unused: [String], choosing: [String] = [], standard: PresetOptions.Standard) throws -> NamedSettings {
        var settings = try presetOptions.settings(unused: unused, choosing: choosing, standard: standard)
        // What has no effect is said, and is no setting of the model: its bits would be other ones. Where the steps are
        // chosen in the folds, it may have some.
        let choosesSteps = choosing.contains { $0.hasPrefix("recogniser.steps=") }
        if let epochs, choosesSteps || settings.values.reasonWithoutEffect(of: "recogniser.epochs") == nil {
            settings.values.recogniser.epochs = epochs
        }
        if fromScratch {
            guard settings.values.recogniser.encoder != .none else {
                throw ProgramError(
                    "--from-scratch: recogniser.encoder is none, so that there is no body to train; leave it out, or give "
                        + "another preset", isUsage: true)
            }
            settings.values.recogniser.encoder = .scratch
        }
        settings.values.recogniser.members = members ?? settings.values.recogniser.members
        settings.values.recogniser.cell = cell ?? settings.values.recogniser.cell
        return settings
    }

    /// Says which of these options have no effect on a recogniser with any of these settings, and why.
    func noteWhatHasNoEffect(in settings: [NamedSettings]) {
        presetOptions.noteWhatHasNoEffect(in: settings)
        if epochs != nil, let reason = settings.reasonWithoutEffect(of: "recogniser.epochs") {
            Terminal.error("note: --epochs has no effect: \(reason)")
        }
    }
}

extension PresetOptions {
    /// Says which values of `--set` and of the file of settings have no effect on a recogniser with any of these
    /// settings, and why.
    func noteWhatHasNoEffect(in settings: [NamedSettings]) {
        for assignment in set {
            guard let reason = settings.reasonWithoutEffect(of: assignment) else { continue }
            Terminal.error("note: --set \(assignment) has no effect: \(reason)")
        }
        guard let config, let changes = settings.first?.fileChanges else { return }
        let replaced = Set(set.map { $0.prefix { $0 != "=" } })
        var changesOfReason: [(reason: String, changes: [String])] = []
        for change in changes {
            guard !replaced.contains(change.prefix { $0 != " " }),
                let reason = settings.reasonWithoutEffect(of: change)
            else { continue }
            if let place = changesOfReason.firstIndex(where: { $0.reason == reason }) {
                changesOfReason[place].changes.append(change)
            } else {
                changesOfReason.append((reason, [change]))
            }
        }
        for (reason, changes) in changesOfReason {
            let others = changes.count > 4 ? ["\(changes.count - 3) more"] : []
            let words = (changes.prefix(others.isEmpty ? 4 : 3) + others).joined(separator: ", ")
            let verb = changes.count == 1 ? "has" : "have"
            Terminal.error("note: of \(config) \(words) \(verb) no effect: \(reason)")
        }
    }
}

extension NamedSettings {
    /// Says which changed settings have no effect on what is told apart.
    func noteWhatHasNoEffect(on scheme: LabelScheme, of dataset: Dataset) {
        let classes = (try? scheme.classes(for: dataset.vocabulary).count) ?? 0
        for change in changesWithoutTrees(classes: classes) {
            Terminal.error(
                "note: \(change) has no effect: there are no trees where more than recogniser.tree_most_classes are "
                    + "told apart")
        }
    }
}

/// On how many threads a command computes.
struct ThreadsOption: ParsableArguments {
    @Option(
        name: .customLong("threads"),
        help: "Threads to compute on; the results are the same. By default one for each processor that it may use.")
    var count = Processors.count

    func validate() throws {
        guard (1...1024).contains(count) else { throw ValidationError("--threads must be 1 to 1024, not \(count)") }
    }

    /// So many threads, once the system has room for them: work that is shared out waits for those that it has not.
    ///
    /// - Returns: how many; where there are fewer processors, no more compute at once than there are of these.
    /// - Throws: `SocketError` where the system starts fewer.
    func available() throws -> Int {
        try OwnThread.requireRoom(for: min(count, Processors.count) - 1, use: "computing")
        return count
    }
}
