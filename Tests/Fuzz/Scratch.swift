import Foundation

/// Files of this process's own, in memory, that decoders which open paths are given.
enum Scratch {
    /// The folder that they are in; a fuzzer has as many processes as it likes.
    static let folder: String = {
        let root = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : NSTemporaryDirectory()
        let folder = "\(root)/ssrm-fuzz-\(getpid())"
        guard mkdir(folder, 0o700) == 0 else { fatalError("can't make \(folder): \(String(cString: strerror(errno)))") }
        atexit { try? FileManager.default.removeItem(atPath: Scratch.folder) }
        return folder
    }()

    /// Where something may be written.
    static func path(_ name: String) -> String { "\(folder)/\(name)" }

    /// A file with this content, in place of what it held; its folders are made once.
    static func file(_ name: String, _ bytes: UnsafeRawBufferPointer) -> String {
        let path = path(name)
        var descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        if descriptor < 0, errno == ENOENT {
            let parent = (path as NSString).deletingLastPathComponent
            try? FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
            descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        }
        guard descriptor >= 0 else { fatalError("can't write \(path): \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        guard bytes.isEmpty || write(descriptor, bytes.baseAddress, bytes.count) == bytes.count else {
            fatalError("can't write \(path)")
        }
        return path
    }

    static func file(_ name: String, _ bytes: [UInt8]) -> String { bytes.withUnsafeBytes { file(name, $0) } }
}

extension UnsafeRawBufferPointer {
    /// The parts between bytes 0xFF, so many of them; missing ones are empty, and the last has what is left.
    func parts(_ count: Int) -> [[UInt8]] {
        let parts = split(separator: 0xFF, maxSplits: count - 1, omittingEmptySubsequences: false).map { Array($0) }
        return parts + Array(repeating: [], count: count - parts.count)
    }

    /// As text; what is no UTF-8 is replaced.
    var text: String { String(decoding: self, as: UTF8.self) }
}
