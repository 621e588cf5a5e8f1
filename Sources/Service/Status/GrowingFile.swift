import Foundation

/// A file that others add lines to, read on from where it was read before.
struct GrowingFile {
    /// Of a file that is longer, only so many bytes at its end are ever read.
    private static let limit: Int64 = 64 << 20
    private let path: String
    private var file: (device: UInt, inode: UInt)?
    private var offset: Int64 = 0
    /// Whether its begin was passed over.
    private(set) var isCut = false

    /// The file at `path`, which need not be there.
    init(_ path: String) { self.path = path }

    /// The whole lines that were added since the last call.
    ///
    /// - Returns: the lines, and whether the file is another one, so that what was read before does not count.
    mutating func read() -> (lines: Data, isAnew: Bool) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return (Data(), forget()) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return (Data(), forget()) }
        let length = Int64(status.st_size)
        let isSame = file.map { $0.device == status.st_dev && $0.inode == status.st_ino } ?? false
        let isAnew = !isSame || length < offset
        if isAnew {
            file = (UInt(status.st_dev), UInt(status.st_ino))
            (offset, isCut) = (max(0, length - Self.limit), length > Self.limit)
        }
        guard length > offset else { return (Data(), isAnew) }
        var bytes = [UInt8](repeating: 0, count: Int(min(length - offset, Self.limit)))
        let count = pread(descriptor, &bytes, bytes.count, off_t(offset))
        guard count > 0, let end = bytes[..<count].lastIndex(of: UInt8(ascii: "\n")) else { return (Data(), isAnew) }
        var lines = bytes[...end]
        if isAnew, isCut, let first = lines.firstIndex(of: UInt8(ascii: "\n")) { lines = lines[(first + 1)...] }
        offset += Int64(end) + 1
        return (Data(lines), isAnew)
    }

    private mutating func forget() -> Bool {
        defer { (file, offset, isCut) = (nil, 0, false) }
        return file != nil
    }
}
