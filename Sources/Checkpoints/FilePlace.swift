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

    /// The folder and the name that a file's path consists of: what is in front of the last `/`, and what is behind it.
    ///
    /// As the system takes a path, while a URL makes `x` of `link/../x` and of `x/`. The name of what can only be a
    /// folder is empty.
    package static func parts(ofFile path: String) -> (folder: String, name: String) {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return (".", path) }
        let name = path[path.utf8.index(after: slash)...]
        return (slash == path.startIndex ? "/" : String(path[..<slash]), String(name))
    }

    /// The folder that a folder is in, and its name there.
    package static func parts(ofFolder path: String) -> (folder: String, name: String) {
        let end = path.utf8.lastIndex { $0 != UInt8(ascii: "/") }.map { path.utf8.index(after: $0) }
        return parts(ofFile: end.map { String(path[..<$0]) } ?? path)
    }

    /// Why nothing can be made in a folder; nil where this process may.
    package static func faultOfWriting(in folder: String) -> String? {
        var status = stat()
        guard stat(folder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            return "there is no folder \(folder)"
        }
        if access(folder, W_OK) == 0 { return nil }
        return errno == EROFS ? "\(folder) is on a read-only disk" : "no permission to write in \(folder)"
    }

    /// The path without links, of a file or folder that need not be there.
    package static func withoutLinks(_ path: String) -> String {
        var (place, missing, linkCount) = (path, [String](), 0)
        while true {
            if let there = realpath(place, nil) {
                defer { free(there) }
                var names = String(cString: there).split(separator: "/").map(String.init)
                for name in missing where name != "." {
                    if name != ".." { names.append(name) } else { _ = names.popLast() }
                }
                return "/" + names.joined(separator: "/")
            }
            let (folder, name) = parts(ofFolder: place)
            if folder == place { return path }  // the process's own folder is gone
            // Whoever links to what is not there means that place. More links lead round in a circle.
            if linkCount < 40, let target = target(ofLink: place) {
                linkCount += 1
                place = target.hasPrefix("/") ? target : folder + "/" + target
                continue
            }
            missing.insert(name, at: 0)
            place = folder
        }
    }

    /// What a link points to, as it is written in it; nil of what is no link.
    private static func target(ofLink path: String) -> String? {
        var target = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink(path, &target, target.count)
        guard count > 0, count < target.count else { return nil }
        return String(decoding: target[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
