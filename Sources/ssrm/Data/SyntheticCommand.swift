import ArgumentParser
import Datasets

/// `ssrm data synthetic`: made-up recordings.
struct SyntheticCommand: ParsableCommand {
    enum Kind: String, CaseIterable, ExpressibleByArgument {
        case pressure, night
    }

    static let configuration = CommandConfiguration(
        commandName: "synthetic",
        abstract: "Made-up recordings, for trying things out without a download.",
        discussion: """
            Nobody was measured: figures obtained on these say nothing about sleepers. The same options give the same file.

            Example:
              ssrm data synthetic --kind pressure --subjects 8 --seed 1 \\
                --out pressure.safetensors
              ssrm data synthetic --kind night --subjects 12 --seed 1 \\
                --out nights.safetensors
            """)

    @Option(
        name: .long,
        help: """
            What is made up: pressure (maps of 64 x 27 sensors; supine, right, left) or night (heart rate, breathing \
            and movement for each sleep epoch of 30 s; W, N1, N2, N3, REM).
            """)
    var kind: Kind

    @Option(name: .long, help: "How many subjects.")
    var subjects: Int

    @Option(name: .long, help: "Another seed gives other subjects.")
    var seed: UInt64

    @Option(name: .long, help: "Of pressure: how many maps each subject has of each posture; 20 by default.")
    var mapsPerPosture: Int?

    @Option(name: .long, help: "Of night: how many sleep epochs a sample spans; an odd number, 11 by default.")
    var window: Int?

    @OptionGroup var output: DatasetOutput

    func validate() throws {
        guard (1...10_000).contains(subjects) else { throw ValidationError("--subjects must be from 1 to 10000") }
        if let mapsPerPosture, !(1...10_000).contains(mapsPerPosture) || kind != .pressure {
            throw ValidationError("--maps-per-posture must be from 1 to 10000, and goes with --kind pressure alone")
        }
        if let window {
            guard kind == .night else { throw ValidationError("--window goes with --kind night alone") }
            try requireWindow(window)
        }
    }

    func run() throws {
        switch kind {
        case .pressure:
            try output.write(
                SyntheticPressure(subjectCount: subjects, seed: seed, mapsPerPosture: mapsPerPosture ?? 20))
        case .night:
            try output.write(SyntheticNight(subjectCount: subjects, seed: seed, window: window ?? 11))
        }
    }
}
