import CLinux
public import Foundation

/// Writes files that appear under their name whole or not at all.
public enum WholeFile {
    /// Writes `bytes` to `path`, replacing what was there.
    ///
    /// - Throws: `TensorFileError.unwritable`; what was at `path` is then still there, and no temporary file is.
    public static func write(_ bytes: some ContiguousBytes, to path: String) throws(TensorFileError) {
        let file = try PendingFile(for: path)
        var failure: TensorFileError?
        bytes.withUnsafeBytes { content in
            do throws(TensorFileError) { try file.append(content) } catch { failure = error }
        }
        if let failure { throw failure }
        try file.commit()
    }

    /// Writes `text` as UTF-8 to `path`, replacing what was there.
    ///
    /// - Throws: `TensorFileError.unwritable`; what was at `path` is then still there, and no temporary file is.
    public static func write(_ text: String, to path: String) throws(TensorFileError) {
        try write(Data(text.utf8), to: path)
    }
}

/// A temporary file in the folder of `path` that takes its place when it is complete, or goes away.
///
/// Where the file system can (O_TMPFILE: ext4, XFS, Btrfs, tmpfs), it has no name until it is complete, so that a process that is
/// killed leaves nothing; elsewhere it has one from the start.
final class PendingFile {
    /// Linux's O_TMPFILE, which is no constant that Swift imports.
    private static let withoutName = 0o20_000_000 | O_DIRECTORY

    private let path: String
    private let target: String
    private let temporary: String
    private let descriptor: Int32
    /// Whether a file of the temporary name is there.
    private var isNamed = false
    /// How many bytes were appended, and how many of them the disk was told to take.
    private var (appendedBytes, startedBytes) = (0, 0)
    /// What is appended goes to the disk in pieces of at least this size.
    private static let bytesStartedAtOnce = 8 << 20

    init(for path: String) throws(TensorFileError) {
        // A link is followed, so that what it names is replaced and not the link.
        let resolved = realpath(path, nil)
        defer { free(resolved) }
        target = resolved.map { String(cString: $0) } ?? path
        var status = stat()
        if stat(target, &status) == 0 {
            guard status.st_mode & S_IFMT == S_IFREG else {
                let isFolder = status.st_mode & S_IFMT == S_IFDIR
                throw .unwritable(path: path, reason: isFolder ? "it is a folder" : "it is not a regular file")
            }
        } else if errno != ENOENT {  // a name that is too long, links in a circle
            throw .unwritable(path: path, reason: TensorFileError.lastReason)
        }
        let url = URL(filePath: target)
        let unique = "\(getpid())-\(String(UInt32.random(in: 0 ... .max), radix: 36))"
        let folder = url.deletingLastPathComponent().path
        let name = String(url.lastPathComponent.unicodeScalars.prefix(50))  // the whole may have 255 bytes
        temporary = URL(filePath: folder).appending(path: ".\(name).\(unique).part").path
        self.path = path
        let nameless = open(folder, O_WRONLY | Self.withoutName | O_CLOEXEC, 0o666)
        if nameless >= 0, access(Self.link(to: nameless), F_OK) == 0 {
            descriptor = nameless
            return
        }
        if nameless >= 0 { close(nameless) }  // without /proc it could never get a name
        descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        isNamed = descriptor >= 0
        guard descriptor >= 0 else {
            let reason = errno == ENOENT ? "there is no folder \(folder)" : TensorFileError.lastReason
            throw .unwritable(path: path, reason: reason)
        }
    }

    deinit {
        guard descriptor >= 0 else { return }
        close(descriptor)
        if isNamed { unlink(temporary) }
    }

    private static func link(to descriptor: Int32) -> String { "/proc/self/fd/\(descriptor)" }

    func append(_ bytes: UnsafeRawBufferPointer) throws(TensorFileError) {
        try repeatedly(bytes) { [descriptor] start, count, _ in write(descriptor, start, count) }
        appendedBytes += bytes.count
        if appendedBytes - startedBytes >= Self.bytesStartedAtOnce { startWriting() }
    }

    /// Has the disk take what was appended while more is made, so that `commit` waits for little; a failure is that of `fsync`.
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
    func commit() throws(TensorFileError) {
        guard fsync(descriptor) == 0 else { throw failure }
        if !isNamed {
            guard linkat(AT_FDCWD, Self.link(to: descriptor), AT_FDCWD, temporary, AT_SYMLINK_FOLLOW) == 0 else {
                throw failure
            }
            isNamed = true
        }
        guard rename(temporary, target) == 0 else { throw failure }
        isNamed = false
        let folder = open(URL(filePath: target).deletingLastPathComponent().path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw failure }
        defer { close(folder) }
        guard fsync(folder) == 0 else { throw failure }
    }

    private var failure: TensorFileError { .unwritable(path: path, reason: TensorFileError.lastReason) }
}
