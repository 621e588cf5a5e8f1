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
        if let fault = FilePlace.faultOfWriting(in: parent(of: folder)) { throw refusal(fault) }
    }

    private static func parent(of folder: String) -> String {
        FilePlace.parts(ofFolder: folder).folder
    }

    /// Writes files into a folder that is not there yet, one after the other.
    ///
    /// Of a lazy sequence each is made when its turn comes. Until all are there, they are in a hidden folder beside it;
    /// such as a process that was killed has left there under this name are removed first.
    ///
    /// - Parameters:
    ///   - files: the files.
    ///   - folder: the folder to make.
    ///   - unfinished: knows where the hidden folder is while it is there.
    /// - Throws: `TensorFileError.unwritable`; then there is no such folder.
    public static func write(
        _ files: some Sequence<File>, to folder: String, unfinished: UnfinishedFolder = UnfinishedFolder()
    ) throws(TensorFileError) {
        try requireWritable(folder)
        // The whole name may have 255 bytes.
        let prefix = ".\(String(FilePlace.parts(ofFolder: folder).name.unicodeScalars.prefix(50)))."
        removeLeftovers(in: parent(of: folder), prefix)
        let unique = "\(getpid())-\(String(UInt32.random(in: 0 ... .max), radix: 36))"
        let temporary = parent(of: folder) + "/" + prefix + unique + hiddenSuffix
        /// Errors name the place that was asked for.
        func naming<Result>(
            _ place: String, _ work: () throws(TensorFileError) -> Result
        ) throws(TensorFileError) -> Result {
            do throws(TensorFileError) {
                return try unfinished.write { isRemoved throws(TensorFileError) in
                    if isRemoved { throw .unwritable(path: folder, reason: "it was removed meanwhile") }
                    return try work()
                }
            } catch {
                switch error {
                case .unwritable(_, let reason): throw .unwritable(path: place, reason: reason)
                case .unsettled(_, let reason): throw .unsettled(path: place, reason: reason)
                default: throw error
                }
            }
        }
        unfinished.place(at: temporary)
        // Held for as long as the folder is written, so that nobody takes it for a leftover.
        var hold: Int32 = -1
        defer { if hold >= 0 { close(hold) } }
        do throws(TensorFileError) {
            hold = try naming(folder) { () throws(TensorFileError) in
                try DurableFolder.make(temporary)
                return lock(temporary)
            }
            for file in files {
                let path = temporary + "/" + file.path
                try naming(folder + "/" + file.path) { () throws(TensorFileError) in
                    try DurableFolder.make(parent(of: path))
                    try WholeFile.write(file.bytes, to: path)
                }
            }
            try naming(folder) { () throws(TensorFileError) in
                guard rename(temporary, folder) == 0 else {
                    throw .unwritable(path: folder, reason: TensorFileError.lastReason)
                }
                DurableFolder.settle(parent(of: folder))
            }
            unfinished.place(at: nil)
        } catch {
            try? FileManager.default.removeItem(atPath: temporary)
            unfinished.place(at: nil)
            throw error
        }
    }

    private static let hiddenSuffix = ".part"

    /// Holds a folder for as long as the descriptor is open; -1 where somebody else does, or its file system can't.
    private static func lock(_ path: String) -> Int32 {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        if descriptor < 0 || flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return descriptor }
        close(descriptor)
        return -1
    }

    /// Removes folders of names that begin so, which would have become one: those whose process is gone and that nobody
    /// holds, here or on another machine.
    private static func removeLeftovers(in parent: String, _ prefix: String) {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? [] {
            guard name.hasPrefix(prefix), name.hasSuffix(hiddenSuffix) else { continue }
            let words = name.dropFirst(prefix.count).dropLast(hiddenSuffix.count).split(separator: "-")
            guard words.count == 2, let process = pid_t(words[0]), process > 0, kill(process, 0) != 0, errno == ESRCH
            else { continue }
            let hold = lock(parent + "/" + name)
            guard hold >= 0 else { continue }
            try? FileManager.default.removeItem(atPath: parent + "/" + name)
            close(hold)
        }
    }
}
