import Foundation
import TestKit
import Testing

private struct Doctored: Decodable {
    struct Finding: Decodable {
        let name, found, standing: String
        let advice: String?
    }
    struct Library: Decodable { let name, version: String }
    let format: String
    let works: Bool
    let findings: [Finding]
    let libraries: [Library]
    let numerics_digest, numerics_digest_expected: String

    init(_ result: ProgramResult) throws {
        self = try JSONDecoder().decode(Doctored.self, from: Data(result.output.utf8))
        #expect(result.status == (works ? 0 : 1), "\(result.output)")
    }
}

@Test func theDoctorFindsThatTheTestsCanRunHere() throws {
    let here = try Doctored(try ProgramRun.ssrm("doctor", "--json"))
    #expect(here.format == "ssrm.doctor.1")
    #expect(here.numerics_digest == here.numerics_digest_expected)
    #expect(Set(here.libraries.map(\.name)).isSuperset(of: ["libzmq", "protobuf-c", "oneDNN", "OpenSSL", "xxHash"]))
    for library in here.libraries { #expect(library.version.first?.isNumber ?? false, "\(library.name)") }
    // A sign stands before what is to be mended, which may be so in one of two runs.
    let lines = try ProgramRun.ssrm("doctor").output.split(separator: "\n").map { $0.dropFirst(2) }
    for finding in here.findings {
        #expect(lines.contains { $0.hasPrefix("\(finding.name) ") }, "\(finding.name)")
    }
}

@Test func theDoctorSaysWhatALimitKeepsFromWorkingAndWhatToDo() throws {
    let result = try ProgramRun(
        ["-c", "ulimit -n 64 && exec \"$0\" doctor --json", ProgramRun.ssrm], program: "/bin/sh"
    ).result()
    let limited = try Doctored(result)
    #expect(result.status == 1 && !limited.works)
    let finding = try #require(limited.findings.first { $0.standing == "fault" })
    #expect(finding.name == "open files" && finding.found == "64")
    #expect(finding.advice?.contains("ulimit -n") ?? false)
}

@Test(
    .enabled(if: Emulator.isHere, "needs qemu-x86_64 (Debian: qemu-user)"),
    arguments: [
        Emulator.Kind(processor: "Nehalem", products: "any"), Emulator.Kind(processor: "Haswell", products: "AVX2"),
    ])
func theDoctorsTestHasTheSameDigestOnEveryKindOfProcessor(kind: Emulator.Kind) throws {
    let there = try Doctored(try Emulator.start(["doctor", "--json"], on: kind).result())
    #expect(there.numerics_digest == there.numerics_digest_expected)
    #expect(there.findings.first { $0.name == "processor" }?.found.hasSuffix("products with \(kind.products)") ?? false)
}

/// Batch systems give a job's processes so much address space; a worker's room for samples is a part of what is left.
@Test func aLimitOfTheAddressSpaceCountsAsMemory() throws {
    let limited = try Doctored(
        try ProgramRun(
            ["-c", "ulimit -v 2000000 && exec \"$0\" doctor --json", ProgramRun.ssrm], program: "/bin/sh"
        ).result())
    let memory = try #require(limited.findings.first { $0.name == "memory" })
    #expect(memory.found.contains(" of the machine's "), "\(memory.found)")
}

/// With less the program would end in the middle of its work, without a word.
@Test func aStackThatIsTooSmallIsSaid() throws {
    func run(_ limit: String) throws -> ProgramResult {
        try ProgramRun(["-c", "\(limit) && exec \"$0\" doctor", ProgramRun.ssrm], program: "/bin/sh").result()
    }
    let refused = try run("ulimit -s 256")
    #expect(refused.status == 1)
    #expect(refused.errors == "ssrm: a stack of 256 KiB is too small for any work: raise it (ulimit -s 8192)\n")
    // What is only the usual limit is raised.
    #expect(try run("ulimit -S -s 256").status == 0)
}
