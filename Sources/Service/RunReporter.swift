import Checkpoints
import Foundation
import Upstream

/// What a run shows while it goes on: a live line or plain lines, and `metrics.jsonl`.
struct RunReporter {
    private struct Line: Encodable {
        let step: Int
        let loss: Double
        let pretextAccuracy: Double
        /// Missing where no time has passed since the first step.
        let rowsPerSecond: Double?
        let workers: Int
        let seconds: Double

        enum CodingKeys: String, CodingKey {
            case step, loss, workers, seconds
            case pretextAccuracy = "pretext_accuracy"
            case rowsPerSecond = "rows_per_s"
        }
    }
    private let job: Job
    private let every: Int
    private let metrics: FileHandle
    private let watch = Stopwatch()
    /// The first step that was seen done, and when: rates leave out the time until workers had joined.
    private var first: (step: Int, time: Duration)?
    private var lastTime = Duration.zero
    private var (loss, correct, steps) = (0.0, 0, 0)
    /// Steps since the time that the next line counts from.
    private var timedSteps = 0
    private var lineTime = Duration.zero
    private var shownTime = Duration.zero
    private var plainTime = Duration.zero
    private(set) var lastLoss = 0.0

    /// A reporter that goes on after `step` steps; later lines of an earlier run are dropped.
    init(job: Job, folder: RunFolder, every: Int, from step: Int) throws {
        (self.job, self.every) = (job, every)
        let path = folder.metricsFile
        var kept: [Data] = []
        if step > 0, let content = FileManager.default.contents(atPath: path) {
            // A line that can't be read is one that a crash cut short.
            struct Step: Decodable { let step: Int }
            kept = content.split(separator: UInt8(ascii: "\n")).filter { line in
                (try? JSONDecoder().decode(Step.self, from: line)).map { $0.step <= step } ?? false
            }
        }
        try WholeFile.write(Data(kept.flatMap { $0 + [UInt8(ascii: "\n")] }), to: path)
        do {
            metrics = try FileHandle(forWritingTo: URL(filePath: path))
            try metrics.seekToEnd()
        } catch {
            throw ServiceError("\(path): can't be opened for writing")
        }
    }

    /// Seconds from the run's begin to the last step's end.
    var seconds: Double { lastTime.seconds }

    /// Rows a second from the first step that was done to `step`; 0 until there are two.
    func rate(at step: Int) -> Double {
        guard let first, step > first.step else { return 0 }
        return Double((step - first.step) * job.rowsPerStep) / max((lastTime - first.time).seconds, 1e-9)
    }

    /// Notes a step that is done; `step` counts from 1.
    mutating func onStep(_ step: Int, loss stepLoss: Double, correct stepCorrect: Int, workers: Int) throws {
        (loss, correct, steps, lastLoss) = (loss + stepLoss, correct + stepCorrect, steps + 1, stepLoss)
        let now = watch.elapsed
        lastTime = now
        if first == nil { (first, lineTime) = ((step, now), now) } else { timedSteps += 1 }
        if step % every == 0 || step == job.steps {
            let seconds = (now - lineTime).seconds
            let line = Line(
                step: step, loss: loss / Double(steps),
                pretextAccuracy: Double(correct) / Double(steps * job.rowsPerStep),
                rowsPerSecond: timedSteps > 0 ? (Double(timedSteps * job.rowsPerStep) / seconds).rounded() : nil,
                workers: workers, seconds: now.seconds)
            (loss, correct, steps, timedSteps, lineTime) = (0, 0, 0, 0, now)
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys]
            do {
                try metrics.write(contentsOf: try encoder.encode(line) + Data("\n".utf8))
            } catch {
                throw ServiceError("metrics.jsonl can't be written; is the disk full?")
            }
        }
        if Terminal.isInteractive {
            guard now - shownTime > .milliseconds(200) || step == job.steps else { return }
            shownTime = now
            Terminal.show(text(step, workers))
        } else if now - plainTime > .seconds(5) {
            plainTime = now
            Terminal.error(text(step, workers))
        }
    }

    private func text(_ step: Int, _ workers: Int) -> String {
        let rate = rate(at: step)
        let left = Duration.seconds(Double((job.steps - step) * job.rowsPerStep) / max(rate, 1))
        return """
            step \(step)/\(job.steps)  loss \(String(format: "%.4f", lastLoss))  \(Int(rate)) rows/s  \
            \(workers) worker\(workers == 1 ? "" : "s")  \(left.asClock) left
            """
    }
}
