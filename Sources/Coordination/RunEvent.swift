/// What happens in a run, as its coordinator sees it.
///
/// What a peer said of itself is in it on one line, of bounded length and without control characters.
package enum RunEvent: Equatable, Sendable {
    /// The run begins, or goes on, after so many steps of all that there are to do.
    case started(step: Int, steps: Int, isResumed: Bool)
    /// The job's products are slow or emulated on this processor.
    case slowProducts(note: String)
    /// A checkpoint could not be read and was passed over.
    case checkpointSkipped(reason: String)
    /// Workers can come to this endpoint.
    case listening(endpoint: String)
    /// A worker can compute.
    case joined(worker: String, processor: String, numerics: String)
    /// A worker that takes part said hello anew; what it had in hand is given out again.
    case cameAgain(worker: String)
    /// A worker was asked to end, and went.
    case left(worker: String)
    /// A worker can't go on.
    case failed(worker: String, reason: String)
    /// A worker was not heard of for the length of its lease.
    case silent(worker: String, lease: Duration)
    /// A worker's connection has ended; what it has in hand is given to others too, until it comes back.
    case cutOff(worker: String)
    /// A worker process that this run started has ended, and with it the worker.
    case ended(process: Int32, worker: String, how: String)
    /// A worker process can't be started for the time being.
    case notStarted(reason: String)
    /// No other worker process takes the place of this one, which has ended.
    case givenUp(process: Int32)
    /// Nobody who computes has been there for the length of a lease, and this step waits for somebody.
    case deserted(step: Int)
    /// A worker's connection broke and took work with it.
    case lostWork(worker: String)
    /// A worker's probe is not the run's; it was taken in all the same.
    case otherArithmetic(worker: String, processor: String, numerics: String, probeOf: String)
    /// Something a peer said was not taken.
    case refused(what: String)
    /// So much was refused that no more is told of.
    case refusalsMuted
    /// A peer was turned away, or its connection closed, because of what it did.
    case peerDropped(peer: String, reason: String)
    /// So many peers were dropped that most of the next ones are only counted.
    case peersMuted
    /// So many peers were dropped until now, told of or not.
    case peersDropped(count: Int)
    /// Who may come has changed, and so many keys may.
    case keysChanged(count: Int)
    /// Who may come can't be read any more.
    case keysUnreadable(reason: String)
    /// A worker found leaves' sums infinite or not a number; another answer confirmed it, or is awaited.
    case notFinite(worker: String, step: Int, leaves: Range<Int>, isConfirmed: Bool)
    /// A worker said of leaves' sums that they are not finite, or sent such as if they were, and another's were finite.
    case refuted(worker: String, step: Int, leaves: Range<Int>)
    /// A worker's sums were wrong; the coordinator computed them itself. Since step `since` its sums were taken on its
    /// word; nil where none were.
    case lied(worker: String, step: Int, leaves: Range<Int>, since: Int?)
    /// The run goes on from an earlier state, because what was made since may hold wrong sums.
    case wentBack(step: Int)
    /// A worker's answer is overdue; another one computes its leaves as well.
    case overdue(worker: String, step: Int, leaves: Range<Int>, also: String)
    /// So many answers were overdue that no more is told of.
    case overdueMuted
    /// From a step on so many of those that can compute are given leaves, as rounds are shorter so.
    case crewChanged(step: Int, CrewChange)
    /// The sum of all leaves is not finite, though each answer was said to be; the step is done again and looked at.
    case stepRepeated(step: Int)
    /// A step is done; its figures are by name, as they are told to people, the loss first.
    case stepDone(step: Int, figures: [NamedFigure], workers: Int)
    /// Where the time of a step's round went, told before that step; of every round but the first.
    case roundTimed(RoundTimes)
    /// The dataset's file was touched; it is read again, while the run goes on after so many steps.
    case samplesTouched(step: Int)
    /// The dataset's file was touched; its content, read again, is what it was.
    case samplesConfirmed(step: Int)
    /// A checkpoint is on the disk.
    case checkpointWritten(step: Int)
    /// A checkpoint is on the disk in its second place, too.
    case checkpointCopied(step: Int, folder: String)
    /// The run directory was removed or replaced under the run, which goes on in one made anew.
    case folderRestored(path: String)
    /// A checkpoint could not be written; the next one is tried.
    case checkpointFailed(reason: String)
    /// There was no space for the checkpoint of step `step`: that of `older` in that folder was removed for it.
    case checkpointMadeRoom(step: Int, older: Int, folder: String)
    /// A checkpoint that is no longer kept could not be removed.
    case checkpointNotRemoved(reason: String)
    /// A file beside the checkpoints, like the metrics, could not be written; what it would have told is lost.
    case recordFailed(reason: String)
    /// The run was asked to end before its last step.
    case stopped(step: Int, steps: Int)
    /// The run can't go on.
    case brokenOff(reason: String)
    /// All steps are done.
    case finished(step: Int)

    /// A figure of a step with its name.
    package struct NamedFigure: Equatable, Sendable {
        /// Its name in files, like `loss`.
        package let name: String
        /// Its value.
        package let value: Double

        /// A figure.
        package init(_ name: String, _ value: Double) { (self.name, self.value) = (name, value) }
    }

    /// The kinds of events, by their names in files; such a name is never used for another kind.
    package enum Kind: String, Codable, Sendable, CaseIterable {
        case started
        case slowProducts = "slow_products"
        case checkpointSkipped = "checkpoint_skipped"
        case listening
        case joined
        case cameAgain = "came_again"
        case left
        case failed
        case silent
        case cutOff = "cut_off"
        case ended
        case notStarted = "not_started"
        case givenUp = "given_up"
        case deserted
        case lostWork = "lost_work"
        case otherArithmetic = "other_arithmetic"
        case refused
        case refusalsMuted = "refusals_muted"
        case peerDropped = "peer_dropped"
        case peersMuted = "peers_muted"
        case peersDropped = "peers_dropped"
        case keysChanged = "keys_changed"
        case keysUnreadable = "keys_unreadable"
        case notFinite = "not_finite"
        case refuted
        case lied
        case wentBack = "went_back"
        case overdue
        case overdueMuted = "overdue_muted"
        case crewChanged = "crew_changed"
        case stepRepeated = "step_repeated"
        case stepDone = "step"
        case roundTimed = "round_timed"
        case samplesTouched = "samples_touched"
        case samplesConfirmed = "samples_confirmed"
        case checkpointWritten = "checkpoint_written"
        case checkpointCopied = "checkpoint_copied"
        case folderRestored = "folder_restored"
        case checkpointFailed = "checkpoint_failed"
        case checkpointMadeRoom = "checkpoint_made_room"
        case checkpointNotRemoved = "checkpoint_not_removed"
        case recordFailed = "record_failed"
        case stopped
        case brokenOff = "broken_off"
        case finished

        /// Whether a person should look at it: something went wrong, or may have.
        package var isProblem: Bool {
            switch self {
            case .slowProducts, .checkpointSkipped, .cameAgain, .failed, .silent, .cutOff, .ended, .notStarted,
                .givenUp, .lostWork, .otherArithmetic, .refused, .peerDropped, .keysUnreadable, .notFinite,
                .refuted,
                .lied, .wentBack, .stepRepeated, .folderRestored, .checkpointFailed, .checkpointMadeRoom,
                .checkpointNotRemoved, .recordFailed, .brokenOff:
                true
            case .started, .listening, .joined, .left, .deserted, .refusalsMuted, .peersMuted, .peersDropped,
                .keysChanged,
                .overdue, .overdueMuted, .crewChanged, .stepDone, .roundTimed, .samplesTouched, .samplesConfirmed,
                .checkpointWritten, .checkpointCopied, .stopped, .finished:
                false
            }
        }

        /// Whether a part of the run is over with it.
        var endsPart: Bool { self == .finished || self == .stopped || self == .brokenOff }

        /// Whether the worker that it names is not among the run's any more.
        package var removesWorker: Bool {
            switch self {
            case .cameAgain, .ended, .left, .failed, .silent, .refuted, .lied: true
            case .started, .slowProducts, .checkpointSkipped, .listening, .joined, .cutOff, .notStarted, .givenUp,
                .deserted, .lostWork, .otherArithmetic, .refused, .refusalsMuted, .peerDropped, .peersMuted,
                .peersDropped, .keysChanged, .keysUnreadable, .notFinite, .wentBack, .overdue, .overdueMuted,
                .crewChanged, .stepRepeated, .stepDone, .roundTimed, .samplesTouched, .samplesConfirmed,
                .checkpointWritten,
                .checkpointCopied, .folderRestored, .checkpointFailed, .checkpointMadeRoom, .checkpointNotRemoved,
                .recordFailed, .stopped, .brokenOff, .finished:
                false
            }
        }
    }

    /// What kind of event it is.
    package var kind: Kind {
        switch self {
        case .started: .started
        case .slowProducts: .slowProducts
        case .checkpointSkipped: .checkpointSkipped
        case .listening: .listening
        case .joined: .joined
        case .cameAgain: .cameAgain
        case .left: .left
        case .failed: .failed
        case .silent: .silent
        case .cutOff: .cutOff
        case .ended: .ended
        case .notStarted: .notStarted
        case .givenUp: .givenUp
        case .deserted: .deserted
        case .lostWork: .lostWork
        case .otherArithmetic: .otherArithmetic
        case .refused: .refused
        case .refusalsMuted: .refusalsMuted
        case .peerDropped: .peerDropped
        case .peersMuted: .peersMuted
        case .peersDropped: .peersDropped
        case .keysChanged: .keysChanged
        case .keysUnreadable: .keysUnreadable
        case .notFinite: .notFinite
        case .refuted: .refuted
        case .lied: .lied
        case .wentBack: .wentBack
        case .overdue: .overdue
        case .overdueMuted: .overdueMuted
        case .crewChanged: .crewChanged
        case .stepRepeated: .stepRepeated
        case .stepDone: .stepDone
        case .roundTimed: .roundTimed
        case .samplesTouched: .samplesTouched
        case .samplesConfirmed: .samplesConfirmed
        case .checkpointWritten: .checkpointWritten
        case .checkpointCopied: .checkpointCopied
        case .folderRestored: .folderRestored
        case .checkpointFailed: .checkpointFailed
        case .checkpointMadeRoom: .checkpointMadeRoom
        case .checkpointNotRemoved: .checkpointNotRemoved
        case .recordFailed: .recordFailed
        case .stopped: .stopped
        case .brokenOff: .brokenOff
        case .finished: .finished
        }
    }

    private var fields: [(key: String, value: EventField)] {
        switch self {
        case .started(let step, let steps, let isResumed):
            [("step", .number(step)), ("steps", .number(steps)), ("resumed", .truth(isResumed))]
        case .slowProducts(let note): [("note", .text(note))]
        case .stepRepeated(let step), .wentBack(let step), .deserted(let step), .checkpointWritten(let step),
            .finished(let step),
            .samplesTouched(let step), .samplesConfirmed(let step):
            [("step", .number(step))]
        case .checkpointCopied(let step, let folder): [("step", .number(step)), ("folder", .text(folder))]
        case .checkpointMadeRoom(let step, let older, let folder):
            [("step", .number(step)), ("older", .number(older)), ("folder", .text(folder))]
        case .folderRestored(let path): [("path", .text(path))]
        case .checkpointSkipped(let reason), .checkpointFailed(let reason), .checkpointNotRemoved(let reason),
            .recordFailed(let reason), .keysUnreadable(let reason), .notStarted(let reason),
            .brokenOff(let reason):
            [("reason", .text(reason))]
        case .listening(let endpoint): [("endpoint", .text(endpoint))]
        case .joined(let worker, let processor, let numerics):
            [("worker", .text(worker)), ("processor", .text(processor)), ("numerics", .text(numerics))]
        case .left(let worker), .lostWork(let worker), .cutOff(let worker), .cameAgain(let worker):
            [("worker", .text(worker))]
        case .failed(let worker, let reason): [("worker", .text(worker)), ("reason", .text(reason))]
        case .silent(let worker, let lease): [("worker", .text(worker)), ("lease_s", .real(lease.seconds))]
        case .ended(let process, let worker, let how):
            [("process", .number(Int(process))), ("worker", .text(worker)), ("how", .text(how))]
        case .givenUp(let process): [("process", .number(Int(process)))]
        case .otherArithmetic(let worker, let processor, let numerics, let holder):
            [
                ("worker", .text(worker)), ("processor", .text(processor)), ("numerics", .text(numerics)),
                ("probe_of", .text(holder)),
            ]
        case .refused(let what): [("what", .text(what))]
        case .refusalsMuted, .peersMuted, .overdueMuted: []
        case .peerDropped(let peer, let reason): [("peer", .text(peer)), ("reason", .text(reason))]
        case .peersDropped(let count), .keysChanged(let count): [("count", .number(count))]
        case .notFinite(let worker, let step, let leaves, let isConfirmed):
            Self.place(worker, step, leaves) + [("confirmed", .truth(isConfirmed))]
        case .refuted(let worker, let step, let leaves): Self.place(worker, step, leaves)
        case .lied(let worker, let step, let leaves, let since):
            Self.place(worker, step, leaves) + (since.map { [("since", .number($0))] } ?? [])
        case .overdue(let worker, let step, let leaves, let also):
            Self.place(worker, step, leaves) + [("also", .text(also))]
        case .crewChanged(let step, let change):
            [
                ("step", .number(step)), ("asked", .number(change.asked)), ("workers", .number(change.ready)),
                ("round_s", .real(change.round)), ("asked_before", .number(change.askedBefore)),
                ("round_before_s", .real(change.roundBefore)),
            ]
        case .stepDone(let step, let figures, let workers):
            [("step", .number(step)), ("workers", .number(workers))] + figures.map { ($0.name, .real($0.value)) }
        case .roundTimed(let times):
            [
                ("round_s", .real(times.whole.seconds)),
                ("compute_s", .real(times.workers.map(\.computing.seconds).max() ?? 0)),
                ("exchange_s", .real(times.workers.map(\.exchanging.seconds).max() ?? 0)),
            ]
        case .stopped(let step, let steps): [("step", .number(step)), ("steps", .number(steps))]
        }
    }

    private static func place(
        _ worker: String, _ step: Int, _ leaves: Range<Int>
    ) -> [(key: String, value: EventField)] {
        [
            ("worker", .text(worker)), ("step", .number(step)), ("first_leaf", .number(leaves.lowerBound)),
            ("leaf_count", .number(leaves.count)),
        ]
    }
}

extension RunEvent: Encodable {
    /// Writes one flat object, with `event` and what the event tells; more keys may be beside them.
    package func encode(to encoder: any Encoder) throws { try EventField.encode(kind.rawValue, fields, to: encoder) }
}
