import Datasets
import Foundation

/// A folder of recordings.
enum Folder {
    /// The names of everything in a folder, sorted.
    ///
    /// - Throws: where it can't be read, and where a name is not UTF-8: what stands for it as text names another file
    ///   or none, and might be whom a person is known by.
    static func names(in path: String) throws(DatasetError) -> [String] {
        guard !path.isEmpty else {
            throw .unreadable(path: "\"\"", reason: "an empty name is no folder; name the one with the recordings")
        }
        guard let stream = opendir(path) else {
            throw .unreadable(path: path, reason: String(cString: strerror(errno)))
        }
        defer { closedir(stream) }
        var names: [String] = []
        errno = 0
        while let entry = readdir(stream) {
            let (name, isText) = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                tuple.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: tuple.pointee)) {
                    (String(cString: $0), String(validatingCString: $0) != nil)
                }
            }
            guard isText else {
                throw .unsuitable(
                    path: path, reason: "the name of '\(name)' in it is not UTF-8 text; rename it, or put it elsewhere")
            }
            if name != "." && name != ".." { names.append(name) }
        }
        guard errno == 0 else { throw .unreadable(path: path, reason: String(cString: strerror(errno))) }
        return names.sorted()
    }

    /// Whether there is a folder at a path, or a link to one.
    static func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }
}
