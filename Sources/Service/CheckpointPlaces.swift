import Checkpoints
package import Coordination
import Foundation
package import Messaging
package import Upstream

/// Where a run's checkpoints are written: its own directory, and perhaps a second place, each at its own pace.
package final class CheckpointPlaces {
    private struct Place {
        let folder: RunFolder
        let writer: CheckpointWriter
        let doubtWriter: DoubtWriter
    }
    private let writers: [Place]
    private let (hold, copyHold): (RunHold?, RunHold?)
    /// What is in doubt.
    private var doubt: Doubt?
    /// What was, and is in no checkpoint that is written from now on.
    private var former: [Doubt]
    /// What came of it, for the thread that trains.
    package let events: Mailbox<RunEvent>

    /// Writers of a run that begins with step `start`, before which `former` was in doubt; they keep the last `kept`
    /// checkpoints in each place, and write there only while it is held, where it was taken.
    package init(
        folder: RunFolder, copy: RunFolder?, kept: Int, from start: Int = 0, former: [Doubt] = [],
        hold: RunHold? = nil, copyHold: RunHold? = nil
    ) throws {
        (self.hold, self.copyHold, self.former) = (hold, copyHold, former)
        let events = try Mailbox<RunEvent>()
        self.events = events
        let places = [(folder, false)] + (copy.map { [($0, true)] } ?? [])
        writers = try places.map { place, isCopy in
            let isHeld = (isCopy ? copyHold : hold)?.isInPlace
            return Place(
                folder: place,
                writer: try CheckpointWriter(
                    folder: place, kept: kept, from: start, events: events, isCopy: isCopy, isHeld: isHeld),
                doubtWriter: try DoubtWriter(place, events: events, isHeld: isHeld))
        }
        if !former.isEmpty { writeDoubts() }
    }

    /// Whether another coordinator has the run directory now.
    var isLost: Bool { hold?.isLost ?? false }

    /// Looks whether a place was removed or replaced, and takes it again where it was; the run directory is made anew.
    ///
    /// A copy's is not: what is gone may be its disk, and it is to be on no other.
    ///
    /// - Returns: where that was done.
    /// - Throws: when another coordinator has the run directory now; of the copy, its writer says so.
    func renew() throws -> [String] {
        var renewed: [String] = []
        if let hold, try hold.renew() { renewed.append(writers[0].folder.path) }
        if let copyHold, (try? copyHold.renew(isMade: false)) ?? false { renewed.append(writers[1].folder.path) }
        if !renewed.isEmpty, doubt != nil || !former.isEmpty { writeDoubts() }
        return renewed
    }

    /// Those of places that no other coordinator has.
    private var ownWriters: ArraySlice<Place> {
        writers.dropFirst(isLost ? 1 : 0)
    }

    /// Writes a checkpoint whose state nobody will change any more, as `CheckpointWriter.write`; into the copy alone
    /// where another coordinator has the run directory.
    package func write(_ newest: TrainingCheckpoint, backTo: [Int] = []) {
        for place in ownWriters { place.writer.write(newest.naming(former), backTo: backTo) }
    }

    /// The newest whole checkpoint of several places.
    ///
    /// - Parameters:
    ///   - places: run directories, and copies of them.
    ///   - job: the job that the newest of each is to be of; nil for any.
    ///   - others: what is known to be in doubt besides what these places tell.
    ///   - passingOverUnread: whether an older one will do where one can't be read that may be whole.
    ///   - skipped: is told of each newer one that is not whole, and why.
    /// - Returns: nil where there are no checkpoint files at all.
    /// - Throws: `UpstreamError.noCheckpoint` where there are some and none is whole, `.otherJob`, `.unread` where what
    ///   can't be read is newer than all others.
    static func newest(
        in places: [RunFolder], of job: Job?, knowing others: [Doubt] = [], passingOverUnread: Bool = false,
        skipped: (String) -> Void
    ) throws -> (path: String, checkpoint: TrainingCheckpoint)? {
        let doubts = try doubts(of: places).union(others)
        var newest: (path: String, checkpoint: TrainingCheckpoint)?
        var fault: (any Error)?
        var unread: (step: Int, error: any Error)?
        for place in places {
            let found: (path: String, checkpoint: TrainingCheckpoint)?
            do {
                found = try place.newestCheckpoint(
                    knowing: doubts, passingOverUnread: passingOverUnread, skipped: skipped)
            } catch {
                if case UpstreamError.unread(_, let step, _) = error, step >= unread?.step ?? 0 {
                    unread = (step, error)
                } else {
                    fault = fault ?? error
                }
                continue
            }
            guard let found else { continue }
            let differences = job?.differences(from: found.checkpoint.job) ?? []
            if !differences.isEmpty { throw UpstreamError.otherJob(path: found.path, differences: differences) }
            if found.checkpoint.state.step > newest?.checkpoint.state.step ?? -1 { newest = found }
        }
        if let unread, unread.step > newest?.checkpoint.state.step ?? -1 { throw unread.error }
        if let fault, newest == nil { throw fault }
        for error in [fault, unread?.error].compactMap(\.self) { skipped("\(error)") }
        return newest
    }

    /// The newest whole checkpoint of these places that can be read, which are to be of this job: from an older one a
    /// run that goes on loses time and no bit.
    func newest(of job: Job, skipped: (String) -> Void) throws -> TrainingCheckpoint? {
        try Self.newest(
            in: writers.map(\.folder), of: job, knowing: doubts, passingOverUnread: true, skipped: skipped)?.checkpoint
    }

    /// Removes the checkpoints of steps after `step`, which are not to be believed, whatever ends this process
    /// meanwhile and whatever place can't be reached.
    ///
    /// - Throws: where some can't be removed; the line names them all.
    func dropLater(than step: Int) throws {
        doubt(after: step)
        let left = writers.flatMap { $0.writer.dropLater(than: step) }
        if !left.isEmpty { throw Self.notRemoved(left) }
        // The files go on telling of it, and so does each checkpoint from now on.
        former = Doubt.kept(doubts)
        doubt = nil
    }

    /// Has nobody rely on checkpoints after `step`, written or to be written, until `endDoubt`.
    ///
    /// Where that can't be written down it is said, and the run goes on: it matters only to who resumes a run that is
    /// ended before.
    func doubt(after step: Int) {
        doubt = Doubt(after: step, id: doubt?.id)
        writeDoubts()
    }

    /// Has all checkpoints relied on that are there.
    func endDoubt() {
        guard let doubt else { return }
        // A place that can't be reached may go on telling of it.
        former = Doubt.kept(former + [doubt.cleared])
        self.doubt = nil
        writeDoubts()
    }

    private var doubts: [Doubt] { former + [doubt].compactMap(\.self) }

    /// The run directory's is there when this returns; nobody waits for a copy's disk.
    private func writeDoubts() {
        // Of two places one may be away now, and be told by the other one's file that nothing was wrong.
        let doubts = doubts.filter { writers.count > 1 || !$0.isCleared }
        for place in ownWriters { place.doubtWriter.write(doubts) }
        if !isLost { writers.first?.doubtWriter.finish() }
    }

    /// What a person is told of a run that ends while checkpoints are in doubt; nil while none are.
    var doubtNote: String? {
        doubt.map {
            "note: workers disagreed about sums and it was not settled who was right: --resume goes on from the last "
                + "checkpoint up to step \($0.step), or from the start where there is none"
        }
    }

    /// Removes what a process that ended before it could do so left of checkpoints that are not to be believed.
    ///
    /// - Parameter places: the run directory and its copy, which are this process's.
    /// - Returns: what was in doubt, from the first step to the last.
    /// - Throws: where some can't be removed.
    static func dropDoubted(in places: [RunFolder]) throws -> [Doubt] {
        let doubts = try doubts(of: places)
        var left: [String] = []
        for place in places {
            // What lies where nobody can look stays in doubt, by what is named.
            guard let doubted = try? place.belief(knowing: doubts).doubted, !doubted.isEmpty else { continue }
            for path in doubted.reversed().map(place.checkpointFile(step:)) where unlink(path) != 0 {
                left.append("\(path): \(String(cString: strerror(errno)))")
            }
            try OpenFolder(place.checkpointFolder, toWrite: place.checkpointFolder).settle()
        }
        if !left.isEmpty { throw notRemoved(left) }
        return Doubt.kept(doubts.sorted { ($0.step, $0.id) < ($1.step, $1.id) })
    }

    /// Which checkpoints of these places are to be believed, by what all of them tell.
    static func beliefs(in places: [RunFolder]) throws -> [RunFolder.Belief] {
        let doubts = try doubts(of: places)
        return try places.map { try $0.belief(knowing: doubts) }
    }

    /// What each of these places knows: it holds for all of them, which need not all have been there when it was said.
    private static func doubts(of places: [RunFolder]) throws -> Set<Doubt> {
        try places.reduce(into: []) { doubts, place in
            doubts.formUnion(try place.doubtsOfFile)
            // A folder that can't be read is told of by who looks for checkpoints there.
            doubts.formUnion((try? place.belief().doubts) ?? [])
        }
    }

    private static func notRemoved(_ left: [String]) -> ServiceError {
        ServiceError(
            "checkpoints that may hold wrong sums can't be removed; remove these and no others before --resume: "
                + left.joined(separator: "; "))
    }

    /// Tries again what could not be written, where it is time for that.
    package func tick() {
        for place in writers {
            place.writer.tick()
            place.doubtWriter.tick()
        }
    }

    /// Whether the newest state is nowhere, and space is all that is wanting.
    var lackSpaceAlone: Bool { !ownWriters.isEmpty && ownWriters.allSatisfy(\.writer.lacksSpace) }

    /// How much space there is in the places together, as far as file systems tell.
    var freeBytes: UInt {
        ownWriters.reduce(0) { sum, place in
            var system = statvfs()
            guard statvfs(place.folder.path, &system) == 0 else { return sum }
            return sum &+ UInt(system.f_bavail) &* UInt(system.f_frsize)
        }
    }

    /// Waits until all is written, with a last attempt where the last failed.
    ///
    /// - Throws: when the newest state is missing in one of the places; the line says where it is.
    package func finish() throws {
        var (faults, whole): ([String], [String]) = ([], [])
        for place in ownWriters {
            place.doubtWriter.finish()
            do {
                try place.writer.finish()
                whole.append(place.folder.path)
            } catch {
                faults.append("\(error)")
            }
        }
        if faults.isEmpty { return }
        throw ServiceError((faults + whole.map { "it is in \($0)" }).joined(separator: "; "))
    }
}
