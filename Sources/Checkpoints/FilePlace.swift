import Foundation

/// Which place in the file system a path names, however it is written.
package enum FilePlace {
    /// Whether both name the same file or folder, which need not be there.
    package static func areOne(_ first: String, _ second: String) -> Bool {
        withoutLinks(first) == withoutLinks(second) || isSame(first, second)
    }

    /// Whether one is in the other, at whatever depth; neither needs to be there.
    package static func isInside(_ inner: String, _ outer: String) -> Bool {
        let folder = withoutLinks(outer)
        return withoutLinks(inner).hasPrefix(folder == "/" ? folder : folder + "/")
    }

    /// Whether both are there and are the same file or folder.
    package static func isSame(_ first: String, _ second: String) -> Bool {
        var (one, other) = (stat(), stat())
        return stat(first, &one) == 0 && stat(second, &other) == 0
            && (one.st_dev, one.st_ino) == (other.st_dev, other.st_ino)
    }

    /// The path without links, of a file or folder that need not be there.
    private static func withoutLinks(_ path: String) -> String {
        var (there, missing) = (URL(filePath: path).standardizedFileURL, [String]())
        while there.path != "/", access(there.path, F_OK) != 0 {
            missing.insert(there.lastPathComponent, at: 0)
            there.deleteLastPathComponent()
        }
        return missing.reduce(there.resolvingSymlinksInPath()) { $0.appending(path: $1) }.path
    }
}
