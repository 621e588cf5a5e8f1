import Foundation
import Upstream

/// What a run shows while it goes on: a live line or plain lines, and `metrics.jsonl`.
struct RunReporter {
    private struct Line: Encodable {
        let step: Int
        let loss: Double
        let pretextAccuracy: Double
        let rowsPerSecond: Double
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
    private let firstStep: Int
    private var (loss, correct, steps) = (0.0, 0, 0)
    private var lineTime = Duration.zero
    private var shownTime = Duration.zero
    private var plainTime = Duration.zero
    private(set) var lastLoss = 0.0

    /// A reporter that goes on after `step` steps; later lines of an earlier run are dropped.
    init(job: Job, folder: RunFolder, every: Int, from step: Int) throws {
        (self.job, self.every, firstStep) = (job, every, step)
        let path = folder.metricsFile
        var kept: [Substring] = []
        if step > 0, let text = try? String(contentsOfFile: path, encoding: .utf8) {
            struct Step: Decodable { let step: Int }
            kept = text.split(separator: "\n").filter { line in
                (try? JSONDecoder().decode(Step.self, from: Data(line.utf8))).map { $0.step <= step } ?? false
            }
        }
        do {
            try Data(kept.map { $0 + "\n" }.joined().utf8).write(to: URL(filePath: path))
            metrics = try FileHandle(forWritingTo: URL(filePath: path))
            try metrics.seekToEnd()
        } catch {
            throw ProgramError("\(path): can't be written: \(error.localizedDescription)")
        }
    }

    /// Seconds since the run began.
    var seconds: Double { watch.elapsed.seconds }

    /// Rows a second since the run began, at `step` steps done.
    func rate(at step: Int) -> Double { Double((step - firstStep) * job.rowsPerStep) / max(seconds, 1e-9) }

    /// Notes a step that is done; `step` counts from 1.
    mutating func onStep(_ step: Int, loss stepLoss: Double, correct stepCorrect: Int, workers: Int) throws {
        (loss, correct, steps, lastLoss) = (loss + stepLoss, correct + stepCorrect, steps + 1, stepLoss)
        let now = watch.elapsed
        if step % every == 0 || step == job.steps {
            let line = Line(
                step: step, loss: loss / Double(steps),
                pretextAccuracy: Double(correct) / Double(steps * job.rowsPerStep),
                rowsPerSecond: (Double(steps * job.rowsPerStep) / max((now - lineTime).seconds, 1e-9)).rounded(),
                workers: workers, seconds: now.seconds)
            (loss, correct, steps, lineTime) = (0, 0, 0, now)
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys]
            do {
                try metrics.write(contentsOf: try encoder.encode(line) + Data("\n".utf8))
            } catch {
                throw ProgramError("metrics.jsonl can't be written: \(error.localizedDescription)")
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
