import Checkpoints
import Foundation
import Upstream

/// Where a run keeps its checkpoints, made and held for this process.
///
/// Until the run has begun, what this process made there can be taken away again, and nothing else.
final class RunPlaces {
    private struct Place {
        let folder: RunFolder
        /// The folders that were not there, by paths that need no other folder than those above them: `a/../b` can't
        /// be reached once `a` is gone.
        let newFolders: [String]
        /// The run's own files that were not there, the lock first.
        private(set) var newFiles: [String]
        /// Held once it is this process's.
        private(set) var hold: RunHold?

        init(_ folder: RunFolder) {
            self.folder = folder
            newFolders = DurableFolder.missing(folder.checkpointFolder).map(FilePlace.withoutLinks)
            newFiles = [folder.lockFile].filter(Self.isMissing)
        }

        /// Takes the place; which of the run's files are new is certain only now that nobody else writes them.
        mutating func take(for job: Job) throws -> RunHold {
            let hold = try RunHold(folder, for: job)
            self.hold = hold
            newFiles += folder.ownFiles.filter { $0 != folder.lockFile && Self.isMissing($0) }
            return hold
        }

        private static func isMissing(_ path: String) -> Bool { access(path, F_OK) != 0 && errno == ENOENT }
    }
    private var places: [Place]
    private var hasBegun = false

    /// Places that are not this process's yet; nothing is made.
    ///
    /// - Parameters:
    ///   - folder: the run directory.
    ///   - copy: where checkpoints are written too.
    /// - Throws: `ServiceError` where one of both is the other, or is inside of it.
    init(_ folder: RunFolder, copy: RunFolder?) throws {
        places = ([folder] + (copy.map { [$0] } ?? [])).map { Place($0) }
        guard let copy else { return }
        let what =
            if FilePlace.areOne(folder.path, copy.path) {
                "is the run directory itself"
            } else if FilePlace.isInside(copy.path, folder.path) {
                "is inside of the run directory"
            } else if FilePlace.isInside(folder.path, copy.path) {
                "has the run directory inside of it"
            } else { nil as String? }
        if let what { throw ServiceError("--checkpoint-copy \(copy.path) \(what); name a folder elsewhere") }
    }

    /// Makes the folders and takes them for a run of this job.
    ///
    /// - Returns: the holds of the run directory and of the copy, where there is one.
    /// - Throws: `ServiceError` where a folder can't be made, or another coordinator has it.
    func take(for job: Job) throws -> (own: RunHold, copy: RunHold?) {
        for (number, place) in places.enumerated() {
            do throws(TensorFileError) {
                try DurableFolder.make(place.folder.checkpointFolder)
            } catch {
                throw ServiceError("\(number == 0 ? "--run" : "--checkpoint-copy") \(place.folder.path): \(error)")
            }
        }
        let hold = try places[0].take(for: job)
        return (hold, copy: places.count > 1 ? try places[1].take(for: job) : nil)
    }

    /// From now on what is there stays.
    func begin() { hasBegun = true }

    /// Takes away what this process made, where the run has not begun.
    ///
    /// Files go only where the place is held, and folders only where they are empty: what another coordinator wrote
    /// meanwhile stays.
    func removeUnlessBegun() {
        if hasBegun { return }
        var folders: Set<String> = []
        for place in places.reversed() {
            if let hold = place.hold, hold.isInPlace() {
                for path in place.newFiles.reversed() { unlink(path) }
            } else if access(place.folder.lockFile, F_OK) == 0 {
                continue  // it is another coordinator's, which may not have written into its folders yet
            }
            folders.formUnion(place.newFolders)
        }
        // The innermost first, and whatever is in use by then stays.
        for path in folders.sorted(by: { $0.utf8.count > $1.utf8.count }) { rmdir(path) }
    }
}
