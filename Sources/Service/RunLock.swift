import Foundation

/// Holds a run directory for one coordinator; let go of when the process ends, however it does.
final class RunLock {
    private let descriptor: Int32
    private let path: String

    /// Takes the lock.
    ///
    /// - Throws: when another coordinator holds it.
    init(_ path: String, folder: String) throws {
        self.path = path
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
        if descriptor < 0 { throw ServiceError("\(path): can't be written: \(String(cString: strerror(errno)))") }
        if flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            throw ServiceError("\(folder) is in use by another coordinator; wait for it or choose another --run folder")
        }
    }

    deinit { close(descriptor) }

    /// Whether the file that is held is still the one at its place.
    var isInPlace: Bool {
        var (held, there) = (stat(), stat())
        return fstat(descriptor, &held) == 0 && stat(path, &there) == 0
            && (held.st_dev, held.st_ino) == (there.st_dev, there.st_ino)
    }
}
