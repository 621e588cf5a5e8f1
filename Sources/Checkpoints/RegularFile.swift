import Foundation
import Synchronization

/// A regular file that is open for reading.
public final class RegularFile: Sendable {
    /// What tells a file from another and from itself after a change: device, number, length, time of the last change.
    public struct Identity: Sendable, Equatable {
        private let numbers: [Int]

        init(_ status: stat) {
            numbers = [
                Int(bitPattern: UInt(status.st_dev)), Int(bitPattern: UInt(status.st_ino)), Int(status.st_size),
                Int(status.st_mtim.tv_sec), Int(status.st_mtim.tv_nsec),
            ]
        }
    }

    /// The path as given.
    public let path: String
    /// Its length when it was opened.
    public let byteCount: Int
    /// Which file it was, in which state, when it was opened.
    public let identity: Identity
    private let descriptor: Int32
    /// As it was when its content was known.
    private let known: Mutex<stat>
    /// Held by the one thread that checks; the others are told meanwhile that the file is not what it was.
    private let checking = Mutex(())

    static let (folderWords, otherWords) = ("it is a folder", "it is not a regular file")

    /// Opens a regular file.
    ///
    /// - Parameter path: the file; a folder, pipe or device is refused.
    /// - Throws: `TensorFileError.unreadable`.
    public init(opening path: String) throws(TensorFileError) {
        // O_NONBLOCK: opening a pipe must not wait for somebody to write to it.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw .unreadable(path: path, reason: TensorFileError.lastReason) }
        (self.path, self.descriptor) = (path, descriptor)
        var status = stat()
        let isKnown = fstat(descriptor, &status) == 0
        let reason = TensorFileError.lastReason
        // Owned from here: a later throw runs deinit.
        (byteCount, identity) = (Int(status.st_size), Identity(status))
        known = Mutex(status)
        guard isKnown else { throw .unreadable(path: path, reason: reason) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            let isFolder = status.st_mode & S_IFMT == S_IFDIR
            throw .unreadable(path: path, reason: isFolder ? Self.folderWords : Self.otherWords)
        }
    }

    deinit { close(descriptor) }

    /// Whether nobody has written to the file, cut it, made it longer or touched it since it was opened or confirmed.
    ///
    /// It may have been renamed, replaced or removed: what was opened is still that file.
    public var isUnchanged: Bool { state.map { now in known.withLock { Self.isSame(now, as: $0) } } ?? false }

    private var state: stat? {
        var now = stat()
        return fstat(descriptor, &now) == 0 ? now : nil
    }

    private static func isSame(_ now: stat, as before: stat) -> Bool {
        guard Identity(now) == Identity(before) else { return false }
        // The time of the last write can be set back (`cp -p` does), that of the last change of any kind can't; but it
        // moves with a file's names as well.
        return now.st_nlink != before.st_nlink
            || (now.st_ctim.tv_sec, now.st_ctim.tv_nsec) == (before.st_ctim.tv_sec, before.st_ctim.tv_nsec)
    }

    /// Takes the file as it is now for the one that was opened, where it is as long and `check`, which reads all of it,
    /// finds its content the same: it was touched, or written to with what was there.
    ///
    /// One thread checks at a time; no other waits to see whether it is unchanged.
    ///
    /// - Returns: whether it is.
    func confirm(by check: () -> Bool) -> Bool {
        checking.withLock { _ in
            // Before it is read: what changes from here on shows.
            guard let now = state, now.st_size == byteCount else { return false }
            if known.withLock({ Self.isSame(now, as: $0) }) { return true }
            guard check() else { return false }
            known.withLock { $0 = now }
            return true
        }
    }

    /// Reads bytes from a place in the file.
    ///
    /// - Parameters:
    ///   - bytes: where they go.
    ///   - offset: how many bytes from the file's start the first is.
    /// - Returns: how many were read: fewer than asked for only where the file ends.
    /// - Throws: `TensorFileError.unreadable`.
    public func read(into bytes: UnsafeMutableRawBufferPointer, at offset: Int) throws(TensorFileError) -> Int {
        guard let start = bytes.baseAddress else { return 0 }
        var done = 0
        while done < bytes.count {
            let count = pread(descriptor, start + done, bytes.count - done, off_t(offset + done))
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw .unreadable(path: path, reason: TensorFileError.lastReason) }
            if count == 0 { break }
            done += count
        }
        return done
    }

    /// The file's first bytes, in memory of their own; all of them by default.
    ///
    /// - Precondition: the file had as many when it was opened.
    /// - Throws: `TensorFileError.unreadable`, or `.changed` when the file was cut since it was opened.
    public func firstBytes(_ count: Int? = nil) throws(TensorFileError) -> [UInt8] {
        let wanted = count ?? byteCount
        precondition(wanted <= byteCount, "\(wanted) bytes of \(byteCount)")
        var bytes = [UInt8](repeating: 0, count: wanted)
        let readCount = try bytes.withUnsafeMutableBufferPointer { bytes throws(TensorFileError) in
            try read(into: UnsafeMutableRawBufferPointer(bytes), at: 0)
        }
        guard readCount == wanted else { throw .changed(path: path) }
        return bytes
    }

    /// All bytes, mapped: what takes them unmaps them.
    func mapped() throws(TensorFileError) -> UnsafeRawBufferPointer {
        guard byteCount > 0 else { return UnsafeRawBufferPointer(start: nil, count: 0) }  // nothing can't be mapped
        let start = mmap(nil, byteCount, PROT_READ, MAP_PRIVATE, descriptor, 0)
        guard let start, start != MAP_FAILED else {
            throw .unreadable(path: path, reason: TensorFileError.lastReason)
        }
        return UnsafeRawBufferPointer(start: start, count: byteCount)
    }
}
