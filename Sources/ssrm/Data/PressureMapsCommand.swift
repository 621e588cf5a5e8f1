public import ArgumentParser
import Datasets
public import Readers
import Signals

extension PressureMaps.Experiment: ExpressibleByArgument {}

/// `ssrm data pmd`: the PhysioNet Pressure Map Dataset.
struct PressureMapsCommand: ReaderCommand {
    static let configuration = CommandConfiguration(
        commandName: "pmd",
        abstract: "Pressure maps of the PhysioNet Pressure Map Dataset (pmd 1.0.0).",
        discussion: """
            Values stay as published. Of experiment I each line of a file is a sample of 64 x 32 values, of experiment II \
            each file is one of 64 x 27; a file is a recording and its label is the posture's code.

            Example:
              ssrm data pmd --root pmd --experiment ii --out pmd2.safetensors
            """)

    @Option(name: .long, help: "The folder that holds experiment-i and experiment-ii.", completion: .directory)
    var root: String

    @Option(name: .long, help: "Which experiment: i or ii.")
    var experiment: PressureMaps.Experiment

    @Option(
        name: .long, help: "How many frames at the start of each recording of experiment I are left out.")
    var settlingFrames = 2

    @OptionGroup var unlabelled: UnlabelledOptions

    @OptionGroup var output: DatasetOutput

    func validate() throws {
        guard settlingFrames >= 0 else { throw ValidationError("--settling-frames must not be negative") }
    }

    var inputs: [String] { ["\(root)/experiment-i", "\(root)/experiment-ii"] }

    private var record: ReaderRecord {
        // Prepared alike, maps of the other experiment can be read with the same model.
        ReaderRecord(
            reader: "pmd", settings: ["settling-frames": "\(settlingFrames)"],
            layout: ["experiment": experiment.rawValue])
    }

    func recordings() throws -> ReadRecordings {
        let source = try PressureMaps(
            root: root, experiment: experiment, settlingFrames: settlingFrames, unlabelled: unlabelled.areTaken)
        return ReadRecordings(source, record)
    }
}
