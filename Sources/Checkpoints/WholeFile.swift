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
        let file = try PendingFile(for: path, in: folder, permissions: permissions)
        var failure: TensorFileError?
        bytes.withUnsafeBytes { content in
            do throws(TensorFileError) { try file.append(content) } catch { failure = error }
        }
        if let failure { throw failure }
        try file.commit()
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
