import Foundation

/// The memory that this process may use.
package enum MachineMemory {
    /// The machine's, or the least that a control group of this process leaves it, in bytes.
    static let bytes: Int = {
        let limits = limitFiles.compactMap { path in
            (try? String(contentsOfFile: path, encoding: .utf8)).flatMap {
                Int($0.trimmingCharacters(in: .whitespacesAndNewlines))
            }
        }
        return min(limits.filter { $0 > 0 }.min() ?? .max, Int(clamping: ProcessInfo.processInfo.physicalMemory))
    }()

    /// What a worker keeps blocks of samples in where nothing else is said: a quarter.
    package static let standardForSamples = bytes / 4

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
