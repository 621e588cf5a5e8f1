import Coordination
import Numerics
import Wire

/// How many parts of which round's parameters a worker was sent.
struct PartsSent {
    let round: Int
    var count = 0
}

extension PeerHost {
    /// The vectors of a part of a worker's sums, one for each of these nodes; nil where they can't be read, which the
    /// mind has heard of then.
    func vectors(
        in envelope: ReceivedEnvelope, of nodes: [Range<Int>], from worker: WorkerID
    ) throws -> [FloatBlock]? {
        do throws(WireError) {
            let vectors = try envelope.blocks(place: { place(count: $0) })
            guard vectors.count == nodes.count else { throw .frameCount(listed: nodes.count, came: vectors.count) }
            return vectors
        } catch {
            try takeUnreadable(error, from: worker)
            return nil
        }
    }

    /// Sends the parts of parameters that a worker was not sent yet.
    ///
    /// - Parameters:
    ///   - parts: those that there are, from the first on.
    ///   - round: the round that is computed at them.
    ///   - history: as of `Work`.
    ///   - worker: whom to.
    /// - Throws: `SocketError` where the socket fails; not where the worker is gone.
    func sendParts(_ parts: [RawFrame], of round: Int, history: Int, to worker: WorkerID) throws {
        let already = sent[worker].flatMap { $0.round == round ? $0.count : nil } ?? 0
        for part in already..<max(already, parts.count) {
            let message = Message.parameterPart(ParameterPart(round: round, part: part, history: history))
            try send(Envelope(message, frames: [parts[part]]), to: worker)
        }
        sent[worker] = PartsSent(round: round, count: max(already, parts.count))
    }

    /// Sends work behind the parameters that it needs, in parts of which some may be there already.
    func sendWork(_ work: Work, behind parameters: Published, to worker: WorkerID) throws {
        try sendParts(parameters.parts, of: work.round, history: work.history, to: worker)
        // Once more would mean that a connection took them.
        sent[worker] = nil
        let whole = parameters.whole
        try send(Envelope(.work(work), behind: [whole.block.count], as: whole.element), to: worker)
    }
}
