import Foundation

/// What a machine has, and what will not work there: each with what to do.
package struct Diagnosis: Encodable, Sendable {
    /// How something stands.
    package enum Standing: String, Encodable, Sendable {
        /// As it should.
        case fine
        /// It works; something is to be known of it.
        case note
        /// Something will not work.
        case fault
    }
    /// One thing that was looked at.
    package struct Finding: Encodable, Sendable {
        /// What.
        package let name: String
        /// What was found.
        package let found: String
        /// How it stands.
        package let standing: Standing
        /// What that means and what to do; nil where there is nothing to do.
        package let advice: String?
    }
    /// The form of its JSON.
    package static let format = "ssrm.doctor.1"

    /// The host's name.
    package let host: String
    /// The program's version.
    package let version: String
    /// What was looked at, in order.
    package let findings: [Finding]
    /// The digest that the test of the numerics gave, and what it gives on every processor.
    package let digest, expectedDigest: String
    /// The libraries.
    package let libraries: [MachineFacts.Library]

    /// Whether nothing is at fault.
    package var works: Bool { !findings.contains { $0.standing == .fault } }

    private enum CodingKeys: String, CodingKey {
        case format, host, version, findings, works, libraries
        case digest = "numerics_digest"
        case expectedDigest = "numerics_digest_expected"
    }

    /// Writes it.
    package func encode(to encoder: any Swift.Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(Self.format, forKey: .format)
        try container.encode(host, forKey: .host)
        try container.encode(version, forKey: .version)
        try container.encode(works, forKey: .works)
        try container.encode(findings, forKey: .findings)
        try container.encode(libraries, forKey: .libraries)
        try container.encode(digest, forKey: .digest)
        try container.encode(expectedDigest, forKey: .expectedDigest)
    }

    /// What is to be said of a machine.
    package init(of facts: MachineFacts, version: String) {
        (host, self.version, libraries) = (facts.host, version, facts.libraries)
        (digest, expectedDigest) = (facts.digest, facts.expectedDigest)
        findings = [
            facts.processorFinding, facts.processorsFinding, facts.halfProductsFinding, facts.numericsFinding,
            facts.memoryFinding, facts.sharedMemoryFinding, facts.sharedFolderFinding, facts.descriptorsFinding,
            facts.sizesFinding, facts.clockFinding, facts.loopbackFinding, facts.messagingFinding,
            facts.librariesFinding,
        ]
    }
}

extension MachineFacts {
    private typealias Finding = Diagnosis.Finding
    /// With less nothing runs: the program's own and its libraries'.
    private static let leastMemory = 256 << 20
    /// Less than the presets' checkpoints and models take.
    private static let leastFile = 256 << 10
    private static let leastDescriptors = 128
    private static let usualDescriptors = 1024
    /// A clock of before the program was written is wrong.
    private static let leastTime = Date(timeIntervalSince1970: 1_735_689_600)  // 2025

    private func finding(_ name: String, _ found: String, fault: String?, note: String? = nil) -> Diagnosis.Finding {
        Finding(
            name: name, found: found, standing: fault != nil ? .fault : note != nil ? .note : .fine,
            advice: fault ?? note)
    }

    fileprivate var processorFinding: Diagnosis.Finding {
        finding(
            "processor", "\(processor), products with \(products)", fault: nil,
            note: products == "any"
                ? "it has no fused multiply-adds, which are emulated to the same bits: use a machine with AVX2 for work"
                : nil)
    }

    fileprivate var processorsFinding: Diagnosis.Finding {
        let time = processorTime.map { Self.decimals($0) }
        var found = "\(allowedProcessors) of \(onlineProcessors)"
        if let time { found += ", time of \(time) of them" }
        let isLimited = allowedProcessors < onlineProcessors || (processorTime ?? .infinity) < Double(allowedProcessors)
        return finding(
            "processors", found, fault: nil,
            note: isLimited
                ? "a container, batch system or taskset leaves no more; as many workers are started unless --workers says otherwise"
                : nil)
    }

    fileprivate var halfProductsFinding: Diagnosis.Finding {
        finding(
            "bfloat16", halfProducts == nil ? "the processor has instructions for it" : "slow or none", fault: nil,
            note: halfProducts)
    }

    fileprivate var numericsFinding: Diagnosis.Finding {
        finding(
            "numerics", "test digest \(digest.prefix(16))",
            fault: digest == expectedDigest
                ? nil
                : "every processor gives \(expectedDigest.prefix(16)): results of this machine can't be trusted; test its memory, and "
                    + "do without its overclocking")
    }

