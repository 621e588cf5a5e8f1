public import ArgumentParser
public import Readers
import Signals

extension SleepBioradiolocation.Content: ExpressibleByArgument {}

/// `ssrm data sleepbrl`: the Sleep Bioradiolocation Database.
struct SleepbrlCommand: ReaderCommand {
    static let configuration = CommandConfiguration(
        commandName: "sleepbrl",
        abstract: "Radar nights of the Sleep Bioradiolocation Database (sleepbrl 1.0.0).",
        discussion: """
            Reads records like sbj01.edf with sbj01.edf.atr. The eight quadrature pairs are demodulated to displacement; of the \
            pair with most of its power where breathing is come respiration (0.1-0.7 Hz) and movement (above 0.7 Hz), in \
            millimetres. With --content windows a sample is a sleep epoch of 30 s: 20 rows of 3 s at 10 Hz, ten of respiration, \
            ten of movement. With --content features it is 8 features (breathing rate and regularity, depth, movement) x sleep \
            epochs around its own. Tested on made-up recordings only.

            Example:
              ssrm data sleepbrl --root sleepbrl --out radar.safetensors
              ssrm data sleepbrl --root sleepbrl --content features \\
                --out radar.safetensors
            """)

    @Option(name: .long, help: "The folder that holds the .edf and .edf.atr files.", completion: .directory)
    var root: String

    @Option(name: .long, help: "What a sample holds.")
    var content = SleepBioradiolocation.Content.windows

    private static let window = 11

    @Option(name: .long, help: "How many sleep epochs a sample of features spans; an odd number.")
    var window = Self.window

    @OptionGroup var unlabelled: UnlabelledOptions

    @OptionGroup var stages: StageOptions

    @OptionGroup var output: DatasetOutput

    func validate() throws {
        try requireWindow(window)
        // What a model says of windows has this one, too.
        guard content == .features || window == Self.window else {
            throw ValidationError("--window goes with --content features: leave it out, or give that")
        }
    }

    var inputs: [String] { [root] }

    private var record: ReaderRecord {
        ReaderRecord(reader: "sleepbrl", settings: ["content": content.rawValue, "window": "\(window)"])
    }

    func recordings() throws -> ReadRecordings {
        let source = try SleepBioradiolocation(
            root: root, content: content, window: window, unlabelled: unlabelled.areTaken, reading: stages.reading())
        return ReadRecordings(source, record)
    }
}
