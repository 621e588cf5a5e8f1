import Checkpoints
package import Foundation

/// A file that lines are added to, each whole or not at all.
///
/// Lines that can't be written wait for the next one; a file that was removed, or whose folder was moved, is made
/// again, in a folder that is still this process's.
package final class LineFile {
    /// So many bytes wait at most; the oldest lines go first.
    private static let waitingLimit = 1 << 20
    private let path: String
    private let isHeld: () -> Bool
    private var descriptor: Int32
    private var byteCount: Int
    /// Lines that are not written.
    private var waiting: [[UInt8]] = []
    private var waitingBytes = 0
    /// Whether it was said that lines wait, and none was written since.
    private var isToldOf = false

    /// Opens a file, or makes it; a last line that was cut short is taken away.
    ///
    /// - Parameters:
    ///   - path: where it is.
    ///   - isHeld: whether its folder is still this process's; in another's nothing is written.
    /// - Throws: where it can't be made or written.
    package init(_ path: String, isHeld: @escaping () -> Bool = { true }) throws(ServiceError) {
        (self.path, self.isHeld) = (path, isHeld)
        (descriptor, byteCount) = (-1, 0)
        try reopen()
    }

    deinit { close(descriptor) }

    private static func unwritable(_ path: String) -> ServiceError {
        ServiceError("\(path) can't be written: \(TensorFileError.lastReason)")
    }

    private func reopen() throws(ServiceError) {
        let opened = try Self.folder(of: path, isHeld).openFile(FilePlace.parts(ofFile: path).name)
        if opened < 0 { throw Self.unwritable(path) }
        if descriptor >= 0 { close(descriptor) }
        descriptor = opened
        byteCount = try endOfLastLine()
        if ftruncate(descriptor, off_t(byteCount)) != 0 { throw Self.unwritable(path) }
    }

    /// The folder of a file, open and this process's.
    ///
    /// - Throws: where it can't be opened or is another's.
    static func folder(of path: String, _ isHeld: () -> Bool) throws(ServiceError) -> OpenFolder {
        let folder: OpenFolder
        do { folder = try OpenFolder(FilePlace.parts(ofFile: path).folder, toWrite: path) } catch {
            throw ServiceError("\(error)")
        }
        // Looked at once the folder is open: another run may have made it anew while this process was stopped.
        if !isHeld() { throw lost(path) }
        return folder
    }

    private static func lost(_ path: String) -> ServiceError {
        ServiceError("\(path) can't be written: its folder was removed or replaced under this run")
    }

    private func endOfLastLine() throws(ServiceError) -> Int {
        var end = Int(lseek(descriptor, 0, SEEK_END))
        if end < 0 { throw Self.unwritable(path) }  // a pipe
        var bytes = [UInt8](repeating: 0, count: 4096)
        while end > 0 {
            let start = max(0, end - bytes.count)
            let count = pread(descriptor, &bytes, end - start, off_t(start))
            if count < 0 { throw Self.unwritable(path) }
            if let last = bytes[..<count].lastIndex(of: UInt8(ascii: "\n")) { return start + last + 1 }
            end = start
        }
        return 0
    }

    /// Adds a line to the end, after those that wait; what a full disk left of one is taken away again, and it waits.
    ///
    /// - Throws: where it waits, once until one was written again.
    package func append(_ line: Data) throws(ServiceError) {
        let bytes = Array(line) + [UInt8(ascii: "\n")]
        waiting.append(bytes)
        waitingBytes += bytes.count
        while waitingBytes > Self.waitingLimit, waiting.count > 1 { waitingBytes -= waiting.removeFirst().count }
        do {
            try flush()
            isToldOf = false
        } catch {
            defer { isToldOf = true }
            if !isToldOf { throw error }
        }
    }

    /// Cuts the file before the first line that is not wanted any more, in place: that needs no room on the disk.
    package func cut(before isUnwanted: (Data) -> Bool) throws(ServiceError) {
        waiting.removeAll { isUnwanted(Data($0)) }
        waitingBytes = waiting.reduce(0) { $0 + $1.count }
        try requireOwnFile()
        var end = 0
        for line in try written().split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            if end + line.count >= byteCount || isUnwanted(line) { break }
            end += line.count + 1
        }
        if ftruncate(descriptor, off_t(end)) != 0 { throw Self.unwritable(path) }
        byteCount = end
    }

    /// Opens the file again where another lies in its place, and throws where it is another run's.
    private func requireOwnFile() throws(ServiceError) {
        if !RunLock.isFile(descriptor, at: path) { try reopen() } else if !isHeld() { throw Self.lost(path) }
    }

    /// What is in the file.
    private func written() throws(ServiceError) -> Data {
        var bytes = Data(count: byteCount)
        var count = 0
        while count < byteCount {
            let more = bytes.withUnsafeMutableBytes {
                pread(descriptor, $0.baseAddress.map { $0 + count }, byteCount - count, off_t(count))
            }
            if more < 0, errno == EINTR { continue }
            if more < 0 { throw ServiceError("\(path) can't be read: \(TensorFileError.lastReason)") }
            if more == 0 { break }
            count += more
        }
        byteCount = count  // somebody may have cut it
        return bytes.prefix(count)
    }

    /// Writes what waits.
    func flush() throws(ServiceError) {
        if waiting.isEmpty { return }
        try requireOwnFile()
        while let line = waiting.first {
            try write(line)
            waiting.removeFirst()
            waitingBytes -= line.count
        }
    }

    /// Writes what waits, and says so where it can't be: nothing comes after it.
    func end() {
        do { try flush() } catch {
            Terminal.error("\(error); \(many(waiting.count, "line")) can't be kept")
        }
    }

    private func write(_ bytes: [UInt8]) throws(ServiceError) {
        // Somebody may have emptied it: a hole would stand before what comes.
        var status = stat()
        if fstat(descriptor, &status) == 0 { byteCount = min(byteCount, Int(status.st_size)) }
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes {
                pwrite(descriptor, $0.baseAddress.map { $0 + written }, $0.count - written, off_t(byteCount + written))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                let failure = Self.unwritable(path)
                ftruncate(descriptor, off_t(byteCount))
                throw failure
            }
            written += count
        }
        byteCount += bytes.count
    }
}
