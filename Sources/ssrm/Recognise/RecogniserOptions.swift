public import ArgumentParser
import Layers
import Recognition
import Service
import Signals
import SleepRecognition

extension LabelScheme: ExpressibleByArgument {}
extension RecurrentCell: ExpressibleByArgument {}

/// How a recogniser is trained: options of `ssrm train` and `ssrm evaluate`.
struct RecogniserOptions: ParsableArguments {
    @OptionGroup var presetOptions: PresetOptions

    @Option(help: "How often the recogniser sees each training sequence; by default the preset's.")
    var epochs: Int?

    @Option(help: "The recurrent cell: lstm or gru; by default the preset's.")
    var cell: RecurrentCell?

    @Option(help: "What all random draws follow from.")
    var seed: UInt64 = 1

    @OptionGroup var threads: ThreadsOption

    func validate() throws {
        if let epochs, epochs < 1 { throw ValidationError("--epochs must be at least 1, not \(epochs)") }
    }

    /// The preset's settings with what these options replace; see `PresetOptions`.
    func settings(unused: [String]) throws -> NamedSettings {
        var settings = try presetOptions.settings(unused: unused)
        settings.values.recogniser.epochs = epochs ?? settings.values.recogniser.epochs
        settings.values.recogniser.cell = cell ?? settings.values.recogniser.cell
        return settings
    }
}

/// On how many threads a command computes.
struct ThreadsOption: ParsableArguments {
    @Option(
        name: .customLong("threads"),
        help: "Threads to compute on; the results are the same. By default one for each processor that it may use.")
    var count = Processors.count

    func validate() throws {
        if count < 1 { throw ValidationError("--threads must be at least 1, not \(count)") }
    }
}
