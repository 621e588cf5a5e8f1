import Foundation

/// Folders that are still there after a power cut.
package enum DurableFolder {
    /// Makes a folder, and those above it that are not there, and brings their names to the disk.
    ///
    /// A file that is brought to the disk in a folder whose own name is not may be lost with it.
    ///
    /// - Parameters:
    ///   - path: the folder.
    ///   - permissions: of those that are made, but what the process's mask takes away.
    /// - Throws: `TensorFileError.unwritable`, where there is no folder afterwards. A file system that brings no folder
    ///   to the disk, or one above that may not be read, is no error.
    package static func make(_ path: String, permissions: UInt32 = 0o777) throws(TensorFileError) {
        let made = missing(path)
        for folder in made where mkdir(folder, permissions) != 0 && errno != EEXIST {
            throw .unwritable(path: folder, reason: TensorFileError.lastReason)
        }
        var status = stat()
        guard stat(path, &status) == 0 || errno == ENOTDIR else {
            throw .unwritable(path: path, reason: TensorFileError.lastReason)
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw .unwritable(path: path, reason: "a file is in the way")
        }
        for folder in made.reversed() { settle(FilePlace.parts(ofFolder: folder).folder) }
    }

    /// A folder and those above it, as far as they are not there; the outermost first.
    package static func missing(_ path: String) -> [String] {
        var folders: [String] = []
        var place = path
        while access(place, F_OK) != 0, errno == ENOENT {
            folders.insert(place, at: 0)
            let above = FilePlace.parts(ofFolder: place).folder
            if above == place { break }  // the process's own folder is gone
            place = above
        }
        return folders
    }

    /// Brings the names in a folder to the disk, where its file system can.
    static func settle(_ folder: String) {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if descriptor < 0 { return }
        fsync(descriptor)
        close(descriptor)
    }
}
