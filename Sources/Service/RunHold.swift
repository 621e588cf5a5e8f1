import Checkpoints
import Foundation
package import Upstream

/// A run directory that is this process's, and is to stay so while the run goes on.
package final class RunHold {
    private let folder: RunFolder
    private var lock: RunLock
    /// What the run wrote at its begin, to be written again where somebody removed it.
    private var files: [(path: String, text: String)] = []
    /// Whether another coordinator has the directory now: then nothing is to be written there.
    private(set) var isLost = false

    /// Takes a directory, which is there.
    ///
    /// - Throws: when another coordinator has it.
    package init(_ folder: RunFolder) throws {
        self.folder = folder
        lock = try RunLock(folder.lockFile, folder: folder.path)
    }

    /// Writes a file of the run's.
    package func write(_ text: String, to path: String) throws {
        try WholeFile.write(text, to: path)
        files.append((path, text))
    }

    /// Looks whether the directory was removed or replaced, and makes it anew where it was; likewise the folder for
    /// checkpoints in it.
    ///
    /// - Returns: whether the directory was.
    /// - Throws: when another coordinator has it now.
    func renew() throws -> Bool {
        let isInPlace = lock.isInPlace
        // A run that was refused may have taken an empty one for its own.
        for path in [folder.path, folder.checkpointFolder] { mkdir(path, 0o777) }
        if isInPlace { return false }
        // Where it can't be made, the checkpoint says why.
        guard access(folder.path, W_OK) == 0 else { return false }
        do { lock = try RunLock(folder.lockFile, folder: folder.path) } catch {
            isLost = true
            throw ServiceError("\(folder.path) was removed or replaced under this run: \(error)")
        }
        for file in files { try? WholeFile.write(file.text, to: file.path) }  // what matters is the checkpoint
        return true
    }
}
