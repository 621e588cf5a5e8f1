import Foundation
import Recognition
import Synchronization
import TestKit

/// A training that was interrupted after some epochs of all its members, and what came of it when it went on.
final class InterruptedTraining: Sendable {
    let fitted: Recogniser.Fitted
    /// What the second training tells.
    private let after = Log()
    private let folder: TemporaryFolder

    private final class Log: Sendable {
        let progress = Mutex<[Recogniser.Progress]>([])
        let words = Mutex<[String]>([])
    }

    /// What was told of its epochs.
    var progress: [Recogniser.Progress] { after.progress.withLock { $0 } }
    /// What could not be used.
    var words: [String] { after.words.withLock { $0 } }

    /// Trains twice: what the first training, on one thread, kept when that many epochs were done is what the second
    /// one, which says that it is of `identity`, finds after `spoil` did something to the folder.
    init(
        _ data: RecogniserData, settings: RecogniserSettings, afterEpoch epoch: Int, threads: Int = 1,
        identity: String = "a", spoil: (_ folder: String) throws -> Void = { _ in }
    ) throws {
        folder = try TemporaryFolder()
        let (kept, left) = (folder.path("kept"), folder.path("left"))
        try FileManager.default.createDirectory(atPath: kept, withIntermediateDirectories: false)
        let copying = KeptTraining(in: kept, of: "a", every: .zero) { _ in }
        let failure = Mutex<(any Error)?>(nil)
        _ = try Recogniser.fit(data, settings: settings, keeping: copying) { progress in
            guard progress.epoch == epoch else { return }
            do { try FileManager.default.copyItem(atPath: kept, toPath: left) } catch {
                failure.withLock { $0 = error }
            }
        }
        if let error = failure.withLock({ $0 }) { throw error }
        try spoil(left)
        let after = after
        fitted = try Recogniser.fit(
            data, settings: settings, threads: threads,
            keeping: KeptTraining(in: left, of: identity, every: .zero) { words in
                after.words.withLock { $0.append(words) }
            }
        ) { progress in after.progress.withLock { $0.append(progress) } }
    }
}
