import Numerics

extension RunEvent: CustomStringConvertible {
    /// The one line that a person reads.
    package var description: String {
        switch self {
        case .started(step: 0, _, let isResumed):
            isResumed ? "there is no checkpoint yet; starting at the first step" : "starting at the first step"
        case .started(let step, _, _): "resuming after step \(step)"
        case .slowProducts(let note): "note: \(note)"
        case .checkpointSkipped(let reason): "skipped a checkpoint: \(reason)"
        case .listening(let endpoint): "listening on \(endpoint)"
        case .joined(let worker, let processor, let numerics): "\(worker) joined (\(processor), \(numerics))"
        case .cameAgain(let worker): "\(worker) said hello anew; its leaves go to others"
        case .left(let worker): "\(worker) left"
        case .failed(let worker, let reason): "\(worker) can't go on: \(reason)"
        case .silent(let worker, let lease): "\(worker) was not heard of for \(lease); its leaves go to others"
        case .cutOff(let worker): "the connection of \(worker) has ended; until it is back others do its work, too"
        case .ended(let process, _, let how): "worker process \(process) ended (\(how)); its leaves go to others"
        case .givenUp(let process):
            "no other takes the place of worker process \(process): one after another ended before it had joined"
        case .deserted(let step):
            "no worker is here: step \(step + 1) waits until one joins"
        case .lostWork(let worker): "\(worker) lost its work with its connection; it is given out again"
        case .otherArithmetic(let worker, let processor, let numerics, let holder):
            """
            \(worker) (\(processor), \(numerics)) computes other bits than \(holder): the same job may give other bits in another \
            run
            """
        case .comingsMuted: "so many workers come and go that only those are told of who stay for a minute"
        case .refused(let what): "refused \(what)"
        case .refusalsMuted: "what else is refused is not told of"
        case .peerDropped(let peer, let reason): "closed the connection of \(peer): \(reason)"
        case .peersMuted: "most of the further connections that are closed are only counted"
        case .peersDropped(let count): "\(count) connections were closed until now because of what peers did"
        case .keysChanged(let count): "the list of keys has changed: \(count) may come"
        case .keysUnreadable(let reason), .notStarted(let reason), .brokenOff(let reason): reason
        case .notFinite(let worker, let step, let leaves, let isConfirmed):
            """
            \(worker) found the sum of leaves \(leaves) of step \(step) infinite or not a number\
            \(isConfirmed ? ", as it was found before" : "; they are computed again")
            """
        case .refuted(let worker, let step, let leaves):
            """
            \(worker) is sent away: it found the sum of leaves \(leaves) of step \(step) infinite or not a number, and they \
            are not
            """
        case .lied(let worker, let step, let leaves, let since):
            """
            \(worker) is sent away: its sum of leaves \(leaves) of step \(step) is wrong, by this coordinator's own; \
            look at that machine's memory\
            \(since.map { ". Its sums were taken on its word since step \($0)" } ?? "")
            """
        case .wentBack(let step): "what was done since may hold wrong sums; going on after step \(step)"
        case .overdue(let worker, let step, let leaves, let also):
            "\(worker) is late with leaves \(leaves) of step \(step); \(also) computes them, too"
        case .overdueMuted: "what else is late is not told of"
        case .crewChanged(let step, let change):
            """
            \(change.asked) of \(change.ready) workers \(change.asked == 1 ? "is" : "are") given shards after step \(step): a round takes \
            \(milliseconds(change.round)) so, and took \(milliseconds(change.roundBefore)) with \(change.askedBefore)\
            \(change.isLastTold ? "; further changes are not told of" : "")
            """
        case .stepRepeated(let step):
            "the sum of step \(step) is infinite or not a number; it is done once more, to see whose fault it is"
        case .stepDone(let step, let figures, let workers):
            "step \(step)  " + figures.map { "\($0.name) \($0.value)" }.joined(separator: "  ") + "  \(workers) workers"
        case .roundTimed(let times): "a round took \(times.whole.inWords)"
        case .samplesTouched: "the dataset's file was touched; it is read again, and no checkpoint is kept meanwhile"
        case .samplesConfirmed: "the dataset's content is what it was before its file was touched"
        case .checkpointWritten(let step): "wrote the checkpoint of step \(step)"
        case .checkpointCopied(let step, let folder): "wrote the checkpoint of step \(step) to \(folder) too"
        case .folderRestored(let path): "\(path) was removed or replaced under this run; going on in one made anew"
        case .checkpointFailed(let reason): "a checkpoint can't be kept and will be tried again: \(reason)"
        case .checkpointMadeRoom(let step, let older, let folder):
            "no space was left in \(folder): the checkpoint of step \(older) made room for that of step \(step)"
        case .checkpointNotRemoved(let reason): "an old checkpoint can't be removed: \(reason)"
        case .recordFailed(let reason): "\(reason); it is tried again with the next line"
        case .stopped(step: 0, _): "stopped before its first step; the same command starts it again"
        case .stopped(let step, let steps): "stopped after step \(step) of \(steps); go on with --resume"
        case .finished(let step): "all \(step) steps are done"
        }
    }

    /// Like `9.2 ms` or `872 ms`.
    private func milliseconds(_ seconds: Double) -> String {
        let tenths = (seconds * 10_000).rounded() / 10
        return tenths < 100 ? "\(tenths) ms" : "\(Int(tenths, clampedTo: 0...1_000_000_000) ?? 0) ms"
    }
}
