import CLinux
import Foundation

/// The processors that this process may use, and threads that stay on one.
///
/// A thread that computes for a millisecond, waits, and computes again is placed anew each time that it wakes, now and
/// then behind another such thread while a processor idles, which doubles the time of a step.
package enum Processors {
    /// What kind they are, for people.
    static let kind: String = {
        let lines = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?.split(separator: "\n") ?? []
        let model = lines.first { $0.hasPrefix("model name") }?.split(separator: ":").last
        return model.map { $0.trimmingCharacters(in: .whitespaces) } ?? "unknown processor"
    }()

    /// Those that this process may use: what `taskset`, a container or a batch system left it.
    package static let allowed: [Int] = {
        let found = [Int32](unsafeUninitializedCapacity: LINUX_PROCESSOR_LIMIT) { buffer, count in
            count = buffer.baseAddress.map { Int(linux_allowed_processors($0)) } ?? 0
        }
        return found.map(Int.init)
    }()

    /// How many threads of this process can compute at once: as many as it has processors, and no more than its control
    /// groups leave it processor time for, in whole processors.
    ///
    /// A machine may have many more.
    package static let count: Int = {
        // Where the kernel does not tell which they are, it is asked how many there are.
        let processors = allowed.isEmpty ? ProcessInfo.processInfo.activeProcessorCount : allowed.count
        guard let time = ControlGroups.ofThisProcess.processors else { return max(processors, 1) }
        return max(1, min(processors, Int(time)))
    }()

    /// A processor for each of `threads` threads of `workers` workers; nil where there are not so many, or over twice
    /// as many: then each finds an idle one, and another run on this machine may have some.
    static func shared(among workers: Int, threads: Int) -> [[Int]]? {
        guard workers * threads <= allowed.count, 2 * workers * threads > allowed.count else { return nil }
        return (0..<workers).map { Array(allowed[$0 * threads..<($0 + 1) * threads]) }
    }

    /// Keeps the calling thread, and those that it will start, on some processors.
    ///
    /// Where that fails, they run anywhere.
    package static func stay(on processors: [Int]) {
        _ = linux_stay_on(processors.map { Int32($0) }, Int32(processors.count))
    }

    /// Makes the calling thread, and those that it will start, wait for their turn when they wake (`SCHED_BATCH`).
    ///
    /// A coordinator's thread that sends to several workers of this machine is otherwise put off by the first of them,
    /// which wakes on the same processor and computes, while the others have not heard of their work: they compute one
    /// after another. Nobody else's threads are put off by a worker either. Where that fails, they run as before.
    package static func waitForTheirTurn() {
        var parameters = sched_param(sched_priority: 0)
        _ = sched_setscheduler(0, SCHED_BATCH, &parameters)
    }
}
