package import Checkpoints
import Foundation

/// Checkpoints that may hold wrong sums.
///
/// From when workers disagree a file says which checkpoints are not to be relied on: a process that ends before they
/// are gone, however it ends, leaves it to whoever reads the run next. Where it comes true, the file stays, for copies
/// that could not be reached.
extension RunFolder {
    /// Has a line for each doubt: of a run in one place for those that are open or came true, of one in two places for
    /// those that were cleared, too.
    public var doubtFile: String { path + "/doubt" }

    /// What the file tells.
    ///
    /// - Throws: `UpstreamError.noCheckpoint` where it is not as it was written.
    package var doubtsOfFile: [Doubt] {
        get throws(UpstreamError) {
            guard let bytes = FileManager.default.contents(atPath: doubtFile) else {
                if access(doubtFile, F_OK) != 0, errno == ENOENT { return [] }
                throw .noCheckpoint(path: doubtFile, reason: "it says which checkpoints hold, and can't be read")
            }
            guard let doubts = Doubt.all(in: String(decoding: bytes, as: UTF8.self)) else {
                throw .noCheckpoint(
                    path: doubtFile,
                    reason: "it says which checkpoints hold, and is not as it was written; name another run, or remove "
                        + "it and the checkpoints, whose sums may be wrong")
            }
            return doubts
        }
    }

    /// Has the file tell these doubts, for good; there is none where there are none.
    ///
    /// - Throws: `TensorFileError.unwritable`.
    package func tell(_ doubts: [Doubt], in place: OpenFolder) throws(TensorFileError) {
        if !doubts.isEmpty {
            return try WholeFile.write(Data(Doubt.text(of: doubts).utf8), to: doubtFile, in: place)
        }
        let name = FilePlace.parts(ofFile: doubtFile).name
        if let reason = place.remove(name) { throw .unwritable(path: doubtFile, reason: reason) }
        place.settle()
    }

    /// Checkpoint files and what is known of them before they are read.
    public struct Belief {
        /// All that is in doubt, by the run's file and by what its checkpoints name, and by what others know.
        public let doubts: Set<Doubt>
        /// The steps of checkpoints that are in no doubt, and of those that are, from the first to the last.
        public let (believed, doubted): ([Int], [Int])

        /// What is said of those that are in doubt; nil where none are.
        public var words: String? {
            if doubted.isEmpty { return nil }
            let steps = doubted.suffix(8).map(String.init).joined(separator: ", ")
            return "checkpoints of steps \(doubted.count > 8 ? "… " : "")\(steps) are passed over: workers disagreed "
                + "about sums that are in them, which may be wrong"
        }
    }

    /// Which checkpoints are to be believed.
    ///
    /// One that can't be read, whatever is in it, is taken for one: who reads it is told.
    ///
    /// - Parameter others: what is known to be in doubt besides, as by another place of the run.
    /// - Returns: which.
    /// - Throws: `UpstreamError.noCheckpoint` where the folder or the file of doubts can't be read.
    public func belief(knowing others: Set<Doubt> = []) throws(UpstreamError) -> Belief {
        let steps = try checkpointSteps
        var doubts = try others.union(doubtsOfFile)
        var named: [Int: Set<String>] = [:]
        for step in steps {
            guard let own = doubtsNamed(by: step) else { continue }
            named[step] = Set(own.map(\.id))
            doubts.formUnion(own)
        }
        // Where one place was away when it was found that nothing was wrong, another one tells.
        let cleared = Set(doubts.filter(\.isCleared).map(\.id))
        let open = doubts.filter { !cleared.contains($0.id) }
        func isBelieved(_ step: Int) -> Bool {
            guard let own = named[step] else { return true }
            return open.allSatisfy { step <= $0.step || own.contains($0.id) }
        }
        return Belief(doubts: doubts, believed: steps.filter(isBelieved), doubted: steps.filter { !isBelieved($0) })
    }

    /// What a checkpoint names: nothing where it is damaged, nil where it can't be read.
    private func doubtsNamed(by step: Int) -> [Doubt]? {
        let path = checkpointFile(step: step)
        do {
            // Others are judged by what one names: that has to be as it was written.
            guard try TensorFile.metadata(at: path)["doubts"] != nil else { return [] }
            return Doubt.all(in: try TensorFile(opening: path).metadata["doubts"] ?? "") ?? []
        } catch {
            return error.isOfContent ? [] : nil
        }
    }

    /// Why the checkpoint in this file is in doubt; nil where it is not, or is no run's.
    static func doubt(ofFile file: String) throws(UpstreamError) -> String? {
        let file = FilePlace.withoutLinks(file)
        let folder = FilePlace.parts(ofFile: file).folder
        let run = RunFolder(folder + "/..")
        guard FilePlace.isSame(run.checkpointFolder, folder) else { return nil }
        let belief = try run.belief()
        let isInDoubt = belief.doubted.contains { FilePlace.areOne(run.checkpointFile(step: $0), file) }
        return isInDoubt ? "workers disagreed about sums that are in it, which may be wrong" : nil
    }
}
