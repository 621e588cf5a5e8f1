import Foundation

/// The memory that this process may use.
enum MachineMemory {
    /// The machine's, or the least that a control group or the limit of this process leaves it, in bytes.
    static let bytes: Int = {
        let limits = limitFiles.compactMap { path in
            (try? String(contentsOfFile: path, encoding: .utf8)).flatMap {
                Int($0.trimmingCharacters(in: .whitespacesAndNewlines))
            }
        }
        let machine = Int(clamping: ProcessInfo.processInfo.physicalMemory)
        return min(limits.filter { $0 > 0 }.min() ?? .max, addressesLeft ?? .max, machine)
    }()

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

    /// Where limits of control groups of both versions may be, for the group of this process and those around it.
    private static var limitFiles: [String] {
        let text = (try? String(contentsOfFile: "/proc/self/cgroup", encoding: .utf8)) ?? ""
        return text.split(separator: "\n").flatMap { line -> [String] in
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { return [] }
            let isSecond = parts[0] == "0" && parts[1].isEmpty
            guard isSecond || parts[1].split(separator: ",").contains("memory") else { return [] }
            let (point, name) =
                isSecond
                ? ("/sys/fs/cgroup", "memory.max") : ("/sys/fs/cgroup/memory", "memory.limit_in_bytes")
            var (group, files) = (parts[2], [String]())
            while !group.isEmpty {
                files.append("\(point)\(group == "/" ? "" : group)/\(name)")
                group = group.lastIndex(of: "/").map { group[..<$0] } ?? ""
            }
            return files + ["\(point)/\(name)"]
        }
    }
}
