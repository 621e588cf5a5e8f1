import Checkpoints
import Foundation
import Upstream

/// Refuses result files that could not be written, that are one of the command's own inputs, or of which two are the
/// same file, before the work is done.
///
/// - Parameters:
///   - paths: where the results are to go, all of a command's at once; nil where one is not asked for.
///   - inputs: what the command reads; files, or folders with everything in them; nil likewise.
/// - Throws: `ProgramError`.
func requireWritable(_ paths: [String?], inputs: [String?]) throws {
    let paths = paths.compactMap(\.self)
    for path in paths { try requireWritable(path) }
    try requireUntouched(inputs, by: paths)
    for (place, path) in paths.enumerated() {
        if let other = paths[..<place].first(where: { FilePlace.areOne($0, path) }) {
            throw ProgramError("can't write \(path): \(other) is the same file, and each result needs its own")
        }
    }
}

/// Refuses to write over what a command reads.
///
/// - Parameters:
///   - inputs: files, or folders with everything in them; nil where one is not given.
///   - paths: what is written; such as is not there yet is nobody's.
/// - Throws: `ProgramError`.
func requireUntouched(_ inputs: [String?], by paths: [String]) throws {
    for path in paths {
        var status = stat()
        guard stat(path, &status) == 0 else { continue }
        for input in inputs.compactMap(\.self) {
            var other = stat()
            guard stat(input, &other) == 0 else { continue }  // whoever reads it says so
            let isInside =
                other.st_mode & S_IFMT == S_IFDIR
                && (FilePlace.isInside(path, input) || hasLink(in: input, to: status))
            if FilePlace.isSame(input, path) || isInside {
                throw ProgramError(
                    "can't write \(path): it belongs to what this command reads (\(input)); name another file")
            }
        }
    }
}

/// Whether a link in a folder, however deep, leads to a file.
private func hasLink(in folder: String, to file: stat) -> Bool {
    guard let names = FileManager.default.enumerator(atPath: folder) else { return false }
    while let name = names.nextObject() as? String {
        var (link, target) = (stat(), stat())
        let path = folder + "/" + name
        if lstat(path, &link) == 0, link.st_mode & S_IFMT == S_IFLNK, stat(path, &target) == 0,
            (target.st_dev, target.st_ino) == (file.st_dev, file.st_ino)
        {
            return true
        }
    }
    return false
}

private func requireWritable(_ path: String) throws {
    func refusal(_ reason: String) -> ProgramError { ProgramError("can't write \(path): \(reason)") }
    if path.isEmpty { throw ProgramError("no file can be written: its name is empty") }
    if path == "-" { throw ProgramError("can't write to standard output: name a file (./- is one of that name)") }
    let (folder, name) = FilePlace.parts(ofFile: path)
    if let fault = FilePlace.faultOfWriting(in: folder) { throw refusal(fault) }
    for folder in [folder, folder + "/.."] {
        let run = RunFolder(folder)
        let isOwn = (run.ownFiles + [run.checkpointFolder + "/" + name]).contains { FilePlace.areOne($0, path) }
        if isOwn, access(run.jobFile, F_OK) == 0 { throw refusal("it is a run's own file; name another") }
    }
    var status = stat()
    guard stat(path, &status) == 0 else {
        if name.isEmpty { throw refusal("that is a folder's name") }
        return
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
        throw refusal(status.st_mode & S_IFMT == S_IFDIR ? "it is a folder" : "it is not a regular file")
    }
}
