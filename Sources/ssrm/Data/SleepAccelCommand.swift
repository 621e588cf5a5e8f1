import ArgumentParser
import Datasets

/// `ssrm data sleep-accel`: the published features of PhysioNet's `sleep-accel`.
struct SleepAccelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sleep-accel",
        abstract: "Per-epoch features of PhysioNet's wrist-worn sleep recordings (sleep-accel 1.0.0).",
        discussion: """
            Reads features_walch: a sample is a matrix of features x sleep epochs of 30 s around its own, which is the \
            middle column; at the ends of the night the first or last sleep epoch is repeated. A night is a recording.

            Example:
              ssrm data sleep-accel --root sleep-accel --out sleep.safetensors
            """)

    @Option(name: .long, help: "The folder that holds features_walch.")
    var root: String

    @Option(
        name: .long,
        help: "Which features, by the part of their files' names before _feature.out, separated by commas.",
        transform: { text in text.split(separator: ",").map(String.init) })
    var features = SleepAccelFeatures.defaultFeatures

    @Option(name: .long, help: "How many sleep epochs a sample spans; an odd number.")
    var window = 11

    @OptionGroup var output: DatasetOutput

    func validate() throws {
        guard window > 0, window % 2 == 1, window < 10_000 else {
            throw ValidationError("--window must be odd and between 1 and 9999, so that it has a middle: not \(window)")
        }
        guard !features.isEmpty, Set(features).count == features.count else {
            throw ValidationError("--features must name at least one feature, and each once")
        }
    }

    func run() throws {
        try requireWritable(output.out, inputs: ["\(root)/features_walch"])
        try output.write(SleepAccelFeatures(root: root, features: features, window: window))
    }
}
