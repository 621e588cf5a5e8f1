import Foundation
import TestKit
import Testing

/// `Scripts/chaos`; continuous integration runs it with more faults.
@Suite struct ChaosTests {
    private func chaos(_ arguments: String...) throws -> ProgramResult {
        let script = packageRoot.appending(path: "Scripts/chaos").path
        return try ProgramRun(arguments + ["--ssrm", ProgramRun.ssrm], program: script).result(seconds: 1500)
    }

    private func object(_ result: ProgramResult) throws -> [String: Any] {
        try #require(
            try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any],
            Comment(rawValue: result.errors))
    }

    @Test func aKilledAndResumedCoordinatorAndALiarChangeNothing() throws {
        let result = try chaos(
            "--seed", "3", "--faults", "3", "--shapes", "hand", "--kinds", "kill-coordinator,wrong-sums,cut", "--json")
        #expect(result.status == 0, Comment(rawValue: result.errors))
        let report = try object(result)
        #expect(report["faults"] as? Int == 3 && report["failed_runs"] as? Int == 0)
    }

    @Test func otherBitsAreFoundAndTheLineThatRepeatsTheRunIsTold() throws {
        // A program that says of each run that it came to other bits.
        let folder = try TemporaryFolder()
        let program = try folder.write(
            """
            #!/bin/sh
            case " $* " in
            *" --report-every "*) "\(ProgramRun.ssrm)" "$@" | sed 's/"parameters_sha256":"./"parameters_sha256":"x/' ;;
            *) exec "\(ProgramRun.ssrm)" "$@" ;;
            esac
            """, to: "ssrm")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program)
        let script = packageRoot.appending(path: "Scripts/chaos").path
        let result = try ProgramRun(
            ["--seed", "3", "--faults", "1", "--shapes", "hand", "--kinds", "cut", "--ssrm", program], program: script
        ).result(seconds: 1500)
        #expect(result.status == 1)
        #expect(result.errors.contains("WRONG: the bits are others: x"), Comment(rawValue: result.errors))
        #expect(
            result.errors.contains(
                "again: Scripts/chaos --seed 3 --faults 1 --faults-per-run 10 --shapes hand --kinds cut --run 0"))
    }

    @Test func noStateThatAPowerCutLeavesLosesACheckpoint() throws {
        let result = try chaos("--power-cuts", "--json")
        #expect(result.status == 0, Comment(rawValue: result.errors))
        let report = try object(result)
        #expect(report["wrong"] as? [String] == [] && (report["states"] as? Int ?? 0) > 40)
    }

    @Test func aKindThatThereIsNotIsRefusedWithThoseThatThereAre() throws {
        let result = try chaos("--kinds", "rain")
        #expect(result.status == 2 && result.errors.contains("there is no rain; there are "))
        #expect(result.errors.contains("kill-worker"))
    }
}
