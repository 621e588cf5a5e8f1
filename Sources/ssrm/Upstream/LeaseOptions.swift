import ArgumentParser
import Coordination

extension CrewChoice: ExpressibleByArgument {
    /// `best`, `all`, or a number of workers.
    init?(argument: String) {
        switch argument {
        case "best": self = .best
        case "all": self = .all
        default:
            guard let count = Int(argument), count > 0 else { return nil }
            self = .count(count)
        }
    }
}

/// How workers are waited for.
struct LeaseOptions: ParsableArguments {
    @Option(help: "Seconds after which a silent worker's shards go to others.")
    var lease = 10.0

    @Option(help: "Seconds between a worker's signs of life.")
    var heartbeat = 1.0

    @Flag(help: "Refuse workers whose probe gradient differs from the coordinator's.")
    var sameArithmetic = false

    @Option(
        help: ArgumentHelp(
            "How many workers are given shards: best, all or a number.",
            discussion: """
                Where messages take most of a round, fewer workers with all of its shards may be done sooner: `best` tries \
                that out and says so. The others stay at hand. The results are the same.
                """))
    var ask = CrewChoice.best

    @Option(
        help: ArgumentHelp(
            "The share of steps, from 0 to 1, whose every leaf two workers compute; it counts only where both are the same.",
            discussion: """
                A worker whose sums are wrong, by the coordinator's own computing, is sent away, and what was made with them \
                is done again. A worker that is alone, or whose fellows are late, is taken at its word. With 1 nobody is: \
                the coordinator computes what else nobody compares, workers of other arithmetic are refused, and with \
                keys two workers of one key do not confirm each other. Of `coordinator` 0.01, of `pretrain` 0 where not given.
                """))
    var audit: Double?

    @Flag(
        inversion: .prefixedNo,
        help: "Exchange gradients and parameters through shared memory where both sides are on one machine.")
    var sharedMemory = true

    func validate() throws {
        if let audit, !(audit >= 0 && audit <= 1) {
            throw ValidationError("--audit is a share from 0 to 1, not \(audit)")
        }
        if !(heartbeat >= 0.01 && heartbeat * 2 <= lease && lease <= 86_400) {
            throw ValidationError(
                "--lease (\(lease) s) must be at least twice --heartbeat (\(heartbeat) s), or one lost sign of life ends a worker"
            )
        }
    }
}
