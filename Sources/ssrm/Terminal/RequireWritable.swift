import Foundation

/// Refuses a result file that could not be written, or that is one of the command's own inputs, before the work is
/// done.
///
/// - Parameters:
///   - path: where the result is to go.
///   - inputs: what the command reads; files, or folders with everything in them.
/// - Throws: `ProgramError`.
func requireWritable(_ path: String, inputs: [String]) throws {
    func refusal(_ reason: String) -> ProgramError { ProgramError("can't write \(path): \(reason)") }
    if path.isEmpty { throw ProgramError("no file can be written: its name is empty") }
    let folder = URL(filePath: path).deletingLastPathComponent().path
    var status = stat()
    guard stat(folder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
        throw refusal("there is no folder \(folder)")
    }
    guard access(folder, W_OK) == 0 else { throw refusal("no permission to write in \(folder)") }
    guard stat(path, &status) == 0 else { return }
    guard status.st_mode & S_IFMT == S_IFREG else {
        throw refusal(status.st_mode & S_IFMT == S_IFDIR ? "it is a folder" : "it is not a regular file")
    }
    for input in inputs {
        var other = stat()
        guard stat(input, &other) == 0 else { continue }  // whoever reads it says so
        let isSame = other.st_dev == status.st_dev && other.st_ino == status.st_ino
        let isInside = other.st_mode & S_IFMT == S_IFDIR && realPath(path).hasPrefix(realPath(input) + "/")
        if isSame || isInside { throw refusal("it belongs to what this command reads (\(input)); name another file") }
    }
}

private func realPath(_ path: String) -> String { URL(filePath: path).resolvingSymlinksInPath().path }