    fileprivate var memoryFinding: Diagnosis.Finding {
        var found = "\(Self.size(memoryLimit))"
        if memoryLimit < memory { found += " of the machine's \(Self.size(memory))" }
        found += ", \(Self.size(availableMemory)) free now"
        let isLittle = memoryLimit < Self.leastMemory
        return finding(
            "memory", found,
            fault: isLittle
                ? "that is too little for anything; raise the container's or the batch job's limit, or ulimit -v, to 1 GiB or more"
                : nil,
            note: memoryLimit < memory
                ? "a control group (container, batch job) or ulimit -v leaves no more: whoever takes more is ended"
                : availableMemory < Self.leastMemory ? "others have nearly all of it; end them first" : nil)
    }

    fileprivate var sharedMemoryFinding: Diagnosis.Finding {
        finding(
            "shared memory", sharedMemoryFault == nil ? "processes can share it" : "none", fault: nil,
            note: sharedMemoryFault.map {
                "\($0): workers of this machine exchange over sockets, which is slower; allow memfd_create and /proc to have it"
            })
    }

    fileprivate var sharedFolderFinding: Diagnosis.Finding {
        let found = sharedFolder.map { "\(Self.size($0.bytes)), \(Self.size($0.free)) free" } ?? "none"
        return finding("/dev/shm", "\(found) (not used by ssrm, but by PyTorch beside it)", fault: nil)
    }

    fileprivate var descriptorsFinding: Diagnosis.Finding {
        let advice = "raise the limit (ulimit -n 4096; LimitNOFILE of a service; --ulimit nofile of a container)"
        return finding(
            "open files", descriptors == .max ? "no limit" : "\(descriptors)",
            fault: descriptors < Self.leastDescriptors ? "that is too few for a coordinator: \(advice)" : nil,
            note: descriptors < Self.usualDescriptors
                ? "a coordinator takes no more than some \(descriptors / 4) workers: \(advice)" : nil)
    }

    fileprivate var sizesFinding: Diagnosis.Finding {
        var limits: [String] = []
        if let fileSizeLimit { limits.append("files of \(Self.size(fileSizeLimit)) (ulimit -f)") }
        if let addressLimit { limits.append("addresses of \(Self.size(addressLimit)) (ulimit -v)") }
        let areSizes = !limits.isEmpty
        if let processorLimit { limits.append("\(processorLimit) s of processor time (ulimit -t)") }
        let notes = [
            areSizes
                ? "datasets, which are mapped whole, and checkpoints have to fit; raise what is below a few times their size"
                : nil,
            processorLimit == nil
                ? nil
                : "a process whose threads together took so much is ended, a run with a checkpoint; raise it for long ones",
        ]
        return finding(
            "other limits", limits.isEmpty ? "none" : limits.joined(separator: ", "),
            fault: fileSizeLimit ?? .max < Self.leastFile
                ? "that is too little for checkpoints and models: raise it (ulimit -f unlimited)" : nil,
            note: limits.isEmpty ? nil : notes.compactMap(\.self).joined(separator: "; "))
    }

    fileprivate var clockFinding: Diagnosis.Finding {
        let now = time.formatted(Date.ISO8601FormatStyle())
        let found = "\(now), from \(clockSource), \(Int(clockNanoseconds.rounded())) ns a look"
        let isWrong = time < Self.leastTime
        return finding(
            "clock", found,
            fault: isWrong
                ? "it is wrong: set it (timedatectl set-ntp true), or ssh and the times of events will be" : nil,
            note: clockNanoseconds > 1000
                ? "it is slow to read, which makes short steps longer: boot with clocksource=tsc where the machine has it"
                : nil)
    }

    fileprivate var loopbackFinding: Diagnosis.Finding {
        finding(
            "loopback", loopbackFault == nil ? "127.0.0.1 can be reached" : "none",
            fault: loopbackFault.map {
                "\($0): --status and what connects to tcp://127.0.0.1 will not work; switch it on (ip link set lo up)"
            })
    }

    fileprivate var messagingFinding: Diagnosis.Finding {
        finding(
            "encryption", hasKeys ? "libzmq has CURVE" : "libzmq has no CURVE",
            fault: hasKeys
                ? nil : "--keys will not work: use a libzmq that is built with libsodium, like Debian's libzmq5")
    }

    fileprivate var librariesFinding: Diagnosis.Finding {
        finding(
            "libraries", (libraries.map { "\($0.name) \($0.version)" } + ["Linux \(kernel)"]).joined(separator: ", "),
            fault: nil)
    }

    private static func decimals(_ value: Double) -> String { "\((10 * value).rounded() / 10)" }

    private static func size(_ bytes: Int) -> String {
        if bytes < 1 << 20 { return "\(bytes >> 10) KiB" }
        return bytes < 1 << 30 ? "\(bytes >> 20) MiB" : "\(decimals(Double(bytes) / Double(1 << 30))) GiB"
    }
}
