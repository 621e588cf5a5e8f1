import Foundation

/// A folder of recordings.
enum Folder {
    /// The names of everything in a folder, sorted.
    static func names(in path: String) throws(DatasetError) -> [String] {
        guard let stream = opendir(path) else {
            throw .unreadable(path: path, reason: String(cString: strerror(errno)))
        }
        defer { closedir(stream) }
        var names: [String] = []
        errno = 0
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                tuple.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: tuple.pointee)) {
                    String(cString: $0)
                }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        guard errno == 0 else { throw .unreadable(path: path, reason: String(cString: strerror(errno))) }
        return names.sorted()
    }
}
