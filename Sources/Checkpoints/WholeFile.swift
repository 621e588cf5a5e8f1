public import Foundation

/// Writes files that appear under their name whole or not at all.
public enum WholeFile {
    /// Writes `bytes` to `path`, replacing what was there, with these permissions but those that the process's mask
    /// takes away.
    ///
    /// - Throws: `TensorFileError.unwritable`; what was at `path` is then still there, and no temporary file is.
    public static func write(
        _ bytes: some ContiguousBytes, to path: String, permissions: UInt32 = 0o666
    ) throws(TensorFileError) {
        try write(bytes, to: path, in: nil, permissions: permissions)
    }

    /// Writes `bytes` to `path` as above, in a folder that is open already.
    package static func write(
        _ bytes: some ContiguousBytes, to path: String, in folder: OpenFolder?, permissions: UInt32 = 0o666
    ) throws(TensorFileError) {
        try pendingFile(bytes, for: path, in: folder, permissions: permissions).commit()
    }

    /// Writes `bytes` to `path` where nothing is; of several processes that do so at once, one does.
    ///
    /// - Returns: false where something is there, which is left as it is.
    /// - Throws: `TensorFileError.unwritable`.
    public static func create(_ bytes: some ContiguousBytes, at path: String) throws(TensorFileError) -> Bool {
        try pendingFile(bytes, for: path, in: nil, permissions: PendingFile.forAll).commitWhereNothingIs()
    }

    /// A file with these bytes that has no name yet.
    private static func pendingFile(
        _ bytes: some ContiguousBytes, for path: String, in folder: OpenFolder?, permissions: UInt32
    ) throws(TensorFileError) -> PendingFile {
        let file = try PendingFile(for: path, in: folder, permissions: permissions)
        var failure: TensorFileError?
        bytes.withUnsafeBytes { content in
            do throws(TensorFileError) { try file.append(content) } catch { failure = error }
        }
        if let failure { throw failure }
        return file
    }

    /// Writes files that belong together, replacing what was there: all are on the disk before the first appears under
    /// its name, and none of them ever lies beside an older one.
    ///
    /// - Throws: `TensorFileError.unwritable`; where there was no space for one of them, all that was there still is.
    public static func write(together files: [(bytes: Data, path: String)]) throws(TensorFileError) {
        var pending: [PendingFile] = []
        for file in files {
            pending.append(try pendingFile(file.bytes, for: file.path, in: nil, permissions: PendingFile.forAll))
        }
        for file in pending { try file.makeWhole() }
        for file in files.dropFirst() { unlink(FilePlace.withoutLinks(file.path)) }
        for file in pending { try file.commit() }
    }

    /// Writes `text` as UTF-8 to `path`, replacing what was there.
    ///
    /// - Throws: `TensorFileError.unwritable`; what was at `path` is then still there, and no temporary file is.
    public static func write(
        _ text: String, to path: String, permissions: UInt32 = 0o666
    ) throws(TensorFileError) {
        try write(Data(text.utf8), to: path, permissions: permissions)
    }
}
