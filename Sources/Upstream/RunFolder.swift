import Checkpoints
import Foundation

/// A run directory: `job.json`, `metrics.jsonl`, `events.jsonl` and `checkpoints/step-NNNNNNNN.safetensors`, and while
/// the run goes on `progress.json`.
public struct RunFolder: Sendable {
    /// Where it is.
    public let path: String

    /// The run directory at `path`, which need not be there yet.
    public init(_ path: String) { self.path = path }

    /// The job that the run belongs to, and how it is run.
    public var jobFile: String { path + "/job.json" }

    /// One line of measurements a report interval.
    public var metricsFile: String { path + "/metrics.jsonl" }

    /// What happened in the run, a line an event.
    public var eventsFile: String { path + "/events.jsonl" }

    /// How far a run is, while it goes on.
    public var progressFile: String { path + "/progress.json" }

    /// Where a running coordinator can be reached.
    public var endpointFile: String { path + "/endpoint" }

    /// Held by the coordinator that writes here.
    public var lockFile: String { path + "/lock" }

    /// The files that a run writes beside its checkpoints.
    public var ownFiles: [String] {
        [jobFile, metricsFile, eventsFile, progressFile, endpointFile, doubtFile, lockFile]
    }

    /// The folder of checkpoints.
    public var checkpointFolder: String { path + "/checkpoints" }

    /// Where the checkpoint after `step` steps goes.
    public func checkpointFile(step: Int) -> String {
        let digits = String(step)
        return checkpointFolder + "/step-" + String(repeating: "0", count: max(0, 8 - digits.count)) + digits
            + ".safetensors"
    }

    /// The steps that there is a checkpoint file of, from the first to the last; none where there is no folder.
    ///
    /// - Throws: `UpstreamError.noCheckpoint` where there is a folder and it can't be read.
    public var checkpointSteps: [Int] {
        get throws(UpstreamError) {
            try namesOfCheckpoints().compactMap { name in
                guard name.hasPrefix("step-"), name.hasSuffix(".safetensors") else { return nil }
                // A file that somebody put there under a name of his own is no checkpoint of this run.
                return Int(name.dropFirst(5).dropLast(12)).flatMap {
                    checkpointFile(step: $0).hasSuffix("/" + name) ? $0 : nil
                }
            }.sorted()
        }
    }

    private func namesOfCheckpoints() throws(UpstreamError) -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: checkpointFolder)
        } catch CocoaError.fileReadNoSuchFile, CocoaError.fileNoSuchFile {
            return []
        } catch {
            let cause = (error as NSError).userInfo[NSUnderlyingErrorKey] as? any Error
            let reason = (cause ?? error).localizedDescription
            throw .noCheckpoint(path: checkpointFolder, reason: "it can't be read: \(reason)")
        }
    }

    /// The newest checkpoint that is whole and to be believed.
    ///
    /// - Parameters:
    ///   - others: what is known to be in doubt besides what this folder tells.
    ///   - passingOverUnread: whether an older one will do where one can't be read that may be whole.
    ///   - skipped: is told of each newer one that is not taken, and why.
    /// - Returns: nil when there are no checkpoint files at all, or none that is to be believed.
    /// - Throws: `UpstreamError.noCheckpoint` when there are some and none is whole, or their folder can't be read;
    ///   `.unread` where one can't be read that may be whole.
    public func newestCheckpoint(
        knowing others: Set<Doubt> = [], passingOverUnread: Bool = false, skipped: (String) -> Void
    ) throws -> (path: String, checkpoint: TrainingCheckpoint)? {
        let belief = try belief(knowing: others)
        let steps = belief.believed
        if let words = belief.words { skipped("\(path): \(words)") }
        var newestFault: (any Error)?
        for step in steps.reversed() {
            let file = checkpointFile(step: step)
            do {
                return (file, try TrainingCheckpoint(reading: file))
            } catch let error as TensorFileError where !error.isOfContent && !passingOverUnread {
                throw UpstreamError.unread(path: file, step: step, reason: "\(error)")
            } catch {
                skipped("\(error)")
                newestFault = newestFault ?? error
            }
        }
        guard let newestFault else { return nil }
        throw UpstreamError.noCheckpoint(
            path: checkpointFolder,
            reason: "none of its \(steps.count) checkpoints can be used, so remove that folder to begin anew, or name "
                + "another run; of the newest: \(newestFault)")
    }

    /// The checkpoint that `path` names: a checkpoint file, or a run directory's newest.
    ///
    /// - Throws: `UpstreamError` or `TensorFileError`.
    public static func checkpoint(at path: String, skipped: (String) -> Void = { _ in }) throws -> TrainingCheckpoint {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw UpstreamError.noCheckpoint(path: path, reason: "no such file or run directory")
        }
        guard isFolder.boolValue else {
            let checkpoint = try TrainingCheckpoint(reading: path)
            if let reason = try doubt(ofFile: path) { throw UpstreamError.noCheckpoint(path: path, reason: reason) }
            return checkpoint
        }
        let run = RunFolder(path)
        guard let newest = try run.newestCheckpoint(skipped: skipped) else {
            if try !run.checkpointSteps.isEmpty {
                let reason = "all are in doubt, as workers disagreed about sums that are in them; --resume begins anew"
                throw UpstreamError.noCheckpoint(path: run.checkpointFolder, reason: reason)
            }
            throw UpstreamError.noCheckpoint(path: path, reason: "no checkpoints there; is it a run directory?")
        }
        return newest.checkpoint
    }
}
