public import Foundation

/// The real recordings that tests read, where they are at hand.
public enum Recordings {
    /// The folder named by `SSRM_DATA`, by default `../shared/data` beside the checkout.
    public static var root: String {
        if let path = ProcessInfo.processInfo.environment["SSRM_DATA"] { return path }
        return packageRoot.deletingLastPathComponent().appending(path: "shared/data").path
    }

    /// Whether the recordings are there; a test that needs them is skipped with `absence` when not.
    public static var areHere: Bool { FileManager.default.fileExists(atPath: root + "/pmd/experiment-ii") }

    /// Why a test that needs them is skipped.
    public static var absence: String { "no recordings at \(root); set SSRM_DATA to their folder" }
}

/// The checkout that these tests were built from.
public var packageRoot: URL {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
}
