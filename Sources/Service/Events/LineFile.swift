import Checkpoints
import Foundation

/// A file that lines are added to, each whole or not at all.
final class LineFile {
    private let path: String
    private let descriptor: Int32
    private var byteCount: Int

    /// Opens a file, or makes it; a last line that was cut short is taken away.
    init(_ path: String) throws(ServiceError) {
        self.path = path
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
        if descriptor < 0 { throw Self.unwritable(path) }
        byteCount = 0
        byteCount = try endOfLastLine()
        if ftruncate(descriptor, off_t(byteCount)) != 0 { throw Self.unwritable(path) }
    }

    deinit { close(descriptor) }

    private static func unwritable(_ path: String) -> ServiceError {
        ServiceError("\(path) can't be written: \(TensorFileError.lastReason)")
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

    /// Adds a line to the end; what a full disk left of one is taken away again.
    func append(_ line: Data) throws(ServiceError) {
        let bytes = Array(line) + [UInt8(ascii: "\n")]
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
