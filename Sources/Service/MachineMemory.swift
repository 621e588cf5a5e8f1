import Foundation

/// The memory that this process may use.
enum MachineMemory {
    /// The machine's, or the least that a control group or the limit of this process leaves it, in bytes.
    static let bytes = min(
        ControlGroups.ofThisProcess.memory ?? .max, addressesLeft ?? .max,
        Int(clamping: ProcessInfo.processInfo.physicalMemory))

    /// What a worker keeps blocks of samples in where nothing else is said: a quarter.
    static let standardForSamples = bytes / 4

    /// What `ulimit -v` leaves, as batch systems set it, beside what this process has mapped; nil for no limit.
    private static var addressesLeft: Int? {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0, limit.rlim_cur != .max else {
            return nil
        }
        let pages = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ").first
        let mapped = (pages.flatMap { Int($0) } ?? 0) * sysconf(Int32(_SC_PAGESIZE))
        return max(0, Int(clamping: limit.rlim_cur) - mapped)
    }
}
