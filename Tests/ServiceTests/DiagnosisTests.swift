import Foundation
import Service
import Testing

/// What is said of a machine, by what it has.
@Suite struct DiagnosisTests {
    /// A machine on which everything works.
    private var sound: MachineFacts {
        var facts = MachineFacts()
        (facts.host, facts.processor, facts.products) = ("lab1", "fast", "AVX2")
        (facts.onlineProcessors, facts.allowedProcessors) = (8, 8)
        (facts.memory, facts.memoryLimit, facts.availableMemory) = (16 << 30, 16 << 30, 8 << 30)
        facts.descriptors = 4096
        facts.time = Date(timeIntervalSince1970: 1_800_000_000)
        (facts.clockSource, facts.clockNanoseconds) = ("tsc", 30)
        (facts.digest, facts.expectedDigest) = ("abc", "abc")
        return facts
    }

    private func findings(
        _ standing: Diagnosis.Standing, _ change: (inout MachineFacts) -> Void
    ) -> [String] {
        var facts = sound
        change(&facts)
        let diagnosis = Diagnosis(of: facts, version: "1")
        #expect(diagnosis.works == !diagnosis.findings.contains { $0.standing == .fault })
        for finding in diagnosis.findings { #expect((finding.advice == nil) == (finding.standing == .fine)) }
        return diagnosis.findings.filter { $0.standing == standing }.map(\.name)
    }

    @Test func ofASoundMachineNothingIsSaid() {
        #expect(findings(.fault) { _ in }.isEmpty)
        #expect(findings(.note) { _ in }.isEmpty)
    }

    @Test func whatWillNotWorkIsAFault() {
        #expect(findings(.fault) { $0.digest = "abd" } == ["numerics"])
        #expect(findings(.fault) { $0.memoryLimit = 64 << 20 } == ["memory"])
        #expect(findings(.fault) { $0.descriptors = 64 } == ["open files"])
        #expect(findings(.fault) { $0.time = Date(timeIntervalSince1970: 0) } == ["clock"])
        #expect(findings(.fault) { $0.loopbackFault = "Network is unreachable" } == ["loopback"])
        #expect(findings(.fault) { $0.hasKeys = false } == ["encryption"])
        #expect(findings(.fault) { $0.fileSizeLimit = 10 << 10 } == ["other limits"])
    }

    @Test func whatWorksOtherwiseThanOneMayThinkIsANote() {
        #expect(findings(.note) { $0.products = "any" } == ["processor"])
        #expect(findings(.note) { $0.allowedProcessors = 2 } == ["processors"])
        #expect(findings(.note) { $0.processorTime = 1.5 } == ["processors"])
        #expect(findings(.note) { $0.halfProducts = "none" } == ["bfloat16"])
        #expect(findings(.note) { $0.memoryLimit = 2 << 30 } == ["memory"])
        #expect(findings(.note) { $0.sharedMemoryFault = "memfd_create: not permitted" } == ["shared memory"])
        #expect(findings(.note) { $0.descriptors = 256 } == ["open files"])
        #expect(findings(.note) { $0.fileSizeLimit = 1 << 30 } == ["other limits"])
        #expect(findings(.note) { $0.processorLimit = 3600 } == ["other limits"])
        #expect(findings(.note) { $0.clockNanoseconds = 5000 } == ["clock"])
    }
}
