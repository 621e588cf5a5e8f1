import Foundation
import TestKit
import Testing

/// The promise across kinds of processor, each emulated: coordinator and worker on one kind give the bits of this
/// machine's.
@Suite(.enabled(if: Emulator.isHere, "needs qemu-x86_64 (Debian: qemu-user)"))
struct SameBitsOnProcessorsTests {
    private static let steps = 2

    @Test(
        arguments: [
            Emulator.Kind(processor: "Nehalem", products: "any"),  // neither AVX nor fused multiply-adds
            Emulator.Kind(processor: "Haswell", products: "AVX2"),
        ], [[], ConvolutionJob.network])
    func everyKindOfProcessorGivesTheSameBits(kind: Emulator.Kind, network: [String]) throws {
        let folder = try TemporaryFolder()
        let run = folder.path("run")
        let coordinator = try Emulator.start(
            ["coordinator", "--json", "--listen", "tcp://127.0.0.1:*", "--lease", "60"]
                + (network.isEmpty
                    ? Pretraining.jobFlags(run: run, steps: Self.steps)
                    : ConvolutionJob.flags(run: run, steps: Self.steps)),
            on: kind)
        let events = RunEventLog(of: run, by: coordinator)
        let endpoint = try events.endpoint()
        let worker = try Emulator.start(
            ["worker", "--connect", endpoint, "--data", try Pretraining.dataset.get()], on: kind)
        let result = coordinator.result()
        worker.result()
        let numerics = try events.waits(for: .joined).numerics ?? ""
        #expect(numerics.hasPrefix("\(kind.products), "), Comment(rawValue: result.errors))
        let outcome = try JSONDecoder().decode(Pretraining.Outcome.self, from: Data(result.output.utf8))
        // What this machine comes to.
        let here = folder.path("here")
        let job =
            network.isEmpty
            ? try Pretraining.jobFlags(run: here, steps: Self.steps)
            : try ConvolutionJob.flags(run: here, steps: Self.steps)
        let alone = try ProgramRun(["pretrain", "--json", "--workers", "1"] + job).result()
        #expect(try JSONDecoder().decode(Pretraining.Outcome.self, from: Data(alone.output.utf8)) == outcome)
    }
}

/// Runs the program on an emulated processor.
enum Emulator {
    struct Kind: CustomTestStringConvertible {
        /// As the emulator calls it.
        let processor: String
        /// The instruction set that products choose there.
        let products: String

        var testDescription: String { processor }
    }

    private static let program = "/usr/bin/qemu-x86_64"

    static var isHere: Bool { FileManager.default.isExecutableFile(atPath: program) }

    static func start(_ arguments: [String], on kind: Kind) throws -> ProgramRun {
        try ProgramRun(["-cpu", kind.processor, ProgramRun.ssrm] + arguments, program: program)
    }
}
