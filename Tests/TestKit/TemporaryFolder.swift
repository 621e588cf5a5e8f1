public import Foundation
import Synchronization

/// A folder that goes away with the value that made it, or with the process: values that all tests share live as long.
public final class TemporaryFolder: Sendable {
    private static let left = Mutex<Set<URL>>([])
    private static let removesAtExit: Void = {
        _ = atexit {
            for url in TemporaryFolder.left.withLock({ $0 }) { try? FileManager.default.removeItem(at: url) }
        }
    }()

    /// Where it is.
    public let url: URL

    /// Makes a new empty folder.
    public init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "ssrm-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        _ = Self.removesAtExit
        Self.left.withLock { _ = $0.insert(url) }
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
        Self.left.withLock { _ = $0.remove(url) }
    }

    /// The path of `name` inside the folder.
    public func path(_ name: String) -> String { url.appending(path: name).path }

    /// Writes `text` to `name`, making the folders on the way.
    @discardableResult
    public func write(_ text: String, to name: String) throws -> String {
        let target = url.appending(path: name)
        try FileManager.default.createDirectory(
            at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: target)
        return target.path
    }

    /// The names of the files and folders directly inside.
    public var contents: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: url.path).sorted() }
    }
}
