package import Wire

/// What happens to a worker, as it sees it.
package enum WorkerEvent: Equatable, Sendable {
    /// A coordinator took it in.
    case joined(endpoint: String)
    /// Whoever took it in has another job than the one that it computed until then.
    case joinedAnother(endpoint: String)
    /// The job's products are slow or emulated on this processor.
    case slowProducts(note: String)
    /// The dataset at hand is not the job's; the samples are fetched.
    case otherDataset(path: String)
    /// The other side does not take this worker in, or is not whom it was taken for.
    case notTakenIn(reason: String)
    /// Nobody has taken a connection in for a while now.
    case nobodyThere(endpoint: String, patience: Duration)
    /// Whoever is at the endpoint has asked it to wait for a while now: a relay without a job, or whoever has no room.
    case askedToWait(endpoint: String, byRelay: Bool)
    /// The coordinator does not know this worker any more; it says hello again.
    case forgotten
    /// A message came or went altered; the worker says hello again.
    case beganAnew(reason: String)
    /// The work in hand reads more blocks of samples than there is room for: they travel again and again.
    case littleRoom(needed: Int, capacity: Int, mebibytes: Int)
    /// Blocks are not kept in the cache from here on.
    case cacheGivenUp(reason: String)
    /// A block in the cache is not what was kept; it is fetched anew, as others like it are, of which nothing is said.
    case cacheAltered(file: String)
    /// There is no memory for sums that could be shared with a coordinator on this machine.
    case noSharedMemory(reason: String)
    /// The run is over.
    case finished(RunEnd)

    /// What kind of event it is; such a name is never used for another kind.
    package var name: String {
        switch self {
        case .joined: "joined"
        case .joinedAnother: "joined_another"
        case .slowProducts: "slow_products"
        case .otherDataset: "other_dataset"
        case .notTakenIn: "not_taken_in"
        case .nobodyThere: "nobody_there"
        case .askedToWait: "asked_to_wait"
        case .forgotten: "forgotten"
        case .beganAnew: "began_anew"
        case .littleRoom: "little_room"
        case .cacheGivenUp: "cache_given_up"
        case .cacheAltered: "cache_altered"
        case .noSharedMemory: "no_shared_memory"
        case .finished: "finished"
        }
    }

    /// Whether a person has to know of it who asked for errors alone.
    package var isWarning: Bool {
        switch self {
        case .joinedAnother, .otherDataset, .notTakenIn, .nobodyThere, .askedToWait, .beganAnew, .littleRoom,
            .cacheGivenUp,
            .cacheAltered, .noSharedMemory:
            true
        case .finished(.failed): true
        case .joined, .slowProducts, .forgotten, .finished: false
        }
    }

    private var fields: [(key: String, value: EventField)] {
        switch self {
        case .joined(let endpoint), .joinedAnother(let endpoint): [("endpoint", .text(endpoint))]
        case .slowProducts(let note): [("note", .text(note))]
        case .otherDataset(let path): [("path", .text(path))]
        case .nobodyThere(let endpoint, let patience):
            [("endpoint", .text(endpoint)), ("patience_s", .number(Int(patience.components.seconds)))]
        case .askedToWait(let endpoint, let byRelay): [("endpoint", .text(endpoint)), ("relay", .truth(byRelay))]
        case .forgotten: []
        case .beganAnew(let reason), .notTakenIn(let reason): [("reason", .text(reason))]
        case .littleRoom(let needed, let capacity, let mebibytes):
            [("needed", .number(needed)), ("capacity", .number(capacity)), ("mebibytes", .number(mebibytes))]
        case .cacheGivenUp(let reason), .noSharedMemory(let reason): [("reason", .text(reason))]
        case .cacheAltered(let file): [("file", .text(file))]
        case .finished(.failed(let reason)): [("complete", .truth(false)), ("reason", .text(reason))]
        case .finished(let end): [("complete", .truth(end.isComplete))]
        }
    }
}

extension WorkerEvent: Encodable {
    /// Writes one flat object, with `event` and what the event tells; more keys may be beside them.
    package func encode(to encoder: any Encoder) throws { try EventField.encode(name, fields, to: encoder) }
}

extension WorkerEvent: CustomStringConvertible {
    /// The one line that a person reads.
    package var description: String {
        switch self {
        case .joined(let endpoint): "joined the job at \(endpoint)"
        case .joinedAnother(let endpoint): "the job at \(endpoint) is another one than before: joined that"
        case .slowProducts(let note): "note: \(note)"
        case .otherDataset(let path): "\(path) is not the job's dataset; the samples come from the coordinator"
        case .notTakenIn(let reason): "\(reason); trying on"
        case .nobodyThere(let endpoint, let patience):
            "nobody answers at \(endpoint) yet; waiting on, for up to \(patience.inWords)"
        case .askedToWait(let endpoint, byRelay: true):
            "\(endpoint) is a relay that waits for its own coordinator, and has no job; waiting on"
        case .askedToWait(let endpoint, byRelay: false):
            "\(endpoint) asks to wait: it has as many workers as it takes, or no job yet; waiting on"
        case .forgotten: "the coordinator does not know this worker any more; saying hello again"
        case .beganAnew(let reason): "\(reason); saying hello again"
        case .littleRoom(let needed, let capacity, let mebibytes):
            """
            note: the shards in hand read \(needed) blocks of samples and there is room for \(capacity), so blocks travel again and \
            again; with --sample-memory \(mebibytes) or a job with --order blockwise and fewer --window-blocks they would not
            """
        case .cacheGivenUp(let reason): "\(reason); going on without keeping further blocks"
        case .cacheAltered(let file):
            """
            \(file) is not what was kept there: it and all that is like it is fetched anew; where no crash cut it short, does \
            that disk keep what is written to it?
            """
        case .noSharedMemory(let reason): "note: sums go through a socket, which is slower: \(reason)"
        case .finished(.complete): "the job is done"
        case .finished(.stopped): "the coordinator or relay stopped; where the job goes on, start this again"
        case .finished(.failed(let reason)): "the coordinator or relay could not go on: \(reason)"
        }
    }
}
