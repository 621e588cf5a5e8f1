import Foundation

/// Checkpoints that may hold wrong sums.
///
/// From when workers disagree until what was made of a liar's sums is gone, a file says which checkpoints are not to be
/// relied on: a process that ends in between, however it ends, leaves it to whoever reads the run next.
extension RunFolder {
    /// Has the last step whose checkpoint is to be believed; there is no such file where all are.
    public var doubtFile: String { path + "/doubt" }

    /// The last step whose checkpoint is to be believed; nil where all are.
    ///
    /// - Throws: `UpstreamError.noCheckpoint` where the file is not as it was written.
    public var believedStep: Int? {
        get throws(UpstreamError) {
            guard let bytes = FileManager.default.contents(atPath: doubtFile) else {
                if access(doubtFile, F_OK) != 0, errno == ENOENT { return nil }
                throw .noCheckpoint(path: doubtFile, reason: "it says which checkpoints hold, and can't be read")
            }
            let text = String(decoding: bytes, as: UTF8.self)
            guard text.hasSuffix("\n"), let step = Int(text.dropLast()), step >= 0 else {
                throw .noCheckpoint(
                    path: doubtFile,
                    reason: "it says which checkpoints hold, and is not as it was written; name another run, or remove "
                        + "it and the checkpoints, whose sums may be wrong")
            }
            return step
        }
    }

    /// What is said of checkpoints that are not looked at.
    static func doubtWords(after step: Int) -> String {
        "checkpoints after step \(step) are passed over: workers disagreed about sums that are in them, and it was not "
            + "settled who was right"
    }
}
