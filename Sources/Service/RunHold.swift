import Checkpoints
import Foundation
import Synchronization
package import Upstream

/// A run directory that is this process's, and is to stay so while the run goes on.
package final class RunHold {
    /// The lock that is held, for any thread to ask.
    private final class Held: Sendable {
        let lock: Mutex<RunLock>
        init(_ lock: RunLock) { self.lock = Mutex(lock) }
    }
    private let folder: RunFolder
    private let held: Held
    private let job: Job
    /// What the run's record said before this one wrote its own.
    private let formerRecord: Data?
    /// What the run wrote at its begin, to be written again where somebody removed it.
    private var files: [(path: String, text: String)] = []
    /// Whether another coordinator has the directory now: then nothing is to be written there.
    private(set) var isLost = false

    /// Takes a directory, which is there, for a run of this job.
    ///
    /// - Throws: when another coordinator has it.
    package init(_ folder: RunFolder, for job: Job) throws {
        (self.folder, self.job) = (folder, job)
        held = Held(try RunLock(folder.lockFile, folder: folder.path))
        formerRecord = wholeContent(of: folder.jobFile)
    }

    /// Whether the directory is this process's at this moment; any thread may call it.
    var isInPlace: @Sendable () -> Bool {
        { [held] in held.lock.withLock(\.isInPlace) }
    }

    /// Writes a file of the run's.
    package func write(_ text: String, to path: String) throws {
        try WholeFile.write(text, to: path)
        files.append((path, text))
    }

    /// Looks whether the directory was removed or replaced, and makes it anew where it was; likewise the folder for
    /// checkpoints in it.
    ///
    /// - Parameter isMade: whether it is to be made; else it is only taken where somebody made both folders, as a
    ///   directory is that is gone with its disk.
    /// - Returns: whether the directory was.
    /// - Throws: when another coordinator has it now, or has had it since.
    func renew(isMade: Bool = true) throws -> Bool {
        let isInPlace = isInPlace()
        // A run that was refused may have taken an empty one for its own.
        if isMade { for path in [folder.path, folder.checkpointFolder] { mkdir(path, 0o777) } }
        if isInPlace { return false }
        // Where it can't be made, the checkpoint says why.
        guard access(isMade ? folder.path : folder.checkpointFolder, W_OK) == 0 else { return false }
        do {
            let lock = try RunLock(folder.lockFile, folder: folder.path)
            try requireNoOtherRun()
            held.lock.withLock { $0 = lock }
        } catch {
            isLost = true
            throw ServiceError("\(folder.path) was removed or replaced under this run: \(error)")
        }
        for file in files { try? WholeFile.write(file.text, to: file.path) }  // what matters is the checkpoint
        return true
    }

    /// Refuses a directory in which another run was meanwhile: where that is over, nobody holds it.
    private func requireNoOtherRun() throws {
        let own = files.first { $0.path == folder.jobFile }.map { Data($0.text.utf8) } ?? formerRecord
        if let there = wholeContent(of: folder.jobFile), there != own {
            throw ServiceError("\(folder.jobFile) is another run's")
        }
        for file in try folder.checkpointSteps.map(folder.checkpointFile(step:)) {
            // One that can't be read is nobody's that could be told.
            guard let other = try? TrainingCheckpoint.job(of: file) else { continue }
            if !job.differences(from: other).isEmpty { throw ServiceError("\(file) is another run's") }
        }
    }
}
