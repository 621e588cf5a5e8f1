import Foundation

/// A folder that is held open: what is written or removed through it is in that very folder, though another one may
/// have taken its place meanwhile.
package final class OpenFolder: Sendable {
    let descriptor: Int32
    /// A folder that may be written to need not be one that may be read.
    private let isReadable: Bool

    /// Linux's O_PATH, which is no constant that Swift imports.
    private static let onlyAsPlace: Int32 = 0o10_000_000

    /// The folder at `path`.
    ///
    /// - Parameters:
    ///   - path: where it is.
    ///   - file: what is to be written there, for the error.
    /// - Throws: `TensorFileError.unwritable`, of that file.
    package init(_ path: String, toWrite file: String) throws(TensorFileError) {
        let readable = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        isReadable = readable >= 0
        descriptor = isReadable ? readable : open(path, Self.onlyAsPlace | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            let reason = errno == ENOENT ? "there is no folder \(path)" : TensorFileError.lastReason
            throw .unwritable(path: file, reason: reason)
        }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Opens a file of this name to read and write, and makes it where there is none.
    ///
    /// - Returns: its descriptor, which the caller closes; below 0 where that fails, with `errno`.
    package func openFile(_ name: String) -> Int32 { openat(descriptor, name, O_RDWR | O_CREAT | O_CLOEXEC, 0o666) }

    /// Removes a file of this name.
    ///
    /// - Returns: why it is still there, where it is.
    package func remove(_ name: String) -> String? {
        unlinkat(descriptor, name, 0) == 0 || errno == ENOENT ? nil : TensorFileError.lastReason
    }

    /// Brings the names in it to the disk, as far as its file system can.
    package func settle() { _ = settle(by: fsync) }

    /// Brings the names in it to the disk by `sync`.
    ///
    /// - Returns: whether it could be asked for that, and then 0 or the error's number.
    func settle(by sync: (Int32) -> Int32) -> Int32? {
        guard isReadable else { return nil }
        return sync(descriptor) == 0 ? 0 : errno
    }
}
