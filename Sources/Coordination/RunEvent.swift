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
    /// So many workers come and go that only those are told of, from here on, who stay for a minute.
    case comingsMuted
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
        case .comingsMuted, .refusalsMuted, .peersMuted, .overdueMuted: []
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
