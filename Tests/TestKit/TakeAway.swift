import Foundation

/// Removes a folder that a program goes on writing into: what it makes while its neighbours are removed goes as well.
///
/// - Throws: what `FileManager` throws when it can't be removed for five minutes.
public func takeAway(_ folder: String) throws {
    let aside = folder + ".taken-away"
    try FileManager.default.moveItem(atPath: folder, toPath: aside)
    if waitFor({ (try? FileManager.default.removeItem(atPath: aside)) != nil }) { return }
    try FileManager.default.removeItem(atPath: aside)
}
