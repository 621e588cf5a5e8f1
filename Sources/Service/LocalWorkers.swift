import Foundation
import Messaging

/// Worker processes on this machine: started, watched, restarted and ended by their numbers.
package final class LocalWorkers {
    private struct Slot {
        var process: ChildProcess?
        var started = Stopwatch()
        var replacement = Replacement()
        /// How long after its start the last one is followed by another; nil where it is not.
        var delay: Duration?
        /// Since when none can be started; nil where that was not tried, or one could.
        var unstarted: Stopwatch?
    }
    /// A worker process that has ended.
    struct End {
        let pid: pid_t
        let how: String
        /// Whether no other takes its place.
        let isLast: Bool
    }
    private static let retryDelay = Duration.seconds(1)
    /// How long it is tried to start one where none runs.
    private static let startPatience = Duration.seconds(300)
    private let arguments: [String]
    /// The dataset's file.
    private let data: String
    /// Per worker, the processors of its compute threads; nil to let them run anywhere.
    private let processors: [[Int]]?
    private var slots: [Slot]

    /// Starts workers that connect to `endpoint`, which no network is needed for, and read the dataset at `data`.
    package init(_ settings: LocalWorkersSettings, endpoint: String, data: String) throws {
        let (count, threads) = (settings.count, settings.threads)
        processors = settings.pins ? Processors.shared(among: count, threads: threads) : nil
        arguments = [
            "worker", "--connect", endpoint, "--threads", String(threads), "--parent", String(getpid()),
            "--parent-signal", String(SIGKILL), "--quiet",
        ]
        self.data = data
        slots = Array(repeating: Slot(), count: count)
        for i in slots.indices { try start(i) }
    }

    /// The numbers of the running workers.
    var pids: [pid_t] { slots.compactMap(\.process?.pid) }

    private func start(_ i: Int) throws {
        let places = processors.map { ["--cpus", $0[i].map(String.init).joined(separator: ",")] } ?? []
        // Where somebody removed the file, its samples come from the coordinator, which has it open.
        let data = access(data, R_OK) == 0 ? ["--data=" + data] : []
        slots[i].process = try ChildProcess(arguments + data + places, name: "a worker")
        (slots[i].delay, slots[i].unstarted) = (nil, nil)
        slots[i].started = Stopwatch()
        slots[i].replacement.onStart()
    }

    /// Takes note that the coordinator has heard of a worker of this name, be it one of these or not.
    func onJoined(_ name: String) {
        for i in slots.indices where slots[i].process.map({ WorkerShell.name(ofProcess: $0.pid) }) == name {
            slots[i].replacement.onJoined()
        }
    }

    /// Takes note of workers that ended; `tick` starts others in their place.
    ///
    /// - Parameter restart: whether there is still work.
    /// - Returns: those that ended.
    func reap(restart: Bool) -> [End] {
        var ends: [End] = []
        for i in slots.indices {
            guard let process = slots[i].process, let end = process.takeEnd() else { continue }
            slots[i].process = nil
            let time = slots[i].started.elapsed
            let next = slots[i].replacement.onEnd(after: time, isKilled: end.isKilled)
            if restart { slots[i].delay = next.delay.map { time + $0 } }
            ends.append(End(pid: process.pid, how: end.how, isLast: next == .never))
        }
        return ends
    }

    /// Starts those whose time has come; one that can't be started is tried again a second later.
    ///
    /// - Returns: why some can't be started, once of each.
    /// - Throws: when none runs and one can't be started for some minutes.
    func tick() throws -> [String] {
        var faults: [String] = []
        for i in slots.indices {
            guard let delay = slots[i].delay, slots[i].started.elapsed >= delay else { continue }
            do {
                try start(i)
            } catch {
                if pids.isEmpty, let since = slots[i].unstarted, since.elapsed > Self.startPatience { throw error }
                slots[i].delay = slots[i].started.elapsed + Self.retryDelay
                guard slots[i].unstarted == nil else { continue }
                faults.append("\(error); trying again until it is")
                slots[i].unstarted = Stopwatch()
            }
        }
        return faults
    }

    /// Whether none runs, and none will be started.
    var areAllGivenUp: Bool { slots.allSatisfy { $0.process == nil && $0.delay == nil } }

    /// Waits for the workers, who were told, to end by themselves, then ends what is left: they have nothing to save,
    /// and one that is stopped takes no other signal.
    func end(patience: Duration) {
        for (signal, patience) in [(0, patience), (SIGKILL, .seconds(10))] {
            if signal != 0 { for pid in pids { kill(pid, signal) } }
            let watch = Stopwatch()
            while !pids.isEmpty, watch.elapsed < patience {
                if reap(restart: false).isEmpty { usleep(5000) }
            }
        }
    }
}
