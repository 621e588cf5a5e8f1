import Datasets
import Foundation

extension TableNames {
    /// A name for the recording that each of some files is: the file's without its ending, with its folder's in front
    /// where several files are called so.
    ///
    /// - Parameters:
    ///   - paths: the files, each once.
    ///   - remedy: what to do where one can't be called so.
    /// - Returns: the names, in the same order.
    /// - Throws: `DatasetError.unsuitable`, for a name that two files have all the same, or that can't be shown in a
    ///   line.
    static func recordings(
        ofFiles paths: [String],
        remedy: String = "rename it, or name the column that says which recording a row is of with --recording"
    ) throws(DatasetError) -> [String] {
        func stem(_ path: String) -> String {
            URL(filePath: path).deletingPathExtension().lastPathComponent.precomposedStringWithCanonicalMapping
        }
        let counts = Dictionary(paths.map { (visible(stem($0)), 1) }, uniquingKeysWith: +)
        var pathOfName: [String: String] = [:]
        return try paths.map { path throws(DatasetError) in
            let folder = URL(filePath: path).deletingLastPathComponent().lastPathComponent
            let isAlone = counts[visible(stem(path))] == 1
            let name = (isAlone ? stem(path) : "\(folder)/\(stem(path))").precomposedStringWithCanonicalMapping
            guard name.count <= longestName, !name.unicodeScalars.contains(where: \.isControl) else {
                throw .unsuitable(path: path, reason: "its name can't be that of a recording: \(remedy)")
            }
            if let other = pathOfName.updateValue(path, forKey: visible(name)) {
                throw .unsuitable(
                    path: path, reason: "each file is a recording, and it would be called as \(other) is: \(remedy)")
            }
            return name
        }
    }
}
