public import Foundation

/// Writes folders that appear under their name whole or not at all.
public enum WholeFolder {
    /// A file in a folder.
    public struct File: Sendable, Equatable {
        /// Its path in the folder, below folders of that folder where it has some.
        public let path: String
        /// What is in it.
        public let bytes: Data

        /// A file.
        public init(path: String, bytes: Data) { (self.path, self.bytes) = (path, bytes) }
    }

    /// Refuses a folder that could not be written, before the work is done.
    ///
    /// - Throws: `TensorFileError.unwritable` where something is there, or where it can't be made. An empty folder is
    ///   refused, too: the new one would take its place, without the rights that it was given.
    public static func requireWritable(_ folder: String) throws(TensorFileError) {
        func refusal(_ reason: String) -> TensorFileError { .unwritable(path: folder, reason: reason) }
        if folder.isEmpty { throw refusal("its name is empty") }
        var status = stat()
        if lstat(folder, &status) == 0 {
            guard status.st_mode & S_IFMT == S_IFDIR else { throw refusal("it is no folder, and one is made") }
            throw refusal("there is a folder of that name; name a new one")
        }
        let parent = parent(of: folder)
        guard stat(parent, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw refusal("there is no folder \(parent)")
        }
        guard access(parent, W_OK) == 0 else { throw refusal("no permission to write in \(parent)") }
    }

    private static func parent(of folder: String) -> String {
        URL(filePath: folder).standardizedFileURL.deletingLastPathComponent().path
    }

    /// Writes files into a folder that is not there yet, one after the other.
    ///
    /// Of a lazy sequence each is made when its turn comes.
    ///
    /// - Throws: `TensorFileError.unwritable`; then there is no such folder.
    public static func write(_ files: some Sequence<File>, to folder: String) throws(TensorFileError) {
        try requireWritable(folder)
        let target = URL(filePath: folder).standardizedFileURL
        let unique = "\(getpid())-\(String(UInt32.random(in: 0 ... .max), radix: 36))"
        let name = String(target.lastPathComponent.unicodeScalars.prefix(50))
        let temporary = parent(of: folder) + "/.\(name).\(unique).part"
        do throws(TensorFileError) {
            try DurableFolder.make(temporary)
            for file in files {
                let path = temporary + "/" + file.path
                try DurableFolder.make(parent(of: path))
                try WholeFile.write(file.bytes, to: path)
            }
            guard rename(temporary, target.path) == 0 else {
                throw .unwritable(path: folder, reason: TensorFileError.lastReason)
            }
            DurableFolder.settle(parent(of: folder))
        } catch {
            try? FileManager.default.removeItem(atPath: temporary)
            throw error
        }
    }
}
