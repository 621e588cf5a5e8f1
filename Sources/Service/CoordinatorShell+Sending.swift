import Coordination
import Messaging
import Numerics
import Wire

extension CoordinatorShell {
    /// So many messages are taken at once and no more, or a flood of them would keep signals and time waiting.
    private static let messagesAtOnce = 64

    /// Takes messages that have come, some of them, while `goesOn` holds.
    func receiveSome(while goesOn: () -> Bool = { true }) throws {
        for _ in 0..<Self.messagesAtOnce {
            guard goesOn(), let arrival = try reception.receive() else { break }
            receivedBytes += arrival.frames.reduce(0) { $0 + $1.bytes.count }
            try receive(arrival)
        }
    }

    func send(_ envelope: Envelope, to worker: WorkerID) throws {
        let memory = workerMemories[worker] == nil ? nil : memory
        let (header, frames) = envelope.parts { memory?.offset(of: $0) }
        sentBytes += frames.reduce(header.count) { $0 + $1.content.bytes.count }
        note(frames, to: worker)
        try reception.send([Part](header, frames), to: worker.bytes)
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
            memory: memory?.name(withToken: false), session: session, partLength: parts.length,
            probeDigest: training.probe?.digest ?? "")
        try send(Envelope(.welcome(welcome)), to: worker)
    }
}
