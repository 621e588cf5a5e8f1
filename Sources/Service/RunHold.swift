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
    /// What the run wrote at its begin, to be written again where somebody removed it.
    private var files: [(path: String, text: String)] = []
    /// Whether another coordinator has the directory now: then nothing is to be written there.
    private(set) var isLost = false

    /// Takes a directory, which is there.
    ///
    /// - Throws: when another coordinator has it.
    package init(_ folder: RunFolder) throws {
        self.folder = folder
        held = Held(try RunLock(folder.lockFile, folder: folder.path))
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
    /// - Throws: when another coordinator has it now.
    func renew(isMade: Bool = true) throws -> Bool {
        let isInPlace = isInPlace()
        // A run that was refused may have taken an empty one for its own.
        if isMade { for path in [folder.path, folder.checkpointFolder] { mkdir(path, 0o777) } }
        if isInPlace { return false }
        // Where it can't be made, the checkpoint says why.
        guard access(isMade ? folder.path : folder.checkpointFolder, W_OK) == 0 else { return false }
        do {
            let lock = try RunLock(folder.lockFile, folder: folder.path)
            held.lock.withLock { $0 = lock }
        } catch {
            isLost = true
            throw ServiceError("\(folder.path) was removed or replaced under this run: \(error)")
        }
        for file in files { try? WholeFile.write(file.text, to: file.path) }  // what matters is the checkpoint
        return true
    }
}
