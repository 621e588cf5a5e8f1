import ArgumentParser
import Datasets
import Foundation

/// `ssrm bench read`: how fast recordings as text become a dataset.
struct BenchReadCommand: ParsableCommand {
    private struct Result: Encodable {
        let megabytes: Double
        let seconds: Double
        let coreSeconds: Double
        let megabytesPerSecond: Double
        let megabytesPerCoreSecond: Double
        let samples: Int

        enum CodingKeys: String, CodingKey {
            case megabytes, seconds, samples
            case coreSeconds = "core_seconds"
            case megabytesPerSecond = "megabytes_per_s"
            case megabytesPerCoreSecond = "megabytes_per_core_s"
        }
    }

    static let configuration = CommandConfiguration(
        commandName: "read",
        abstract: "How fast the pressure maps of pmd become a dataset file, on one thread.",
        discussion: """
            The dataset is written to the temporary folder, digest included, brought to the disk, and removed. The files are \
            read once before, so that they are in memory; of several rounds the median counts. megabytes_per_s is text over \
            the whole time, the wait for the disk included; megabytes_per_core_s is text over the time that a core works, \
            the system's part of it included.

            Example: ssrm bench read --root pmd --json
            """)

    @Option(help: "The folder that holds experiment-i and experiment-ii.") var root: String
    @Option(help: "Which experiment: i or ii.") var experiment = PressureMaps.Experiment.i
    @Option(help: "Rounds.") var rounds = 5
    @Flag(help: "Print one JSON object.") var json = false

    func validate() throws {
        if rounds < 1 { throw ValidationError("--rounds must be at least 1") }
    }

    func run() throws {
        let out = FileManager.default.temporaryDirectory.appending(path: "ssrm-bench-\(getpid()).safetensors").path
        defer { unlink(out) }
        var (seconds, coreSeconds, samples): ([Double], [Double], Int) = ([], [], 0)
        for round in 0...rounds {
            let (watch, start) = (Stopwatch(), Self.coreSeconds)
            let source = try PressureMaps(root: root, experiment: experiment)
            _ = try source.write(to: out)
            samples = source.outline.sampleCount
            if round == 0 { continue }
            seconds.append(watch.elapsed.seconds)
            coreSeconds.append(Self.coreSeconds - start)
        }
        let (median, coreMedian) = (seconds.sorted()[rounds / 2], coreSeconds.sorted()[rounds / 2])
        let megabytes = Double(try textBytes()) / 1e6
        let result = Result(
            megabytes: megabytes, seconds: median, coreSeconds: coreMedian,
            megabytesPerSecond: (megabytes / median * 10).rounded() / 10,
            megabytesPerCoreSecond: (megabytes / coreMedian * 10).rounded() / 10, samples: samples)
        if json { return try printJSON(result) }
        print(
            """
            \(fixed(result.megabytesPerSecond, 1)) MB/s, \(fixed(result.megabytesPerCoreSecond, 1)) MB in a second of a core: \
            \(fixed(megabytes, 1)) MB of text, \(samples) samples
            """)
    }

    /// How long this process has computed.
    private static var coreSeconds: Double {
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
