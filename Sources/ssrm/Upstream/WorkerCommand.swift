import ArgumentParser
import Datasets
import Foundation
import Messaging
import Service

/// `ssrm worker`: computes gradients for a coordinator.
struct WorkerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker",
        abstract: "Computes gradients for a coordinator on this or another machine.",
        discussion: """
            Needs no dataset file: samples come from the coordinator, block by block as they are needed, and as many as have room \
            are kept (--sample-memory). It may be started before the coordinator, and \
            waits for one that is being restarted.

            Example: ssrm worker --connect tcp://127.0.0.1:5555
            With keys: ssrm worker --connect tcp://head:5555 --keys keys --threads 2
            """)

    @Option(
        help: "The coordinator's or a relay's endpoint, like tcp://127.0.0.1:5555, tcp://[::1]:5555 or tcp://NAME:5555."
    )
    var connect: String

    @Option(
        help: """
            The folder of this worker's key and of its coordinator's public one (`ssrm keys`): all traffic is encrypted then, and no \
            other coordinator is spoken to.
            """,
        completion: .directory)
    var keys: String?

    @Option(
        help: """
            Compute threads. By default one for each processor that --cpus names, or that this process may use, and no more than \
            its control groups leave it time for.
            """)
    var threads: Int?

    @Option(help: "The dataset file, if this machine has it.", completion: .file())
    var data: String?

    @Option(help: "A folder where blocks of samples are kept from one job to the next.", completion: .directory)
    var cache: String?

    @Option(
        help: """
            MiB of memory for blocks of samples where this machine has not got the dataset file; beside them it holds those of \
            the shards in hand. By default a quarter of the memory.
            """)
    var sampleMemory: Int?

    @Option(help: "Seconds to wait for a silent coordinator or relay.")
    var patience = 60.0

    @Flag(
        inversion: .prefixedNo,
        help: "Exchange gradients and parameters through shared memory where both sides are on one machine.")
    var sharedMemory = true

    @Option(help: "Processors to stay on, like 0,1: one for each compute thread.")
    var cpus: String?

    @Option(help: "End when this process, which started the worker, ends.")
    var parent: Int32?

    @Option(help: .hidden)
    var parentSignal = SIGTERM

    @Flag(help: "Say nothing but errors.")
    var quiet = false

    private var processors: [Int]? {
        cpus?.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) ?? -1 }
    }

    func validate() throws {
        // A run's own workers come by its local name.
        if !LocalEndpoint.isOne(connect) {
            do { try TCPEndpoint.check(connect, canBeAny: false) } catch { throw ValidationError("--connect \(error)") }
        }
        if let cpus, let processors {
            if processors.contains(where: { $0 < 0 }) {
                throw ValidationError("--cpus takes numbers of processors like 0,1; '\(cpus)' is no list of numbers")
            }
            if let other = processors.first(where: { !Processors.allowed.contains($0) }) {
                let allowed = Processors.allowed.map(String.init).joined(separator: ", ")
                throw ValidationError(
                    "--cpus \(cpus): this process may not use processor \(other); it may use \(allowed)")
            }
            if Set(processors).count != processors.count {
                throw ValidationError("--cpus \(cpus) names a processor twice; each compute thread needs its own")
            }
            if let threads, processors.count != threads {
                throw ValidationError("--cpus needs one processor for each of --threads \(threads), not \(cpus)")
            }
        }
        if let threads, !(1...4096).contains(threads) {
            throw ValidationError("--threads must be 1 to 4096, not \(threads)")
        }
        if let sampleMemory, !(1...1 << 40).contains(sampleMemory) {
            throw ValidationError("--sample-memory must be 1 to 2^40 MiB, not \(sampleMemory)")
        }
        try PeerArguments.check(patience: patience, cache: cache)
    }

    func run() throws {
        if let parent { try ParentProcess.endThisWith(parent, by: parentSignal) }
        // The threads of the socket too, or they wait behind another worker's computing while this one's processor
        // idles.
        if let processors { Processors.stay(on: processors) }
        Processors.waitForTheirTurn()
        let signals = try CommandSignals.take()
        if !quiet { signals.opening?.say { "before it said hello; no work is lost" } }
        let dataset = try data.map { try Dataset(opening: $0) }
        var settings = WorkerSettings(endpoint: connect)
        settings.keys = keys.map { KeyFolder($0) }
        settings.threads = threads ?? processors?.count ?? Processors.count
        (settings.processors, settings.cache) = (processors, cache)
        if let sampleMemory { settings.sampleMemory = sampleMemory << 20 }
        (settings.patience, settings.sharesMemory) = (.seconds(patience), sharedMemory)
        let shell = try WorkerShell(settings, dataset: dataset, signals: signals) { [quiet] in
            Terminal.tell($0, isQuiet: quiet)
        }
        if case .stopped(let signal) = try shell.work() {
            throw CommandSignals.end(by: signal, isQuiet: quiet)
        }
    }
}
