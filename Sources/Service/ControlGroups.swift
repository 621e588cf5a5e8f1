import Foundation

/// What control groups leave a process, as containers, systemd and batch systems limit it.
package struct ControlGroups {
    /// Processor time in processors, so that 1.5 are three seconds of computing in two; nil where nothing limits it.
    package let processors: Double?
    /// Bytes of memory; nil where nothing limits them.
    package let memory: Int?

    /// Those that this process is in.
    static let ofThisProcess: ControlGroups = {
        // A mount's name may be of any bytes.
        func text(_ path: String) -> String? {
            FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
        }
        return ControlGroups(
            groups: text("/proc/self/cgroup") ?? "", mounts: text("/proc/self/mountinfo") ?? "", content: text)
    }()

    /// The smallest limits of the control groups that a process is in, and of those around them.
    ///
    /// - Parameters:
    ///   - groups: which groups it is in, as `/proc/PID/cgroup` has them.
    ///   - mounts: where their folders are, as `/proc/PID/mountinfo` has it.
    ///   - content: the text of a file, if there is one.
    package init(groups: String, mounts: String, content: (String) -> String?) {
        func folders(_ controller: String) -> [(folder: String, isSecond: Bool)] {
            Self.folders(controller, groups: groups, mounts: mounts)
        }
        func number(_ path: String) -> Int? {
            content(path).flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
        }
        processors =
            folders("cpu").compactMap { folder, isSecond in
                isSecond
                    ? content(folder + "/cpu.max").flatMap(Self.secondVersion)
                    : Self.firstVersion(
                        content(folder + "/cpu.cfs_quota_us"), content(folder + "/cpu.cfs_period_us"))
            }.min()
        memory =
            folders("memory").compactMap { folder, isSecond in
                number(folder + (isSecond ? "/memory.max" : "/memory.limit_in_bytes"))
            }.filter { $0 > 0 }.min()
    }

    /// The folders of the groups that limit one thing, and of those around them, of either version.
    private static func folders(
        _ controller: String, groups: String, mounts: String
    ) -> [(folder: String, isSecond: Bool)] {
        let mounts = mounts.split(separator: "\n").compactMap { Mount($0, of: controller) }
        return groups.split(separator: "\n").flatMap { line -> [(folder: String, isSecond: Bool)] in
            // A number, controllers (none for version 2), and the group's path.
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { return [] }
            let isSecond = parts[0] == "0" && parts[1].isEmpty
            guard isSecond || parts[1].split(separator: ",").contains(Substring(controller)),
                let mount = mounts.first(where: { $0.isSecond == isSecond })
            else { return [] }
            return mount.folders(of: String(parts[2])).map { ($0, isSecond) }
        }
    }

    /// `max 100000`, or `150000 100000` for one and a half.
    private static func secondVersion(_ text: String) -> Double? {
        let words = text.split { $0.isWhitespace }
        return words.count == 2 ? firstVersion(String(words[0]), String(words[1])) : nil
    }

    private static func firstVersion(_ quota: String?, _ period: String?) -> Double? {
        func number(_ text: String?) -> Double? {
            text.flatMap { Double($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
        }
        guard let quota = number(quota), let period = number(period), quota > 0, period > 0 else { return nil }
        return quota / period
    }

    /// A place where the folders of control groups are that limit something.
    private struct Mount {
        let isSecond: Bool
        /// The group whose folder is at `point`.
        let root: String
        let point: String

        init?(_ line: Substring, of controller: String) {
            // 25 20 0:22 /root /point rw,nosuid shared:9 - cgroup cgroup rw,cpu
            let halves = line.firstRange(of: " - ").map { (line[..<$0.lowerBound], line[$0.upperBound...]) }
            guard let (place, kind) = halves else { return nil }
            let (places, kinds) = (place.split(separator: " "), kind.split(separator: " "))
            guard places.count >= 5, let name = kinds.first else { return nil }
            switch name {
            case "cgroup2": isSecond = true
            case "cgroup":
                guard let options = kinds.last, options.split(separator: ",").contains(Substring(controller)) else {
                    return nil
                }
                isSecond = false
            default: return nil
            }
            (root, point) = (Self.plain(places[3]), Self.plain(places[4]))
        }

        /// The kernel writes a space in a path as `\040`.
        private static func plain(_ path: Substring) -> String { String(path.replacing("\\040", with: " ")) }

        /// The folders of a group and of those around it, as far as they can be seen from here.
        func folders(of group: String) -> [String] {
            let base = root == "/" ? "" : root
            // In a container, the group's own folder may be all that is mounted.
            var rest = group == base || group.hasPrefix(base + "/") ? group.dropFirst(base.count) : ""
            while rest.hasSuffix("/") { rest.removeLast() }
            var folders = [point]
            while let slash = rest.lastIndex(of: "/") {
                folders.append(point + rest)
                rest = rest[..<slash]
            }
            return folders
        }
    }
}
