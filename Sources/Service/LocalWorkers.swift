import Foundation
import Messaging

/// Worker processes on this machine: started, watched, restarted and ended by their numbers.
package final class LocalWorkers {
    private struct Slot {
        var pid: pid_t?
        var started = Stopwatch()
        var replacement = Replacement()
    }
    private let arguments: [String]
    /// Per worker, the processors of its compute threads; nil to let them run anywhere.
    private let processors: [[Int]]?
    private var slots: [Slot]

    /// Starts workers that connect to `endpoint`, which no network is needed for, and read the dataset at `data`.
    package init(_ settings: LocalWorkersSettings, endpoint: String, data: String) throws {
        let (count, threads) = (settings.count, settings.threads)
        processors = settings.pins ? Processors.shared(among: count, threads: threads) : nil
        arguments = [
            "ssrm", "worker", "--connect", endpoint, "--data", data, "--threads", String(threads), "--parent",
            String(getpid()), "--quiet",
        ]
        slots = Array(repeating: Slot(), count: count)
        for i in slots.indices { try start(i) }
    }

    /// The numbers of the running workers.
    var pids: [pid_t] { slots.compactMap(\.pid) }

    private func start(_ i: Int) throws {
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // Signals are blocked here, to be read one by one; a worker starts with none blocked.
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        let places = processors.map { ["--cpus", $0[i].map(String.init).joined(separator: ",")] } ?? []
        var words = (arguments + places).map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var pid = pid_t()
        let code = posix_spawn(&pid, Self.program, nil, &attributes, &words, environ)
        if code != 0 { throw ServiceError("a worker can't be started: \(String(cString: strerror(code)))") }
        slots[i].pid = pid
        slots[i].started = Stopwatch()
        slots[i].replacement.onStart()
    }

    /// Takes note that the coordinator has heard of a worker of this name, be it one of these or not.
    func onJoined(_ name: String) {
        for i in slots.indices where slots[i].pid.map(WorkerShell.name(ofProcess:)) == name {
            slots[i].replacement.onJoined()
        }
    }

    /// This program as it runs, even if its file was replaced or removed since.
    private static let program = "/proc/self/exe"

    /// Takes note of workers that ended, and starts others in their place.
    ///
    /// - Parameter restart: whether there is still work.
    /// - Returns: the numbers of those that ended.
    /// - Throws: when no worker is left and none stays alive.
    func reap(restart: Bool) throws -> [(pid: pid_t, how: String)] {
        var ended: [(pid: pid_t, how: String)] = []
        for i in slots.indices {
            guard let pid = slots[i].pid else { continue }
            var status: Int32 = 0
            guard waitpid(pid, &status, WNOHANG) == pid else { continue }
            let signal = status & 0x7F
            ended.append((pid, signal == 0 ? "exit code \((status >> 8) & 0xFF)" : "signal \(signal)"))
            slots[i].pid = nil
            let isWorthIt = slots[i].replacement.onEnd(after: slots[i].started.elapsed, isKilled: signal != 0)
            if restart, isWorthIt { try start(i) }
        }
        if restart, !ended.isEmpty, pids.isEmpty {
            throw ServiceError(
                "no worker stays alive on this machine (the last ended with \(ended[0].how)); see its message above")
        }
        return ended
    }

    /// Waits for the workers to end by themselves, then ends what is left.
    func end(patience: Duration) {
        for (signal, patience) in [(0, patience), (SIGTERM, .seconds(3)), (SIGKILL, .seconds(10))] {
            if signal != 0 { for pid in pids { kill(pid, signal) } }
            let watch = Stopwatch()
            while !pids.isEmpty, watch.elapsed < patience {
                if (try? reap(restart: false))?.isEmpty ?? true { usleep(5000) }
            }
        }
    }
}
