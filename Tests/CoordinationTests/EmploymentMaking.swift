import Coordination
import Wire

let job = Employment.Job(
    digest: "job", datasetDigest: "data", rounds: 10, leafCount: 8, vectorCount: 3, blockCapacity: 6)

func welcome(session: UInt64 = 1) -> Welcome {
    Welcome(job: "", heartbeat: .seconds(1), lease: .seconds(10), session: session)
}

func work(_ claim: UInt64, round: Int = 0, leaves: Range<Int> = 0..<4, releasedBelow: UInt64 = 1) -> Message {
    .work(Work(claim: claim, round: round, leaves: leaves, releasedBelow: releasedBelow))
}

/// A worker that nobody has heard of, with the job's dataset or without.
func stranger(hasDataset: Bool = true, hearsOfHandshakes: Bool = false) -> Employment {
    let hello = Hello(
        name: "ann", processor: "p", numerics: "n", threads: 1, datasetDigest: hasDataset ? "data" : "")
    return Employment(
        hello, datasetPath: nil, endpoint: "e", patience: .seconds(60), hearsOfHandshakes: hearsOfHandshakes, at: .zero)
}

/// A worker that said that it is ready.
func readyWorker() -> Employment {
    var worker = stranger()
    _ = worker.onTick(at: .zero)
    _ = worker.onJob(job, in: welcome(), at: .zero)
    _ = worker.onPrepared(probeDigest: "probe", generation: 1)
    return worker
}

func isHello(_ directive: Employment.Directive?) -> Bool {
    if case .send(.hello(_)) = directive { true } else { false }
}

func isFail(_ directive: Employment.Directive) -> Bool { if case .fail = directive { true } else { false } }
