package import Foundation

/// A file's whole content; nil where it can't be read.
///
/// `FileManager.contents(atPath:)` and `String(contentsOfFile:)` of Swift 6 keep 4 KiB for every empty file that they
/// read, for as long as the process lives: a page that asks each second how a run stands reads `/proc/locks`, which is
/// empty where nothing is locked, 86,400 times a day. A file that has a length is theirs, as they read it fastest.
package func wholeContent(of path: String) -> Data? {
    var status = stat()
    if stat(path, &status) == 0, status.st_size > 0 { return FileManager.default.contents(atPath: path) }
    guard let file = FileHandle(forReadingAtPath: path) else { return nil }
    do { return try file.readToEnd() ?? Data() } catch { return nil }
}
