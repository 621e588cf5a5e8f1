import Foundation

/// Folders that are to be made, and may be taken away again.
package enum MissingFolders {
    /// A folder and those above it, as far as they are not there; the outermost first.
    package static func upTo(_ folder: String) -> [String] {
        var folders: [String] = []
        var path = URL(filePath: folder).standardizedFileURL.path
        while path != "/", access(path, F_OK) != 0, errno == ENOENT {
            folders.insert(path, at: 0)
            path = URL(filePath: path).deletingLastPathComponent().path
        }
        return folders
    }
}
