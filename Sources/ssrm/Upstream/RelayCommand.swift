import ArgumentParser
import Coordination
import Datasets
import Messaging
import Service

/// `ssrm relay`: a coordinator's worker that has workers of its own.
struct RelayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "relay",
        abstract: "Stands for the workers of a room or a rack, so that its coordinator hears one instead of all.",
        discussion: """
            All workers of a coordinator share its link. A relay joins it as one worker with the threads of all workers that \
            connect to the relay, hands its shards down to them, and sends the sum of what they compute up: parameters, sums \
            and blocks of samples cross the coordinator's link once for the room. The result's bits are those without it. Workers connect to it as to a \
            coordinator; one machine with several processors needs none, but one worker with several --threads.

            Example, for the workers of a room:
              ssrm relay --connect tcp://head:5555 --listen tcp://10.1.0.1:5556 \\
                --keys keys
              ssrm worker --connect tcp://10.1.0.1:5556 --keys keys --threads 4

            With keys, the relay's folder has its own key, the coordinator's public one and the list of the workers that may come; the \
            workers trust the relay's.
            """)

    @Option(help: "The coordinator's endpoint, or another relay's, like tcp://127.0.0.1:5555 or tcp://NAME:5555.")
    var connect: String

    @OptionGroup var listenOptions: ListenOptions

    @Option(
        help: "The dataset file, if this machine has it: its samples then need not come from the coordinator.",
        completion: .file())
    var data: String?

    @Option(
        help: "A folder where blocks of samples that came are kept from one job to the next.", completion: .directory)
    var cache: String?

    @Option(
        help: """
            MiB of memory for blocks of samples that came from the coordinator, so that each comes once for all workers behind the relay. \
            By default a quarter of the memory; 0 keeps none in memory.
            """)
    var sampleMemory: Int?

    @Option(help: "How many of its workers are given shards: all or a number.")
    var ask = CrewChoice.all

    @Option(help: "Seconds to wait for a silent coordinator or relay.")
    var patience = 60.0

    @Option(help: "End when this process, which started the relay, ends.")
    var parent: Int32?

    @Flag(help: "Say nothing but errors.")
    var quiet = false

    func validate() throws {
        if listenOptions.listen == connect {
            throw ValidationError("--listen is --connect, and a relay does not work for itself; name the coordinator's")
        }
        if let sampleMemory, !(0...1 << 40).contains(sampleMemory) {
            throw ValidationError("--sample-memory must be 0 to 2^40 MiB, not \(sampleMemory)")
        }
        do { try TCPEndpoint.check(connect, canBeAny: false) } catch { throw ValidationError("--connect \(error)") }
        if ask == .best { throw ValidationError("--ask is all or a number: a relay does not see how long rounds take") }
        try PeerArguments.check(patience: patience, cache: cache)
    }

    func run() throws {
        if let parent { try ParentProcess.endThisWith(parent) }
        let signals = try CommandSignals.take()
        if !quiet { signals.opening?.say { "before it relayed anything; no work is lost" } }
        let dataset = try data.map { try Dataset(opening: $0) }
        var settings = RelaySettings(endpoint: connect, listen: try listenOptions.resolvedEndpoint())
        (settings.patience, settings.cache, settings.crew) = (.seconds(patience), cache, ask)
        if let sampleMemory { settings.sampleMemory = sampleMemory << 20 }
        settings.keys = listenOptions.keys.map { KeyFolder($0) }
        let events = RunEvents([RelayTerminalSink(isQuiet: quiet)])
        defer { events.end() }
        let shell = try RelayShell(settings, dataset: dataset, signals: signals, events: events) { [quiet] in
            Terminal.tell($0, isQuiet: quiet)
        }
        if !quiet {
            Terminal.error("relaying for \(connect) at \(shell.endpoint)")
            if let note = shell.noteOfKeys { Terminal.error(note) }
        }
        if case .stopped(let signal) = try shell.run() {
            throw CommandSignals.end(by: signal, isQuiet: quiet)
        }
    }
}
