import CLinux
import Foundation

/// A file's bytes, mapped into memory for reading: all who map it share them, and none has to fit in memory.
///
/// Files that this program writes are replaced, never changed in place, so a mapping keeps its content. Somebody else
/// may cut or overwrite the file all the same: whoever reads a mapping asks `requireWhole()` afterwards, before using
/// what came of it.
public final class MappedFile: @unchecked Sendable {  // the mapping is read only and stays in place until deinit
    /// All bytes of the file; valid while this object lives.
    public let bytes: UnsafeRawBufferPointer
    private let file: RegularFile
    private let watch: OpaquePointer?

    /// The path as given.
    public var path: String { file.path }

    /// Maps a regular file.
    ///
    /// - Parameter path: the file; a folder, pipe or device is refused.
    /// - Throws: `TensorFileError.unreadable`.
    public init(path: String) throws(TensorFileError) {
        let file = try RegularFile(opening: path)
        self.file = file
        bytes = try file.mapped()
        watch = bytes.baseAddress.flatMap { linux_watch_mapping($0, file.byteCount) }
    }

    deinit {
        if let watch { linux_forget_mapping(watch) }
        if let start = bytes.baseAddress { munmap(UnsafeMutableRawPointer(mutating: start), bytes.count) }
    }

    /// Whether what was read until now is what the file held when it was opened; asked of the system, in less than a
    /// microsecond.
    public var isWhole: Bool { !(watch.map(linux_is_torn) ?? false) && file.isUnchanged }

    /// As `RegularFile.confirm`; never where somebody read what was cut off.
    func confirm(by check: () -> Bool) -> Bool {
        func isTorn() -> Bool { watch.map(linux_is_torn) ?? false }
        return !isTorn() && file.confirm { check() && !isTorn() }
    }

    /// Makes sure of what was read until now.
    ///
    /// - Throws: `TensorFileError.changed`, once the file was cut or written to since it was opened.
    public func requireWhole() throws(TensorFileError) {
        if !isWhole { throw .changed(path: path) }
    }

    /// From now on a mapped file that is cut short makes `requireWhole()` throw instead of ending the process with
    /// SIGBUS.
    ///
    /// For the main function of a program, since signals belong to the whole process: a handler for SIGBUS is
    /// installed. It has zeros read where the file has nothing any more, and hands every SIGBUS about other memory on
    /// to the handler that was there before. Whoever uses this library and does not call this has the signal as before.
    public static func outliveCuts() {
        precondition(linux_outlive_cuts() == 0, "sigaction of SIGBUS: \(TensorFileError.lastReason)")
    }
}
