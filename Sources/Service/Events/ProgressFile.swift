import Checkpoints
package import Coordination
import Foundation
package import Upstream

/// How far a run is that goes on, for `ssrm status`.
struct RunProgress: Codable, Equatable {
    /// The last step that is done.
    let step: Int
    /// Rows a second of late.
    let rowsPerSecond: Double

    private enum CodingKeys: String, CodingKey {
        case step
        case rowsPerSecond = "rows_per_s"
    }

    init(step: Int, rowsPerSecond: Double) { (self.step, self.rowsPerSecond) = (step, rowsPerSecond) }

    /// As a file has it.
    ///
    /// - Throws: where it has numbers that no run writes.
    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        step = try container.decode(Int.self, forKey: .step)
        rowsPerSecond = try container.decode(Double.self, forKey: .rowsPerSecond)
        guard RunMetrics.stepLimits.contains(step), RunMetrics.limits.contains(rowsPerSecond) else {
            throw DecodingError.dataCorrupted(.init(codingPath: [], debugDescription: "no run writes such numbers"))
        }
    }
}

/// Keeps `progress.json` in a run directory while the run goes on: `metrics.jsonl` has a line only every so many steps,
/// and one may take minutes.
package final class ProgressFile: RunEventSink {
    /// So often at most it is written.
    private static let interval = Duration.seconds(5)
    private let path: String
    private let isHeld: () -> Bool
    private var pace: RunPace
    private var writtenTime = Duration.zero

    /// A sink for a run of this job; nothing is written unless `isHeld` says that the directory is this run's.
    package init(job: Job, folder: RunFolder, isHeld: @escaping () -> Bool = { true }) {
        (path, self.isHeld) = (folder.progressFile, isHeld)
        pace = RunPace(rowsPerStep: job.rowsPerStep)
    }

    package func take(_ event: RunEvent, at time: Duration) throws {
        pace.take(event, at: time)
        switch event {
        case .stepDone(let step, _, _):
            guard time - writtenTime >= Self.interval, isHeld() else { return }
            writtenTime = time
            let progress = RunProgress(step: step, rowsPerSecond: pace.recentRate.rounded())
            // Not worth waiting for a disk: what a reader sees is whole, and the next one comes soon.
            let file = try PendingFile(for: path, disk: .none)
            try JSONEncoder().encode(progress).withUnsafeBytes { try file.append($0) }
            try file.commit()
        case .started, .wentBack, .finished, .stopped, .brokenOff: if isHeld() { unlink(path) }
        default: break
        }
    }
}
