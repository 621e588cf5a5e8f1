import Coordination
import Messaging
import Numerics
import Wire

extension CoordinatorShell {
    func send(_ envelope: Envelope, to worker: WorkerID) throws {
        let memory = workerMemories[worker] == nil ? nil : memory
        let (header, frames) = envelope.parts { memory?.offset(of: $0) }
        sentBytes += frames.reduce(header.count) { $0 + $1.content.bytes.count }
        if !frames.isEmpty, reception.gauge(of: worker.bytes) != nil { note(frames) }
        try reception.send(
            [.copied(header)] + frames.map { .shared($0.content.bytes, owner: $0.content.owner) }, to: worker.bytes)
    }

    /// Opens a worker's memory, where it has proven that it reads this process's: then both are on one machine.
    func openMemory(of worker: WorkerID, _ ready: Ready) {
        workerMemories[worker] = nil
        // Sums are added up in the memory of those who made them.
        guard let memory, ready.coordinatorToken == memory.token, let name = ready.memory,
            let opened = SharedMemory(opening: name, isWrittenTo: true), opened.token == name.token
        else { return }
        workerMemories[worker] = opened
    }

    func welcome(_ worker: WorkerID) throws {
        let welcome = Welcome(
            job: jobText, heartbeat: settings.heartbeat, lease: settings.lease,
            memory: memory?.name(withToken: false), session: session, partLength: parts.length)
        try send(Envelope(.welcome(welcome)), to: worker)
    }

    /// Ends the run when the dataset's file was cut or changed: then no sum or block that came of it is to be believed.
    ///
    /// A file that was touched is read again while everybody waits; workers that have it do so for what they compute.
    func requireWholeSamples() throws {
        guard let fault = samples.fault else { return }
        guard samples.owner.confirm() else { throw ServiceError(fault) }
        events.tell(.samplesConfirmed)
    }

    func sendSamples(_ block: Int, to worker: WorkerID) throws {
        guard let range = blocks.values(ofBlock: block) else {
            return try send(Envelope(.refusal(Refusal(.noSuchBlock, "there is no block \(block)"))), to: worker)
        }
        // A copy: the system refuses to send what a file has no more, and the socket takes that for a fault of its own.
        let values = FloatBlock(uninitialised: range.count)
        try requireWholeSamples()
        let isWhole: Void? = samples.whole {
            values.base.update(from: samples.base + range.lowerBound, count: range.count)
        }
        if isWhole == nil { try requireWholeSamples() }
        try send(Envelope(.sampleBlock(block: block), frames: [RawFrame(values)]), to: worker)
    }
}
