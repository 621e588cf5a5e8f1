import ArgumentParser
import Checkpoints
import Exports
import Readers

/// `ssrm data synthetic`: made-up recordings.
struct SyntheticCommand: ParsableCommand {
    enum Kind: String, CaseIterable, ExpressibleByArgument {
        case pressure, night, psg
    }

    static let configuration = CommandConfiguration(
        commandName: "synthetic",
        abstract: "Made-up recordings, for trying things out without a download.",
        discussion: """
            Nobody was measured: figures obtained on these say nothing about sleepers. The same options give the same file.
            Samples of psg are laid out as those of `ssrm data edf`, so that the same presets read both; with --edf they \
            become EDF+ files, like the recordings of a laboratory, for trying out `ssrm data edf` itself.

            Example:
              ssrm data synthetic --kind pressure --subjects 8 --seed 1 \\
                --out pressure.safetensors
              ssrm data synthetic --kind night --subjects 12 --seed 1 \\
                --out nights.safetensors
              ssrm data synthetic --kind psg --subjects 100 --seed 2 \\
                --unlabelled --out many-nights.safetensors
              ssrm data synthetic --kind psg --subjects 8 --seed 3 \\
                --edf --out recordings
            """)

    @Option(
        name: .long,
        help: """
            What is made up: pressure (maps of 64 x 27 sensors; supine, right, left), night (heart rate, breathing \
            and movement for each sleep epoch of 30 s; W, N1, N2, N3, REM) or psg (EEG, EOG and EMG at 50 Hz, the same \
            stages).
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

    @Option(
        name: .long, help: "Of psg: how many sleep epochs of each night are recorded, 10 to 10,000; 400 by default.")
    var epochs: Int?

    @Flag(name: .long, help: "Of psg: leave the stages out, as for recordings that nobody has scored.")
    var unlabelled = false

    @Flag(
        name: .long,
        help: "Of psg: make --out a new folder with each night's signals and hypnogram as EDF+ files, and no dataset.")
    var edf = false

    @OptionGroup var output: DatasetOutput

    private struct Folder: Encodable {
        let folder: String
        let recordings: Int
        let files: Int
    }

    func validate() throws {
        guard (1...10_000).contains(subjects) else { throw ValidationError("--subjects must be from 1 to 10000") }
        if let mapsPerPosture, !(1...10_000).contains(mapsPerPosture) || kind != .pressure {
            throw ValidationError("--maps-per-posture must be from 1 to 10000, and goes with --kind pressure alone")
        }
        if let window {
            guard kind == .night else { throw ValidationError("--window goes with --kind night alone") }
            try requireWindow(window)
        }
        if let epochs, !(10...10_000).contains(epochs) || kind != .psg {
            throw ValidationError("--epochs must be from 10 to 10000, and goes with --kind psg alone")
        }
        guard !unlabelled || kind == .psg else { throw ValidationError("--unlabelled goes with --kind psg alone") }
        guard !edf || kind == .psg else { throw ValidationError("--edf goes with --kind psg alone") }
    }

    func run() throws {
        if !edf { try requireWritable([output.out], inputs: []) }
        switch kind {
        case .pressure:
            try output.write(
                SyntheticPressure(subjectCount: subjects, seed: seed, mapsPerPosture: mapsPerPosture ?? 20))
        case .night:
            try output.write(SyntheticNight(subjectCount: subjects, seed: seed, window: window ?? 11))
        case .psg:
            let nights = SyntheticPolysomnogram(
                subjectCount: subjects, seed: seed, epochCount: epochs ?? 400, hasLabels: !unlabelled)
            if edf { try writeFiles(of: nights) } else { try output.write(nights) }
        }
    }

    private func writeFiles(of nights: SyntheticPolysomnogram) throws {
        let count = unlabelled ? subjects : 2 * subjects
        var line = ProgressLine("files")
        var done = 0
        let recorded = RecordedNights(
            nights.outline, channels: SyntheticPolysomnogram.layout.channels, seed: nights.seed,
            signals: nights.signals)
        try WholeFolder.writeUnlessEnded(
            recorded.files.lazy.map { file in
                done += 1
                line.show(done, of: count)
                return file
            }, to: output.out)
        line.end()
        if output.json {
            try printJSON(Folder(folder: output.out, recordings: subjects, files: count))
        } else {
            print("\(subjects) nights\nwrote \(count) files into \(output.out)")
        }
    }
}
