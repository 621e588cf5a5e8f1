import ArgumentParser
import Checkpoints
import Reports
import Service

/// `ssrm report`: one page of what was found.
struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Draw what was found as one HTML page that loads nothing.",
        discussion: """
            What is given is told apart by what it is; what belongs together is given at once.
            An evaluation (JSON of `ssrm evaluate`): figures with intervals, people, calibration; with JSON of \
            Scripts/compare-baselines, plain tools beside it; of --labelled-subjects, the curve over labelled people.
            A dataset of nights with answers (CSV of `ssrm predict` or of `ssrm evaluate --predictions-out`) or with a \
            model: hypnograms, probabilities, sleep statistics. One of pressure maps: maps, confusions, turns.
            A run directory of `ssrm pretrain`: loss, rates, workers, what happened; with a dataset, whether its \
            features know classes or people.
            A model: what it reads, from whom it learnt, how it was validated, its limits.

            Example:
              ssrm evaluate --data nights.safetensors --scheme five --protocol loso \\
                --predictions-out answers.csv --json > evaluation.json
              ssrm report evaluation.json answers.csv nights.safetensors --out nights.html
            """)

    @Argument(help: "What to report.", completion: .file())
    var things: [String]

    @Option(help: "The HTML file to write.", completion: .file())
    var out: String?

    @Option(help: "What stands at the top; by default what was given.")
    var title: String?

    @Option(help: "Of pressure maps: seconds from one to the next, for turns an hour.")
    var sampleSeconds: Double?

    @Option(
        help: """
            Of nights: a CSV file recording,start with the time of day at which each begins, like night1,22:47 (which \
            holds for night1+20, what follows a gap in it, too, unless a line of its own says when that begins). It goes before what the dataset knows, and may leave out \
            what that knows and nothing else; without --starts hours since the first sample are drawn where it is not known.
            """,
        completion: .file())
    var starts: String?

    @OptionGroup var threads: ThreadsOption

    @Flag(help: "Print the page's numbers as one JSON object.")
    var json = false

    func validate() throws {
        if out == nil, !json { throw ValidationError("give --out FILE for a page, --json for its numbers, or both") }
        if let sampleSeconds, !(0.001...86_400).contains(sampleSeconds) {
            throw ValidationError("--sample-seconds must be 0.001 to 86400, not \(sampleSeconds)")
        }
        if things.isEmpty { throw ValidationError("name what is to be reported") }
    }

    func run() throws {
        try requireWritable([out], inputs: things + [starts])
        let report = try ReportMaking(
            things, threads: threads.available(), sampleSeconds: sampleSeconds,
            starts: try starts.map { try RecordingStarts(reading: $0) }
        ).report(title: title)
        for (isGiven, option, reason) in [
            (sampleSeconds != nil && report.postures == nil, "--sample-seconds", "it is for answers on pressure maps"),
            (starts != nil && report.nights == nil, "--starts", "it is for nights with answers"),
        ] where isGiven { Terminal.error("note: \(option) has no effect: \(reason)") }
        if let out {
            try WholeFile.write(report.html, to: out)
            if !json { print("wrote \(out)") }
        }
        if json { try printJSON(report) }
    }
}
