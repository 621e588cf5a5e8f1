import ArgumentParser
import Coordination
import Simulation

/// `ssrm bench rounds`: how long a round takes on machines that are not here, by simulation.
struct BenchRoundsCommand: ParsableCommand {
    private struct Result: Encodable {
        let roundSeconds, computingSeconds, coordinatorBusySeconds, bytesPerRound, efficiency: Double

        enum CodingKeys: String, CodingKey {
            case efficiency
            case roundSeconds = "round_s"
            case computingSeconds = "computing_s"
            case coordinatorBusySeconds = "coordinator_busy_s"
            case bytesPerRound = "bytes_per_round"
        }
    }

    static let configuration = CommandConfiguration(
        commandName: "rounds",
        abstract: "Simulates rounds of the upstream stage on given machines and links; measures nothing.",
        discussion: """
            All links end at the coordinator, or at relays. A round is what is published, leaves, sums, and the coordinator's step. `ssrm plan` \
            measures the times of a job here and simulates its rounds.

            Example:
              ssrm bench rounds --workers 100 --leaf-time 50ms --bytes 2700000 \\
                --link 1gbit --delay 0.1ms --heartbeat 2 --lease 20 --json
            """)

    @Option(help: "Workers.") var workers = 1
    @Option(help: "Compute threads of each worker.") var threads = 1
    @Option(help: "Leaves a round; by default one for each thread.") var leaves: Int?
    @Option(help: "How long a leaf takes one thread.", transform: LinkText.delay) var leafTime = 0.01
    @Option(help: "How long the coordinator takes for its step.", transform: LinkText.delay) var outerTime = 0.001
    @Option(help: "Bytes of a sum, as it is sent.") var bytes = 887_828
    @Option(help: "Bytes of what is published; by default as many.") var publishedBytes: Int?
    @Option(help: "In how many parts a vector travels, 1 to 64.") var parts = 7
    @Option(help: "What each worker's link carries, each way.", transform: LinkText.rate) var link = 1e9
    @Option(help: "What the coordinator's link carries; by default as a worker's.", transform: LinkText.rate)
    var coordinatorLink: Double?
    @Option(help: "How long a message is underway at least, one way.", transform: LinkText.delay) var delay = 0.0001
    @Option(help: "Bytes that pass a link at once after a rest, as where tbf holds it to its rate.") var burst = 0
    @Option(help: "Nanoseconds that a byte keeps whoever sends or takes it.") var handling = 0.3
    @Option(help: "Processors that all workers share; by default each has its own.") var sharedProcessors: Int?
    @Option(help: "Relays among which the workers are divided, each on the machine of its first one.") var relays = 0
    @Option(help: "What the links between relays and workers carry, each way.", transform: LinkText.rate)
    var roomLink = 1e9
    @Option(help: "How long a message between them is underway, one way.", transform: LinkText.delay)
    var roomDelay = 0.0001
    @Option(help: "How many workers are given leaves: all, a number, or best, which takes hundreds of rounds.")
    var ask = CrewChoice.all
    @Option(help: "Rounds, 10 or more; the first eight are not counted, nor is the last.") var rounds = 12
    @Option(help: "Seconds between a worker's signs of life.") var heartbeat = 1.0
    @Option(help: "Seconds after which a silent worker is taken for dead.") var lease = 10.0
    @Flag(help: "Print one JSON object.") var json = false

    private static let longestLease = 86_400.0

    func validate() throws {
        if ![bytes, publishedBytes ?? 1, sharedProcessors ?? 1].allSatisfy((1...1 << 31).contains) {
            throw ValidationError("--bytes, --published-bytes and --shared-processors must be 1 to 2^31")
        }
        if !(1...20_000).contains(workers) { throw ValidationError("--workers must be 1 to 20000, not \(workers)") }
        if !(1...4096).contains(threads) { throw ValidationError("--threads must be 1 to 4096, not \(threads)") }
        if let leaves, !(1...1 << 20).contains(leaves) {
            throw ValidationError("--leaves must be 1 to 2^20, not \(leaves)")
        }
        if leaves == nil, workers * threads > 1 << 20 {
            throw ValidationError(
                "\(workers) --workers of \(threads) --threads are more than 2^20; say how many --leaves")
        }
        if !(1...64).contains(parts) { throw ValidationError("--parts must be 1 to 64, not \(parts)") }
        if !(0...workers).contains(relays) {
            throw ValidationError("--relays must be 0 to the number of workers, not \(relays)")
        }
        let fewest = Scenario.fewestRounds
        if !(fewest...100_000).contains(rounds) {
            throw ValidationError("--rounds must be \(fewest) to 100000, not \(rounds)")
        }
        if burst < 0 { throw ValidationError("--burst must not be negative") }
        if !(0...1e6).contains(handling) { throw ValidationError("--handling must be 0 to 10^6 ns, not \(handling)") }
        if !(heartbeat >= 0.01 && heartbeat * 2 <= lease && lease <= Self.longestLease) {
            throw ValidationError("--lease must be at least twice --heartbeat, and a day at most")
        }
    }

    func run() throws {
        var scenario = Scenario(
            workers: workers, leafCount: leaves ?? workers * threads, leafTime: .seconds(leafTime),
            outerTime: .seconds(outerTime), sumBytes: bytes, publishedBytes: publishedBytes ?? bytes,
            link: Scenario.Link(bitsPerSecond: link, delay: .seconds(delay)))
        (scenario.threads, scenario.parts, scenario.relays) = (threads, parts, relays)
        (scenario.coordinatorBitsPerSecond, scenario.sharedProcessors) = (coordinatorLink, sharedProcessors)
        scenario.room = Scenario.Link(bitsPerSecond: roomLink, delay: .seconds(roomDelay))
        (scenario.link.burst, scenario.room.burst) = (Double(burst), Double(burst))
        (scenario.handlingPerByte, scenario.rounds) = (handling, rounds)
        scenario.crew = ask
        (scenario.heartbeat, scenario.lease) = (.seconds(heartbeat), .seconds(lease))
        let figures: ScenarioFigures
        var line = ProgressLine("rounds")
        do {
            figures = try scenario.simulated { line.show($0, of: rounds) }
        } catch {
            line.end()
            let longer = 2 * lease <= Self.longestLease
            throw ProgramError(
                "such rounds do not get on: \(error.reason)"
                    + (longer
                        ? "; longer ones may do, like --heartbeat \(fixed(2 * heartbeat, 1)) --lease \(fixed(2 * lease, 1))"
                        : ", and longer ones than that there are not"))
        }
        line.end()
        let result = Result(
            roundSeconds: figures.round / .seconds(1), computingSeconds: figures.computing / .seconds(1),
            coordinatorBusySeconds: figures.coordinatorBusy / .seconds(1), bytesPerRound: figures.bytes,
            efficiency: figures.efficiency)
        if json { return try printJSON(result) }
        print(
            """
            \(fixed(1000 * result.roundSeconds, 2)) ms a round, \(fixed(1000 * result.computingSeconds, 2)) of them computing, \
            \(fixed(result.bytesPerRound / 1e6, 2)) MB over the links
            """)
    }
}
