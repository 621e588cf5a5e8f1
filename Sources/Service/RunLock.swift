import Foundation

/// Holds a run directory for one coordinator; let go of when the process ends, however it does.
final class RunLock: Sendable {
    private let descriptor: Int32
    private let path: String

    /// How often the lock is tried anew whose file was removed meanwhile.
    private static let attempts = 10

    /// Takes the lock.
    ///
    /// - Throws: when another coordinator holds it, or its file can't be made or does not stay.
    init(_ path: String, folder: String) throws {
        self.path = path
        descriptor = try Self.locked(path, folder: folder)
    }

    /// The descriptor of the file at this place, locked.
    ///
    /// A run that is refused removes the file that it made: who opened it before has the lock of a file that nobody
    /// finds any more.
    private static func locked(_ path: String, folder: String) throws -> Int32 {
        for _ in 0..<attempts {
            let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
            if descriptor < 0 { throw ServiceError("\(path): can't be written: \(String(cString: strerror(errno)))") }
            guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
                let fault = errno
                close(descriptor)
                if fault == EWOULDBLOCK {
                    throw ServiceError(
                        "\(folder) is in use by another coordinator; wait for it or choose another --run folder")
                }
                throw ServiceError(
                    "\(path) can't be locked: \(String(cString: strerror(fault))); a run needs a file system with locks, so "
                        + "that no two coordinators write there: choose another --run folder, or have it mounted with locks"
                )
            }
            if isFile(descriptor, at: path) { return descriptor }
            close(descriptor)
        }
        throw ServiceError(
            "\(path) is removed as often as it is made; see what else uses \(folder), or choose another --run folder")
    }

    deinit { close(descriptor) }

    /// Whether the file that is held is still the one at its place.
    var isInPlace: Bool { Self.isFile(descriptor, at: path) }

    /// Whether the file that is open is the one that a path names.
    static func isFile(_ descriptor: Int32, at path: String) -> Bool {
        var (held, there) = (stat(), stat())
        return fstat(descriptor, &held) == 0 && stat(path, &there) == 0
            && (held.st_dev, held.st_ino) == (there.st_dev, there.st_ino)
    }
}
