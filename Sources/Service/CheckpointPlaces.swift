import Checkpoints
package import Coordination
import Foundation
package import Messaging
package import Upstream

/// Where a run's checkpoints are written: its own directory, and perhaps a second place, each at its own pace.
package final class CheckpointPlaces {
    private let writers: [(folder: RunFolder, writer: CheckpointWriter)]
    private let (hold, copyHold): (RunHold?, RunHold?)
    /// The step after which checkpoints are in doubt, and whether that is still to be written down somewhere.
    private var doubted: Int?
    private var isDoubtUnwritten = false
    /// What came of it, for the thread that trains.
    package let events: Mailbox<RunEvent>

    /// Writers of a run that begins with step `start`, which keep the last `kept` checkpoints in each place, and write
    /// there only while it is held, where it was taken.
    package init(
        folder: RunFolder, copy: RunFolder?, kept: Int, from start: Int = 0, hold: RunHold? = nil,
        copyHold: RunHold? = nil
    ) throws {
        (self.hold, self.copyHold) = (hold, copyHold)
        let events = try Mailbox<RunEvent>()
        self.events = events
        let places = [(folder, false)] + (copy.map { [($0, true)] } ?? [])
        writers = try places.map { place, isCopy in
            let isHeld = (isCopy ? copyHold : hold)?.isInPlace
            return (
                place,
                try CheckpointWriter(
                    folder: place, kept: kept, from: start, events: events, isCopy: isCopy, isHeld: isHeld)
            )
        }
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
        if !renewed.isEmpty { writeDoubt() }
        return renewed
    }

    /// Those of places that no other coordinator has.
    private var ownWriters: ArraySlice<(folder: RunFolder, writer: CheckpointWriter)> {
        writers.dropFirst(isLost ? 1 : 0)
    }

    /// Writes a checkpoint whose state nobody will change any more, as `CheckpointWriter.write`; into the copy alone
    /// where another coordinator has the run directory.
    package func write(_ newest: TrainingCheckpoint, backTo: [Int] = []) {
        for place in ownWriters { place.writer.write(newest, backTo: backTo) }
    }

    /// The newest whole checkpoint of several places.
    ///
    /// - Parameters:
    ///   - places: run directories, and copies of them.
    ///   - job: the job that the newest of each is to be of; nil for any.
    ///   - skipped: is told of each newer one that is not whole, and why.
    /// - Returns: nil where there are no checkpoint files at all.
    /// - Throws: `UpstreamError.noCheckpoint` where there are some and none is whole, `.otherJob`.
    static func newest(
        in places: [RunFolder], of job: Job?, skipped: (String) -> Void
    ) throws -> (path: String, checkpoint: TrainingCheckpoint)? {
        let believed = try believedSteps(of: places)
        var newest: (path: String, checkpoint: TrainingCheckpoint)?
        var fault: (any Error)?
        for (place, believed) in zip(places, believed) {
            let found: (path: String, checkpoint: TrainingCheckpoint)?
            do { found = try place.newestCheckpoint(believedTo: believed, skipped: skipped) } catch {
                fault = fault ?? error
                continue
            }
            guard let found else { continue }
            let differences = job?.differences(from: found.checkpoint.job) ?? []
            if !differences.isEmpty { throw UpstreamError.otherJob(path: found.path, differences: differences) }
            if found.checkpoint.state.step > newest?.checkpoint.state.step ?? -1 { newest = found }
        }
        if let fault {
            if newest == nil { throw fault }
            skipped("\(fault)")
        }
        return newest
    }

    /// The newest whole checkpoint of these places, which are to be of this job.
    func newest(of job: Job, skipped: (String) -> Void) throws -> TrainingCheckpoint? {
        try Self.newest(in: writers.map(\.folder), of: job, skipped: skipped)?.checkpoint
    }

    /// Removes the checkpoints of steps after `step`, which are not to be believed, whatever ends this process
    /// meanwhile.
    ///
    /// - Throws: where some can't be removed; the line names them all.
    func dropLater(than step: Int) throws {
        doubt(after: step)
        let left = writers.flatMap { $0.writer.dropLater(than: step) }
        if !left.isEmpty { throw Self.notRemoved(left, after: step) }
        endDoubt()
    }

    /// Has nobody rely on checkpoints after `step`, written or to be written, until `endDoubt`.
    ///
    /// Where that can't be written down it is said, and the run goes on: it matters only to who resumes a run that is
    /// ended before.
    func doubt(after step: Int) {
        (doubted, isDoubtUnwritten) = (step, false)
        writeDoubt()
    }

    private func writeDoubt() {
        guard let step = doubted else { return }
        var fault: (any Error)?
        for place in ownWriters {
            do { try WholeFile.write("\(step)\n", to: place.folder.doubtFile) } catch { fault = fault ?? error }
        }
        if let fault, !isDoubtUnwritten {
            events.put(.checkpointNotRemoved(reason: "checkpoints after step \(step) are in doubt, and \(fault)"))
        }
        isDoubtUnwritten = fault != nil
    }

    /// Has all checkpoints relied on that are there.
    func endDoubt() {
        doubted = nil
        for place in ownWriters {
            if let reason = Self.endDoubt(of: place.folder) { events.put(.checkpointNotRemoved(reason: reason)) }
        }
    }

    /// Removes what a process that ended before it could do so left of checkpoints that are not to be believed.
    ///
    /// - Parameter places: the run directory and its copy, which are this process's.
    /// - Throws: where some can't be removed.
    static func dropDoubted(in places: [RunFolder]) throws {
        let believed = try believedSteps(of: places)
        var left: [String] = []
        for (place, step) in zip(places, believed) where step != .max {
            for later in try place.checkpointSteps.reversed() where later > step {
                let path = place.checkpointFile(step: later)
                if unlink(path) != 0 { left.append("\(path): \(String(cString: strerror(errno)))") }
            }
            try OpenFolder(place.checkpointFolder, toWrite: place.checkpointFolder).settle()
        }
        if !left.isEmpty { throw notRemoved(left, after: believed.min() ?? 0) }
        if let reason = places.compactMap(endDoubt(of:)).first { throw ServiceError(reason) }
    }

    /// The last step of each place that is to be believed: what the run directory says holds for its copy, too, which
    /// may not have been there when it was said; what a copy says, for itself.
    private static func believedSteps(of places: [RunFolder]) throws -> [Int] {
        let steps = try places.map { try $0.believedStep ?? .max }
        return steps.map { min($0, steps.first ?? .max) }
    }

    /// Removes a place's file, for good; returns why it is still there, where it is.
    private static func endDoubt(of place: RunFolder) -> String? {
        if access(place.doubtFile, F_OK) != 0, errno == ENOENT { return nil }
        if unlink(place.doubtFile) != 0 {
            return "\(place.doubtFile) can't be removed: \(String(cString: strerror(errno)))"
        }
        (try? OpenFolder(place.path, toWrite: place.doubtFile))?.settle()
        return nil
    }

    private static func notRemoved(_ left: [String], after step: Int) -> ServiceError {
        ServiceError(
            "checkpoints after step \(step) may hold wrong sums and can't be removed; remove them before --resume: "
                + left.joined(separator: "; "))
    }

    /// Tries again what could not be written, where it is time for that.
    package func tick() {
        if isDoubtUnwritten { writeDoubt() }
        for place in writers { place.writer.tick() }
    }

    /// Waits until all is written, with a last attempt where the last failed.
    ///
    /// - Throws: when the newest state is missing in one of the places; the line says where it is.
    package func finish() throws {
        var (faults, whole): ([String], [String]) = ([], [])
        for place in ownWriters {
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
