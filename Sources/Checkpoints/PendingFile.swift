import CLinux
import Foundation

/// A temporary file in the folder of `path` that takes its place when it is complete, or goes away.
///
/// Where the file system can (O_TMPFILE: ext4, XFS, Btrfs, tmpfs), it has no name until it is complete, so that a
/// process that is killed leaves nothing; elsewhere it has one from the start.
package final class PendingFile {
    /// The system's calls that wait for the disk; tests put failing ones in, and who need not wait none.
    ///
    /// Each takes a descriptor, and returns 0, or -1 with errno.
    package struct DiskCalls {
        /// Brings a file's content to the disk.
        package var syncFile: (Int32) -> Int32 = { fsync($0) }
        /// Brings a folder's names to the disk.
        package var syncFolder: (Int32) -> Int32 = { fsync($0) }
        /// Brings everything of the file system that a file is on to the disk.
        package var syncFileSystem: (Int32) -> Int32 = { linux_sync_file_system($0) }

        /// The system's own.
        package init() {}

        /// None: what a crash leaves half-written is known by its content.
        package static var none: DiskCalls {
            var calls = DiskCalls()
            (calls.syncFile, calls.syncFolder, calls.syncFileSystem) = ({ _ in 0 }, { _ in 0 }, { _ in 0 })
            return calls
        }
    }

    /// Linux's O_TMPFILE, which is no constant that Swift imports.
    private static let withoutName = 0o20_000_000 | O_DIRECTORY

    /// As other programs make files: what of that is not to be, the process's mask takes away.
    package static let forAll: UInt32 = 0o666
    private let path: String
    /// Where the file comes to be, and by which names in it.
    private let folder: OpenFolder
    private let (target, temporary): (String, String)
    private let descriptor: Int32
    private let disk: DiskCalls
    /// Whether a file of the temporary name is there.
    private var isNamed = false
    /// How many bytes were appended, and how many of them the disk was told to take.
    private var (appendedBytes, startedBytes) = (0, 0)
    /// What is appended goes to the disk in pieces of at least this size.
    private static let bytesStartedAtOnce = 8 << 20

    /// An empty file for `path`, with these permissions but those that the process's mask takes away.
    ///
    /// Its folder is opened now: it is that one that the file will be in, or none. Where anybody may read what is made,
    /// a file that is replaced hands its own permissions on.
    ///
    /// - Parameters:
    ///   - path: where it will be.
    ///   - held: the folder, where it is open already; by default that of `path`, a link to a file followed.
    ///   - permissions: as `open` takes them.
    ///   - disk: the calls that wait for it.
    /// - Throws: `TensorFileError.unwritable`.
    package init(
        for path: String, in held: OpenFolder? = nil, permissions: UInt32 = PendingFile.forAll,
        disk: DiskCalls = DiskCalls()
    ) throws(TensorFileError) {
        self.disk = disk
        // A link is followed, so that what it names is replaced and not the link; one in an open folder is replaced.
        let resolved = held == nil ? realpath(path, nil) : nil
        defer { free(resolved) }
        let isLink = held == nil && resolved == nil
        let place = FilePlace.parts(
            ofFile: resolved.map { String(cString: $0) } ?? (isLink ? Self.end(ofLinkToNothing: path) : path))
        var status = stat()
        var replaced: stat?
        if stat(path, &status) == 0 {
            guard status.st_mode & S_IFMT == S_IFREG else {
                let isFolder = status.st_mode & S_IFMT == S_IFDIR
                throw .unwritable(path: path, reason: isFolder ? "it is a folder" : "it is not a regular file")
            }
            guard held != nil || access(path, W_OK) == 0 else {
                throw .unwritable(path: path, reason: "it is there and write-protected; remove it or name another")
            }
            if permissions == Self.forAll { replaced = status }
        } else if errno != ENOENT {  // a name that is too long, links in a circle
            throw .unwritable(path: path, reason: TensorFileError.lastReason)
        }
        if ["", ".", ".."].contains(place.name) { throw .unwritable(path: path, reason: "that is a folder's name") }
        self.path = path
        if let held {
            folder = held
        } else {
            folder = try OpenFolder(place.folder, toWrite: path)
        }
        let unique = "\(getpid())-\(String(UInt32.random(in: 0 ... .max), radix: 36))"
        target = place.name
        let start = String(target.unicodeScalars.prefix(50))  // the whole may have 255 bytes
        temporary = ".\(start).\(unique).part"
        let nameless = openat(folder.descriptor, ".", O_WRONLY | Self.withoutName | O_CLOEXEC, permissions)
        if nameless >= 0, access(Self.link(to: nameless), F_OK) == 0 {
            descriptor = nameless
            if let replaced { take(permissionsOf: replaced) }
            return
        }
        if nameless >= 0 { close(nameless) }  // without /proc it could never get a name
        descriptor = openat(
            folder.descriptor, temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, permissions)
        isNamed = descriptor >= 0
        guard descriptor >= 0 else { throw .unwritable(path: path, reason: TensorFileError.lastReason) }
        if let replaced { take(permissionsOf: replaced) }
    }

    /// Makes the file as one that it replaces; where that one's group can't have it, the group that does may do no more
    /// than all may.
    private func take(permissionsOf replaced: stat) {
        var mode = replaced.st_mode & 0o777
        if fchown(descriptor, replaced.st_uid, replaced.st_gid) != 0, fchown(descriptor, .max, replaced.st_gid) != 0 {
            mode = mode & 0o707 | (mode & 0o007) << 3
        }
        fchmod(descriptor, mode)
    }

    /// Where a link leads at whose end nothing is yet; what is no link is that itself.
    private static func end(ofLinkToNothing path: String) -> String {
        var end = path
        for _ in 0..<40 {
            guard let next = try? FileManager.default.destinationOfSymbolicLink(atPath: end) else { break }
            end = next.hasPrefix("/") ? next : FilePlace.parts(ofFile: end).folder + "/" + next
        }
        return end
    }

    deinit {
        guard descriptor >= 0 else { return }
        close(descriptor)
        if isNamed { unlinkat(folder.descriptor, temporary, 0) }
    }

    private static func link(to descriptor: Int32) -> String { "/proc/self/fd/\(descriptor)" }

    /// Adds bytes to the end.
    ///
    /// - Throws: `TensorFileError.unwritable`.
    package func append(_ bytes: UnsafeRawBufferPointer) throws(TensorFileError) {
        try repeatedly(bytes) { [descriptor] start, count, _ in write(descriptor, start, count) }
        appendedBytes += bytes.count
        if appendedBytes - startedBytes >= Self.bytesStartedAtOnce { startWriting() }
    }

    /// Has the disk take what was appended while more is made, so that `commit` waits for little; a failure is that of
    /// `fsync`.
    private func startWriting() {
        linux_start_writing(descriptor, startedBytes, appendedBytes - startedBytes)
        startedBytes = appendedBytes
    }

    /// Writes over what is already there, `offset` bytes from the start.
    func overwrite(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(TensorFileError) {
        try repeatedly(bytes) { [descriptor] start, count, done in pwrite(descriptor, start, count, offset + done) }
    }

    private func repeatedly(
        _ bytes: UnsafeRawBufferPointer, call: (UnsafeRawPointer, Int, Int) -> Int
    ) throws(TensorFileError) {
        guard let start = bytes.baseAddress else { return }
        var done = 0
        while done < bytes.count {
            let written = call(start + done, bytes.count - done, done)
            if written < 0 && errno == EINTR { continue }
            guard written > 0 else { throw failure }
            done += written
        }
    }

    /// Brings the content to the disk and the file to its place.
    ///
    /// - Throws: `TensorFileError.unwritable`, and then nothing is at its place that was not there before;
    ///   `.unsettled`, when it is in its place but a failure of the disk may undo that.
    package func commit() throws(TensorFileError) {
        try makeWhole()
        guard renameat(folder.descriptor, temporary, folder.descriptor, target) == 0 else { throw failure }
        isNamed = false
        if let reason = settle() { throw .unsettled(path: path, reason: reason) }
    }

    /// As `commit`, but leaves what is at its place; of several that come to one place at once, one has it.
    ///
    /// - Returns: false where something is there, and this file is nowhere then.
    /// - Throws: as `commit`.
    func commitWhereNothingIs() throws(TensorFileError) -> Bool {
        try makeWhole()
        guard linkat(folder.descriptor, temporary, folder.descriptor, target, 0) != 0 else {
            if let reason = settle() { throw .unsettled(path: path, reason: reason) }
            return true  // under a second name, which goes with this object
        }
        if errno == EEXIST { return false }
        // Some file systems, like those of memory cards, give no file two names.
        guard [EPERM, ENOTSUP, ENOSYS].contains(errno) else { throw failure }
        if faccessat(folder.descriptor, target, F_OK, AT_SYMLINK_NOFOLLOW) == 0 { return false }
        try commit()
        return true
    }

    /// Brings the content to the disk, under a name of its own beside its place.
    ///
    /// - Throws: `TensorFileError.unwritable`, and then nothing is at its place that was not there before.
    func makeWhole() throws(TensorFileError) {
        guard disk.syncFile(descriptor) == 0 else { throw failure }
        if isNamed { return }
        let name = Self.link(to: descriptor)
        guard linkat(AT_FDCWD, name, folder.descriptor, temporary, AT_SYMLINK_FOLLOW) == 0 else { throw failure }
        isNamed = true
    }

    /// Brings the file's name to the disk; why that failed, if it did.
    ///
    /// A folder that may be written to but not read can't be opened for that, and some file systems bring no folder to
    /// the disk: then all of the file system is.
    private func settle() -> String? {
        switch folder.settle(by: disk.syncFolder) {
        case 0: return nil
        case nil, EINVAL, ENOTSUP: break
        case let code?: return String(cString: strerror(code))
        }
        return disk.syncFileSystem(descriptor) == 0 ? nil : TensorFileError.lastReason
    }

    private var failure: TensorFileError { .unwritable(path: path, reason: TensorFileError.lastReason) }
}
