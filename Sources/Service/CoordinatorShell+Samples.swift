import Coordination
import Messaging
import Numerics
import Signals
import Upstream
import Wire

/// The dataset's file, which others may touch, cut or write to while a run goes on.
///
/// Rounds are made on meanwhile: whoever computes from a file looks at it before an answer is sent, and no block is
/// sent before it is looked at here. What comes of them is kept once the file is known to be what it was.
extension CoordinatorShell {
    /// At the end of a round that is not the last, where nothing of the next is made: keeps this state beside the run
    /// where the samples are in question by now.
    func lookAtSamples() {
        guard training.ledger != nil, sampleDoubt.onRound(isWhole: sampleWatch.isWhole(), state: checkpoint) else {
            return
        }
        events.tell(.samplesTouched(step: state.step))
    }

    /// Whether the round in hand, whose sums are all here, is to wait: the last one, while the samples are in question.
    var isLastRoundHeld: Bool {
        state.round + 1 == job.rounds && !sampleDoubt.isSettled(isWhole: sampleWatch.isWhole())
    }

    /// Writes a checkpoint at a round's end where one is due, and once it may be kept; that of the last round is
    /// written by whoever ends the run.
    func keepCheckpoint(whereDue isDue: Bool) throws {
        guard state.step < job.steps, sampleDoubt.takesCheckpoint(isDue: isDue, isWhole: sampleWatch.isWhole()) else {
            return
        }
        try keepCheckpoint()
    }

    /// Takes what came of a look at the samples: the run goes on, or ends where they are others.
    func takeSampleVerdict() throws {
        if let isWhole = sampleWatch.takeVerdict() { try onSampleVerdict(isWhole) }
    }

    /// Waits until it is known whether the samples are what they were, and no longer than to `deadline`: where nothing
    /// is known by then, what is kept is the state from before.
    func awaitSamples(until deadline: Duration) throws {
        // A file that is touched while it is read is read once more.
        while !sampleWatch.isWhole() {
            guard let isWhole = sampleWatch.awaitVerdict(patience: max(.zero, deadline - watch.elapsed)) else { return }
            try onSampleVerdict(isWhole)
        }
        try takeSampleVerdict()
    }

    private func onSampleVerdict(_ isWhole: Bool) throws {
        guard isWhole else { throw ServiceError(sampleWatch.fault ?? "the dataset's file is not what it was") }
        sampleDoubt.end()
        events.tell(.samplesConfirmed(step: state.step))
        if training.isRoundComplete { try finishRounds() }
    }

    func sendSamples(_ block: Int, to worker: WorkerID) throws {
        guard let range = SampleBlocks(job).values(ofBlock: block) else { return try refuse(block: block, to: worker) }
        sampleTraffic.add(bytes: range.count * MemoryLayout<Float>.size, to: worker)
        try send(range, of: samples, asBlock: block, to: worker)
    }

    /// What would help where samples travel again and again; else nil.
    var sampleAdvice: String? {
        sampleTraffic.advice(
            blockCount: SampleBlocks(job).count, messageBytes: sentBytes + receivedBytes,
            isBlockwise: job.settings.order.kind == .blockwise)
    }
}
