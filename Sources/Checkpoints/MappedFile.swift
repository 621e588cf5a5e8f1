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
        let file = try RegularFile(opening: path)
        self.path = path
        bytes = try file.mapped()
    }

    deinit {
        if let start = bytes.baseAddress { munmap(UnsafeMutableRawPointer(mutating: start), bytes.count) }
    }
}
