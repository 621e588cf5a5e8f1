import Service
import Testing

/// What control groups leave a process.
struct ControlGroupsTests {
    private static let second = "31 23 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n"
    private static let first = """
        30 23 0:25 / /sys/fs/cgroup/cpu,cpuacct rw shared:8 - cgroup cgroup rw,cpu,cpuacct
        32 23 0:27 / /sys/fs/cgroup/memory rw shared:10 - cgroup cgroup rw,memory

        """

    private func limit(_ groups: String, _ mounts: String, _ files: [String: String]) -> Double? {
        ControlGroups(groups: groups, mounts: mounts) { files[$0] }.processors
    }

    @Test func theSmallestLimitOfAGroupAndThoseAroundItCounts() {
        let files = [
            "/sys/fs/cgroup/a.slice/b/cpu.max": "400000 100000\n", "/sys/fs/cgroup/a.slice/cpu.max": "150000 100000\n",
        ]
        #expect(limit("0::/a.slice/b\n", Self.second, files) == 1.5)
        #expect(limit("0::/a.slice/b/c d\n", Self.second, files) == 1.5)
        #expect(limit("0::/other\n", Self.second, files) == nil)
    }

    @Test func aGroupWithoutALimitHasNone() {
        #expect(limit("0::/a\n", Self.second, ["/sys/fs/cgroup/a/cpu.max": "max 100000\n"]) == nil)
        let files = [
            "/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us": "-1\n",
            "/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_period_us": "100000\n",
        ]
        #expect(limit("4:cpu,cpuacct:/a\n", Self.first, files) == nil)
        #expect(limit("", "", [:]) == nil)
        #expect(limit("nonsense\n0::\n", "more - nonsense\n\n", [:]) == nil)
    }

    @Test func theFirstVersionsQuotaIsRead() {
        let files = [
            "/sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_quota_us": "200000\n",
            "/sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_period_us": "50000\n",
        ]
        #expect(limit("9:memory:/job\n4:cpu,cpuacct:/job/step\n0::/\n", Self.first + Self.second, files) == 4)
    }

    @Test func aContainerSeesItsOwnGroupAsTheFirstFolder() {
        // The group's path is the machine's, and only its own folder is mounted.
        let mounts = "31 23 0:26 /docker/77 /sys/fs/my\\040cgroup ro - cgroup2 cgroup rw\n"
        let files = ["/sys/fs/my cgroup/cpu.max": "300000 100000\n", "/sys/fs/my cgroup/in/cpu.max": "200000 100000\n"]
        #expect(limit("0::/docker/77\n", mounts, files) == 3)
        #expect(limit("0::/docker/77/in\n", mounts, files) == 2)
        #expect(limit("0::/docker/78\n", mounts, files) == 3)
    }

    @Test func memoryIsLimitedInItsOwnFiles() {
        func memory(_ groups: String, _ mounts: String, _ files: [String: String]) -> Int? {
            ControlGroups(groups: groups, mounts: mounts) { files[$0] }.memory
        }
        let files = [
            "/sys/fs/cgroup/a/memory.max": "max\n", "/sys/fs/cgroup/memory.max": "2000000000\n",
            "/sys/fs/cgroup/memory/job/memory.limit_in_bytes": "1000\n",
            "/sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
        ]
        #expect(memory("0::/a\n", Self.second, files) == 2_000_000_000)
        #expect(memory("9:memory:/job/step\n4:cpu,cpuacct:/job\n", Self.first, files) == 1000)
        #expect(memory("4:cpu,cpuacct:/job\n", Self.first, files) == nil)
        // In a container the group's own folder may be all that is mounted.
        let mounts = "31 23 0:26 /docker/77 /sys/fs/cgroup ro - cgroup2 cgroup rw\n"
        #expect(memory("0::/docker/77\n", mounts, ["/sys/fs/cgroup/memory.max": "512\n"]) == 512)
    }
}
