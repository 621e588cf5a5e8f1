import ArgumentParser
import Datasets

/// `ssrm data synthetic`: made-up recordings.
struct SyntheticCommand: ParsableCommand {
    enum Kind: String, CaseIterable, ExpressibleByArgument {
        case pressure
    }

    static let configuration = CommandConfiguration(
        commandName: "synthetic",
        abstract: "Made-up recordings, for trying things out without a download.",
        discussion: """
            Nobody was measured: figures obtained on these say nothing about sleepers. The same options give the same file.

            Example:
              ssrm data synthetic --kind pressure --subjects 8 --seed 1 --out pressure.safetensors
            """)

    @Option(name: .long, help: "What is made up: pressure (maps of 64 x 27 sensors; supine, right, left).")
    var kind: Kind

    @Option(name: .long, help: "How many subjects.")
    var subjects: Int

    @Option(name: .long, help: "Another seed gives other subjects.")
    var seed: UInt64

    @Option(name: .long, help: "How many maps each subject has of each posture.")
    var mapsPerPosture = 20

    @OptionGroup var output: DatasetOutput

    func validate() throws {
        guard (1...10_000).contains(subjects) else { throw ValidationError("--subjects must be from 1 to 10000") }
        guard (1...10_000).contains(mapsPerPosture) else {
            throw ValidationError("--maps-per-posture must be from 1 to 10000")
        }
    }

    func run() throws {
        switch kind {
        case .pressure:
            let source = SyntheticPressure(subjectCount: subjects, seed: seed, mapsPerPosture: mapsPerPosture)
            try output.write(source)
        }
    }
}
