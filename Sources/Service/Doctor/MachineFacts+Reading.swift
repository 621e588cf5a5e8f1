import CLinux
import Checkpoints
import Foundation
import Messaging
import Numerics
import Signals
import Wire

extension MachineFacts {
    /// What this machine has.
    package static var ofThisMachine: MachineFacts {
        var facts = MachineFacts()
        facts.host = ProcessInfo.processInfo.hostName
        facts.kernel = text("/proc/sys/kernel/osrelease") ?? "unknown"
        (facts.processor, facts.products) = (Processors.kind, Products.instructionSet)
        facts.halfProducts = ProductLibrary.fault(of: .bfloat16) ?? ProductLibrary.note(on: .bfloat16)
        facts.onlineProcessors = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        facts.allowedProcessors = Processors.allowed.isEmpty ? facts.onlineProcessors : Processors.allowed.count
        facts.processorTime = ControlGroups.ofThisProcess.processors
        facts.readMemory()
        facts.readLimits()
        facts.readClock()
        facts.loopbackFault = loopbackFault
        facts.hasKeys = MessagingLibrary.hasKeys
        facts.libraries = [
            Library("libzmq", MessagingLibrary.version), Library("protobuf-c", WireLibraries.protobuf),
            Library("xxHash", WireLibraries.checksums),
            Library("oneDNN", ProductLibrary.version.replacing("oneDNN ", with: "")),
            Library("OpenSSL", DigestLibrary.version.replacing("OpenSSL ", with: "")),
            Library("libsamplerate", Resampler.libraryVersion), Library("glibc", String(cString: linux_libc_version())),
        ]
        (facts.digest, facts.expectedDigest) = (NumericsSelfTest.digest, NumericsSelfTest.expected)
        return facts
    }

    private static func text(_ path: String) -> String? {
        (try? String(contentsOfFile: path, encoding: .utf8))?.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private mutating func readMemory() {
        memory = Int(clamping: ProcessInfo.processInfo.physicalMemory)
        memoryLimit = MachineMemory.bytes
        let line = Self.text("/proc/meminfo")?.split(separator: "\n").first { $0.hasPrefix("MemAvailable:") }
        availableMemory = (line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) << 10
        do {
            let made = try SharedMemory(byteCount: 1 << 20)
            if SharedMemory(opening: made.place, isWrittenTo: true) == nil {
                sharedMemoryFault = "what one process makes another can't open in /proc"
            }
        } catch { sharedMemoryFault = "\(error)" }
        var system = statvfs()
        if statvfs("/dev/shm", &system) == 0 {
            sharedFolder = (Int(system.f_blocks * system.f_frsize), Int(system.f_bavail * system.f_frsize))
        }
    }

    private mutating func readLimits() {
        func limit(_ resource: __rlimit_resource) -> Int? {
            var limit = rlimit()
            guard getrlimit(__rlimit_resource_t(resource.rawValue), &limit) == 0, limit.rlim_cur != .max else {
                return nil
            }
            return Int(clamping: limit.rlim_cur)
        }
        descriptors = limit(RLIMIT_NOFILE) ?? .max
        (fileSizeLimit, addressLimit) = (limit(RLIMIT_FSIZE), limit(RLIMIT_AS))
        processorLimit = limit(RLIMIT_CPU)
    }

    private mutating func readClock() {
        time = Date()
        clockSource = Self.text("/sys/devices/system/clocksource/clocksource0/current_clocksource") ?? "unknown"
        clockNanoseconds = (0..<Self.clockRounds).map { _ in Self.nanosecondsOfALook }.min() ?? 0
    }

    /// Of so many rounds one at least is not interrupted by what else the machine does.
    private static let (clockRounds, looksInARound) = (100, 100)

    private static var nanosecondsOfALook: Double {
        let watch = Stopwatch()
        for _ in 0..<looksInARound { _ = watch.elapsed }
        return 1e9 * watch.elapsed.seconds / Double(looksInARound)
    }

    /// A connection to a port that somebody listens at; nil where it comes about.
    private static var loopbackFault: String? {
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let listener = socket(AF_INET, kind, 0)
        guard listener >= 0 else { return String(cString: strerror(errno)) }
        defer { close(listener) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { place in
            place.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, size) == 0 && listen(listener, 1) == 0 && getsockname(listener, $0, &size) == 0
            }
        }
        guard bound else { return String(cString: strerror(errno)) }
        guard let endpoint = try? TCPEndpoint(connecting: "tcp://127.0.0.1:\(UInt16(bigEndian: address.sin_port))")
        else {
            return "127.0.0.1 is no address here"
        }
        return endpoint.connectionFault(patience: .seconds(2))
    }
}
