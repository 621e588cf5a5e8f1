import ArgumentParser
import Datasets
import Foundation
import Readers
import Service

/// `ssrm bench read`: how fast recordings as text become a dataset.
struct BenchReadCommand: ParsableCommand {
    /// How long the parts of a round took.
    private struct Times {
        var (find, convert, sync, processor) = (0.0, 0.0, 0.0, 0.0)
        var whole: Double { find + convert + sync }
    }

    private struct Result: Encodable {
        let megabytes: Double
        let megabytesPerSecond: Double
        let megabytesPerSecondQuartiles: [Double]
        let samples: Int
        let seconds: Double
        let find: Double
        let convert: Double
        let sync: Double
        let processor: Double
        let megabytesPerProcessorSecond: Double

        enum CodingKeys: String, CodingKey {
            case megabytes, seconds, samples
            case megabytesPerSecond = "megabytes_per_s"
            case megabytesPerSecondQuartiles = "megabytes_per_s_quartiles"
            case find = "find_s"
            case convert = "convert_s"
            case sync = "sync_s"
            case processor = "processor_s"
            case megabytesPerProcessorSecond = "megabytes_per_processor_s"
        }
    }

    static let configuration = CommandConfiguration(
        commandName: "read",
        abstract: "How fast the pressure maps of pmd become a dataset file, on one thread.",
        discussion: """
            megabytes_per_s is the text's bytes by the wall time, on one thread, from opening the folder to a dataset file \
            that is complete, with its digest, and on the disk. Of several rounds the median one counts, and \
            megabytes_per_s_quartiles are those of all. Its parts: find_s \
            (files found, lines counted), convert_s (text read, converted, digested, written) and sync_s (waiting until the \
            disk has the rest, bringing the file to its place); processor_s is the time that the process spent computing, \
            the system's on its behalf included, and megabytes_per_processor_s the text's bytes by it.

            The dataset is written to the temporary folder (TMPDIR) and removed. The files are read once before, so that \
            they are in memory.

            Example: ssrm bench read --root pmd --json
            """)

    @Option(help: "The folder that holds experiment-i and experiment-ii.", completion: .directory) var root: String
    @Option(help: "Which experiment: i or ii.") var experiment = PressureMaps.Experiment.i
    @Option(help: "Rounds.") var rounds = 5
    @Flag(help: "Print one JSON object.") var json = false

    func validate() throws {
        if !(1...10_000).contains(rounds) { throw ValidationError("--rounds must be 1 to 10000, not \(rounds)") }
    }

    func run() throws {
        let out = FileManager.default.temporaryDirectory.appending(path: "ssrm-bench-\(getpid()).safetensors").path
        defer { unlink(out) }
        var (rounds, samples): ([Times], Int) = ([], 0)
        var line = ProgressLine("rounds")
        for round in 0...self.rounds {
            line.show(round, of: self.rounds + 1)
            let (times, sampleCount) = try read(to: out)
            samples = sampleCount
            if round > 0 { rounds.append(times) }
            unlink(out)  // replacing a file takes time too
        }
        line.end()
        let median = rounds.sorted { $0.whole < $1.whole }[rounds.count / 2]
        let megabytes = Double(try textBytes()) / 1e6
        let result = Result(
            megabytes: megabytes, megabytesPerSecond: (megabytes / median.whole * 10).rounded() / 10,
            megabytesPerSecondQuartiles: MeasuredTimes(rounds.map(\.whole)).roundedRateQuartiles(
                of: megabytes, digits: 1),
            samples: samples,
            seconds: median.whole, find: median.find, convert: median.convert, sync: median.sync,
            processor: median.processor,
            megabytesPerProcessorSecond: (megabytes / median.processor * 10).rounded() / 10)
        if json { return try printJSON(result) }
        print(
            "\(fixed(result.megabytesPerSecond, 1)) MB/s (\(quartileText(result.megabytesPerSecondQuartiles, digits: 1))): "
                + "\(fixed(megabytes, 1)) MB of text, \(samples) samples")
        print(
            "\(fixed(median.whole, 3)) s: finding \(fixed(median.find, 3)), converting \(fixed(median.convert, 3)), "
                + "waiting for the disk \(fixed(median.sync, 3)); of the processor \(fixed(median.processor, 3))")
    }

    /// One round, and how many samples it wrote.
    private func read(to out: String) throws -> (Times, Int) {
        let processor = processorSeconds()
        var (times, watch) = (Times(), Stopwatch())
        let source = try PressureMaps(root: root, experiment: experiment)
        times.find = watch.elapsed.seconds
        watch = Stopwatch()
        var writer = try DatasetWriter(path: out, outline: source.outline)
        try source.appendSamples(to: &writer)
        times.convert = watch.elapsed.seconds
        watch = Stopwatch()
        _ = try writer.finish()
        times.sync = watch.elapsed.seconds
        times.processor = processorSeconds() - processor
        return (times, source.outline.sampleCount)
    }

    private func processorSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }

    /// The size of the experiment's text files.
    private func textBytes() throws -> Int {
        let folder = URL(filePath: root).appending(path: "experiment-\(experiment.rawValue)")
        let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: [.fileSizeKey])
        var bytes = 0
        while let file = files?.nextObject() as? URL {
            guard file.pathExtension == "txt" else { continue }
            bytes += try file.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0
        }
        return bytes
    }
}
