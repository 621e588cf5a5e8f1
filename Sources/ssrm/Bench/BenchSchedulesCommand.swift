import ArgumentParser
import Dispatch
import Service
import Simulation
import Synchronization

/// `ssrm bench schedules`: both minds of a run in schedules that a seed has drawn, or in every order that there is.
struct BenchSchedulesCommand: ParsableCommand {
    private struct Drawn: Encodable {
        let schedules, finished, events: Int
        let failed: [UInt64]

        enum CodingKeys: String, CodingKey {
            case schedules, finished, events
            case failed = "failed_seeds"
        }
    }
    private struct Explored: Encodable {
        let states, moves, ends, longest: Int
    }

    static let configuration = CommandConfiguration(
        commandName: "schedules",
        abstract: "Simulates runs with faults at all moments, and says whether any came to other sums or to no end.",
        discussion: """
            Each seed draws a run of its own: workers, leaves, steps, and what breaks, dies, waits or lies when. With \
            --every-order nothing is drawn: of one small run every order of messages is gone through, with so many faults \
            at every place. A run that fails is told with its story.

            Example:
              ssrm bench schedules --count 100000 --json
              ssrm bench schedules --every-order --faults 1
            """)

    @Option(help: "How many seeds (20000).") var count: Int?
    @Option(help: "The first seed (0).") var first: UInt64?
    @Option(help: "Threads; what comes out does not depend on it.") var threads = Processors.count
    @Flag(help: "Go through every order of a small run instead.") var everyOrder = false
    @Option(help: "Its workers (2).") var workers: Int?
    @Option(help: "Its leaves a step (2).") var leaves: Int?
    @Option(help: "Its steps (2).") var steps: Int?
    @Option(help: "The parts in which its vectors travel (1).") var parts: Int?
    @Option(help: "How many faults it has at most (0).") var faults: Int?
    @Flag(help: "Two workers compute each of its leaves; lies are among the faults.") var audited = false
    @Option(help: "Keys that its workers have in turn, where sums are compared (each its own name).") var keys: Int?
    @Flag(help: "Compute a step while the sums of the one before travel.") var overlap = false
    @Flag(help: "Print one JSON object.") var json = false

    func validate() throws {
        if let count, !(1...1_000_000_000).contains(count) {
            throw ValidationError("--count must be 1 to 10^9, not \(count)")
        }
        if !(1...4096).contains(threads) { throw ValidationError("--threads must be 1 to 4096, not \(threads)") }
        let sizes = [
            "--workers": workers, "--leaves": leaves, "--steps": steps, "--parts": parts, "--faults": faults,
            "--keys": keys,
        ]
        let flags = ["--audited": audited, "--overlap": overlap]
        let given = sizes.filter { $0.value != nil }.map(\.key) + flags.filter(\.value).map(\.key)
        if everyOrder, first != nil || count != nil {
            throw ValidationError("--count and --first are of seeds, and --every-order draws nothing")
        }
        if !everyOrder, let first = given.min() { throw ValidationError("\(first) goes with --every-order") }
        if ![workers, leaves, steps, parts, keys].compactMap({ $0 }).allSatisfy((1...8).contains) {
            throw ValidationError(
                "--workers, --leaves, --steps, --parts and --keys must be 1 to 8: more have too many orders")
        }
        if keys != nil, !audited { throw ValidationError("--keys are of whose sums are compared; add --audited") }
        if let faults, !(0...8).contains(faults) {
            throw ValidationError("--faults must be 0 to 8, not \(faults)")
        }
    }

    func run() throws { if everyOrder { try explore() } else { try drawn() } }

    private func explore() throws {
        var size = Exploration.Size()
        (size.workers, size.leaves, size.rounds, size.parts) = (workers ?? 2, leaves ?? 2, steps ?? 2, parts ?? 1)
        (size.faults, size.isAudited, size.isDelayed, size.keys) = (faults ?? 0, audited, overlap, keys)
        let tally: Exploration.Tally
        do {
            tally = try Exploration(size).finish { tally in
                Terminal.error("\(tally.states) states, \(tally.ends) ends")
                return true
            }
        } catch { throw ProgramError("\(error)") }
        if json {
            return try printJSON(
                Explored(states: tally.states, moves: tally.moves, ends: tally.ends, longest: tally.longest))
        }
        print("\(tally.states) states, \(tally.moves) moves, \(tally.ends) ends; the longest way has \(tally.longest)")
    }

    private func drawn() throws {
        let (first, count) = (first ?? 0, count ?? 20_000)
        let tally = Mutex((done: 0, finished: 0, events: 0, failed: [UInt64]()))
        DispatchQueue.concurrentPerform(iterations: threads) { thread in
            for place in stride(from: thread, to: count, by: threads) {
                let seed = first &+ UInt64(place)
                var simulation = Simulation(seed: seed)
                let outcome = try? simulation.finish()
                let done = tally.withLock { tally in
                    tally.done += 1
                    tally.events += simulation.eventCount
                    if outcome == .finished { tally.finished += 1 }
                    if outcome == nil { tally.failed.append(seed) }
                    return tally.done
                }
                if outcome == nil { Self.tellStory(of: seed) }
                if done % 50_000 == 0 { Terminal.error("\(done) of \(count) schedules") }
            }
        }
        let (_, finished, events, failed) = tally.withLock { $0 }
        let result = Drawn(schedules: count, finished: finished, events: events, failed: failed.sorted())
        if json {
            try printJSON(result)
        } else {
            print(
                "\(count) schedules, \(events) events: \(failed.count) failed, \(finished) finished, others had to end")
        }
        if !failed.isEmpty { throw ExitCode.failure }
    }

    private static func tellStory(of seed: UInt64) {
        var again = Simulation(seed: seed, keepsStory: true)
        do { _ = try again.finish() } catch { Terminal.error("seed \(seed): \(error)") }
        for line in again.story.suffix(200) { Terminal.error(line) }
    }
}
