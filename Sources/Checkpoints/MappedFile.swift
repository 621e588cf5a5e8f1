import Foundation

/// A file's bytes, mapped into memory for reading.
///
/// Files that this program writes are replaced, never changed in place, so a mapping keeps its content.
public final class MappedFile: @unchecked Sendable {  // the mapping is read only and stays in place until deinit
    /// The path as given.
    public let path: String
    /// All bytes of the file; valid while this object lives.
    public let bytes: UnsafeRawBufferPointer

    /// Maps a regular file.
    ///
    /// - Parameter path: the file; a folder, pipe or device is refused.
    /// - Throws: `TensorFileError.unreadable`.
    public init(path: String) throws(TensorFileError) {
        // O_NONBLOCK: opening a pipe must not wait for somebody to write to it.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw .unreadable(path: path, reason: TensorFileError.lastReason) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw .unreadable(path: path, reason: TensorFileError.lastReason)
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            let isFolder = status.st_mode & S_IFMT == S_IFDIR
            throw .unreadable(path: path, reason: isFolder ? "it is a folder" : "it is not a regular file")
        }
        self.path = path
        let byteCount = Int(status.st_size)
        guard byteCount > 0 else {  // nothing can't be mapped
            bytes = UnsafeRawBufferPointer(start: nil, count: 0)
            return
        }
        let start = mmap(nil, byteCount, PROT_READ, MAP_PRIVATE, descriptor, 0)
        guard let start, start != MAP_FAILED else {
            throw .unreadable(path: path, reason: TensorFileError.lastReason)
        }
        bytes = UnsafeRawBufferPointer(start: start, count: byteCount)
    }

    deinit {
        if let start = bytes.baseAddress { munmap(UnsafeMutableRawPointer(mutating: start), bytes.count) }
    }
}
