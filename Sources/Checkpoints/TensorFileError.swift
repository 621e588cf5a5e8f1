import Foundation

/// Why a file could not be read, written or used.
public enum TensorFileError: Error, Equatable, CustomStringConvertible {
    /// The file can't be opened or mapped.
    case unreadable(path: String, reason: String)
    /// The file was cut or written to while it was read: what was read of it can't be used.
    case changed(path: String)
    /// The file can't be written; nothing is left under its name that was not there before.
    case unwritable(path: String, reason: String)
    /// The file is in its place, but a failure of the disk may bring back what was there before.
    case unsettled(path: String, reason: String)
    /// The file's length is not the one that its header gives, or is too short for a header.
    case wrongLength(path: String, bytes: Int, expected: Int)
    /// The header does not describe a tensor file.
    case badHeader(path: String, reason: String)
    /// The file is a text.
    case text(path: String)
    /// The header has no digest: another program wrote the file.
    case noDigest(path: String)
    /// The content is not what the digest was taken of.
    case altered(path: String)
    /// The file has no tensor of this name.
    case noTensor(path: String, name: String, present: [String])
    /// The tensor has another type or shape than was asked for.
    case otherTensor(path: String, name: String, found: String, wanted: String)

    /// One line that names the file, what is wrong and what to do.
    public var description: String {
        let remedy = "copy it again or make it again"
        switch self {
        case .unreadable(let path, let reason): return "can't read \(path): \(reason)"
        case .changed(let path): return "\(path) was cut or changed while it was read; \(remedy)"
        case .unwritable(let path, let reason): return "can't write \(path): \(reason)"
        case .unsettled(let path, let reason):
            return "\(path) is written, but its folder did not reach the disk (\(reason)): check the disk"
        case .wrongLength(let path, let bytes, let expected):
            return "\(path) is \(bytes) bytes long where its header says \(expected): \(remedy)"
        case .badHeader(let path, let reason): return "\(path) is not a tensor file or is damaged: \(reason); \(remedy)"
        case .text(let path):
            return "\(path) is text, and no tensor file; `ssrm data table` makes a dataset of a table"
        case .noDigest(let path):
            let key = TensorHeader.digestKey
            return "\(path) has no entry \(key) in its header: it is damaged or another program wrote it; \(remedy)"
        case .altered(let path): return "\(path) is damaged: its content does not match its digest; \(remedy)"
        case .noTensor(let path, let name, let present):
            return "\(path) has no tensor named \(name) (it has \(present.joined(separator: ", ")))"
        case .otherTensor(let path, let name, let found, let wanted):
            return "\(path): tensor \(name) is \(found) where \(wanted) is needed"
        }
    }

    /// Whether there is no file or not the one that should be: another attempt would find the same.
    package var isOfContent: Bool {
        switch self {
        case .unreadable(_, let reason):
            [RegularFile.folderWords, RegularFile.otherWords].contains(reason)
                || [ENOENT, ENOTDIR, ELOOP].contains { reason == String(cString: strerror($0)) }
        case .changed, .unwritable, .unsettled: false
        case .wrongLength, .badHeader, .text, .noDigest, .altered, .noTensor, .otherTensor: true
        }
    }

    /// Whether there was no space for it.
    package var isLackOfSpace: Bool {
        guard case .unwritable(_, let reason) = self else { return false }
        return [ENOSPC, EDQUOT].contains { reason == String(cString: strerror($0)) }
    }

    /// The operating system's words for the last failed call, with the limit where that was the cause.
    package static var lastReason: String {
        let (code, limit) = (errno, fileSizeLimit)
        let words = String(cString: strerror(code))
        if code == EMFILE { return "\(words) (raise ulimit -n)" }
        guard code == EFBIG, let limit else { return words }
        return "\(words) (files of this process may have \(limit) bytes: ulimit -f)"
    }

    /// How many bytes a file may have that this process writes; nil where nothing limits it.
    package static var fileSizeLimit: UInt? {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0, limit.rlim_cur != .max else {
            return nil
        }
        return limit.rlim_cur
    }
}
