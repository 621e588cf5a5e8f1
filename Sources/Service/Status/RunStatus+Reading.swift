import CLinux
import Checkpoints
import Coordination
package import Foundation
package import Upstream

extension RunStatus {
    /// So many bytes at a file's end are read where only the last lines count.
    private static let tailBytes = 1 << 20
    private static let launcherLines = 5

    /// How the run in a directory stands.
    ///
    /// Nothing is written there, and nothing is locked.
    ///
    /// - Parameters:
    ///   - folder: the run directory.
    ///   - now: the time.
    /// - Throws: `ServiceError` where it is no run directory, or what it says of the job or of what happened can't be
    ///   read.
    package init(of folder: RunFolder, at now: Date) throws {
        if let fault = folder.faultOfJobFile ?? folder.faultOfEventsFile { throw ServiceError(fault) }
        let job = try folder.job(in: wholeContent(of: folder.jobFile))
        let metrics = Self.lastLines(of: folder.metricsFile).compactMap { try? RunMetrics(line: $0) }
        self.init(of: folder, job: job, events: RunHistory(of: folder)?.events ?? [], metrics: metrics, at: now)
    }

    /// How a run stands by what was read of its files, and by what its directory shows at a look.
    init(of folder: RunFolder, job: Job, events: [EventLine], metrics: [RunMetrics], at now: Date) {
        let belief: RunFolder.Belief?
        var fault: String?
        do { (belief, fault) = (try folder.belief(), nil) } catch {
            (belief, fault) = (nil, "can't be told: \(error)")
        }
        // What is cut is told of where none is whole.
        let whole = belief?.believed.last { step in
            do throws(TensorFileError) {
                try TensorFile.requireLength(at: folder.checkpointFile(step: step))
                return true
            } catch {
                fault = fault ?? "none can be used: \(error)"
                return false
            }
        }
        if whole != nil { fault = nil }
        let checkpoint = whole.flatMap { step in
            Self.modified(folder.checkpointFile(step: step)).map { (step: step, time: $0) }
        }
        let signs =
            [folder.eventsFile, folder.metricsFile, folder.progressFile].compactMap(Self.modified)
            + [checkpoint?.time].compactMap(\.self)
        let progress = try? JSONDecoder().decode(
            RunProgress.self, from: wholeContent(of: folder.progressFile) ?? Data())
        let findings = Findings(
            job: job, events: events, metrics: metrics, progress: progress, checkpoint: checkpoint,
            doubtedCount: belief?.doubted.count ?? 0, checkpointFault: fault, isHeld: Self.isHeld(folder.lockFile),
            lastSign: signs.max())
        let launcher = Self.lastLines(of: folder.path + "/logs/launch.log").suffix(Self.launcherLines)
        self.init(findings, run: folder.path, launcher: launcher.map { String(decoding: $0, as: UTF8.self) }, at: now)
    }

    private static func modified(_ path: String) -> Date? {
        (try? FileManager.default.attributesOfItem(atPath: path))?[.modificationDate] as? Date
    }

    private static func lastLines(of path: String) -> [Data] {
        // A pipe would keep this waiting for whoever writes to it.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return [] }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        guard let length = try? file.seekToEnd() else { return [] }
        let start = length > UInt64(tailBytes) ? length - UInt64(tailBytes) : 0
        guard (try? file.seek(toOffset: start)) != nil, let content = try? file.readToEnd() else { return [] }
        let lines = content.split(separator: UInt8(ascii: "\n")).map { Data($0) }
        return start > 0 ? Array(lines.dropFirst()) : lines
    }

    /// Whether a process of this machine holds a lock file.
    ///
    /// - Returns: nil where locks are not all seen here: the file lies on another machine's disk, or this process is in
    ///   a container and the one that holds it may be in none or another.
    private static func isHeld(_ path: String) -> Bool? {
        var status = stat()
        guard stat(path, &status) == 0 else { return false }
        // Taking the lock for a moment would tell, too, and keep a coordinator that starts just then from starting.
        guard let locks = wholeContent(of: "/proc/locks") else { return nil }
        // Files of several disks have one number; of layered file systems the disk's number is another one there.
        let disk = Self.isLayered(path) ? "" : Self.hexadecimal(status.st_dev)
        let isHeldHere = String(decoding: locks, as: UTF8.self).split(separator: "\n").contains { line in
            let fields = line.split(separator: " ")
            return fields.contains("FLOCK") && fields.contains { $0.hasSuffix("\(disk):\(status.st_ino)") }
        }
        return isHeldHere ? true : isOnNetwork(path) || isInContainer ? nil : false
    }

    /// A disk's number as /proc/locks has it.
    private static func hexadecimal(_ disk: dev_t) -> String {
        [linux_disk_major(disk), linux_disk_minor(disk)].map { String(format: "%02x", $0) }.joined(separator: ":")
    }

    /// Whether a file's disk is not the one that `stat` says: overlayfs, Btrfs, bcachefs.
    private static func isLayered(_ path: String) -> Bool {
        [0x794C_7630, 0x9123_683E, 0xCA45_1A4E].contains(linux_file_system_kind(path) & 0xFFFF_FFFF)
    }

    /// Whether this process sees not all others: Linux numbers the first of all such views of processes so.
    private static var isInContainer: Bool {
        var status = stat()
        return stat("/proc/self/ns/pid", &status) == 0 && status.st_ino != 0xEFFF_FFFC
    }

    /// Whether a file lies on another machine's disk, by the kind of its file system (statfs(2)).
    private static func isOnNetwork(_ path: String) -> Bool {
        // NFS, SMB, CIFS, SMB2, FUSE, Lustre, BeeGFS, GPFS, Ceph, AFS, 9P.
        let kinds: Set<Int> = [
            0x6969, 0x517B, 0xFF53_4D42, 0xFE53_4D42, 0x6573_5546, 0x0BD0_0BD0, 0x1983_0326, 0x4750_4653, 0x00C3_6400,
            0x5346_414F, 0x0102_1997,
        ]
        return kinds.contains(linux_file_system_kind(path) & 0xFFFF_FFFF)
    }
}
