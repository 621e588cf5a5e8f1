import Foundation
import TestKit
import Testing

/// `Cluster/slurm/ssrm.sbatch` on a real Slurm with two nodes on this machine.
@Suite(.serialized, .enabled(if: Absence.ofSlurm == nil, Comment(rawValue: Absence.ofSlurm ?? "")))
struct SlurmTests {
    let job: ClusterJob
    let processes = MarkedProcesses()
    let slurm: SupportScript
    let environment: [String: String]

    init() throws {
        job = try ClusterJob()
        let folder = job.folder.path("slurm")
        slurm = try SupportScript("slurm-nodes", [folder, "2", "\(ProcessInfo.processInfo.processIdentifier)"])
        environment = processes.environment.merging([
            "SLURM_CONF": folder + "/slurm.conf", "SSRM_PROGRAM": ProgramRun.ssrm,
        ]) { $1 }
    }

    private func command(_ name: String, _ arguments: String...) throws -> String {
        let result = try ProgramRun(arguments, program: "/usr/bin/" + name, environment: environment)
            .result(seconds: 30)
        try #require(result.status == 0, "\(name): \(result.errors)")
        return result.output
    }

    /// Submits the batch script with a run's folder and returns the job's number.
    private func submit(_ run: String, flags: [String]) throws -> String {
        let script = packageRoot.appending(path: "Cluster/slurm/ssrm.sbatch").path
        let arguments = ["--parsable", "--nodes=2", "--output=\(job.folder.path("slurm.log"))", script]
        let program = ["--data", job.data, "--run", job.run(run)] + flags
        let result = try withoutBlockedSignals {
            try ProgramRun(arguments + program, program: "/usr/bin/sbatch", environment: environment)
        }.result(seconds: 30)
        try #require(result.status == 0, "\(result.errors)")
        return result.output.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Waits until Slurm has ended a job and returns the state that it ended in.
    private func end(of number: String, seconds: Double = 90) throws -> String {
        let deadline = Date(timeIntervalSinceNow: seconds)
        while true {
            let report = try command("scontrol", "show", "job", number)
            let state = report.firstMatch(of: /JobState=(\w+)/).map { String($0.output.1) } ?? report
            if !["PENDING", "RUNNING", "COMPLETING", "CONFIGURING"].contains(state) || Date() > deadline {
                return state
            }
            Thread.sleep(forTimeInterval: 0.2)
        }
    }

    @Test func aJobOverTwoNodesEndsWholeWithTheBitsOfALocalRun() throws {
        defer { processes.endAll() }
        let number = try submit("slurm", flags: ClusterJob.short)
        #expect(try end(of: number) == "COMPLETED", "\(job.text("slurm.log"))")
        #expect(processes.left(after: 10) == [])
        #expect(try job.digest(of: "slurm") == job.digestOfLocalRun())
        let workers = job.text("slurm/logs/workers.log")
        #expect(workers.contains("0: ") && workers.contains("1: "), "\(workers)")
        #expect(!workers.contains("error") && !workers.contains("crashed"), "\(workers)")
    }

    @Test func aCancelledJobLeavesNothingBehindAndGoesOnWhenSubmittedAgain() throws {
        defer { processes.endAll() }
        let first = try submit("twice", flags: ClusterJob.long)
        try job.events(of: "twice").waits(for: .checkpointWritten, seconds: 60)
        #expect(!processes.pids.isEmpty)
        _ = try command("scancel", first)
        #expect(try end(of: first) == "CANCELLED")
        #expect(processes.left(after: 15) == [])

        let second = try submit("twice", flags: ClusterJob.long)
        #expect(try end(of: second) == "COMPLETED", "\(job.text("slurm.log"))")
        #expect(job.text("slurm.log").contains("resuming from"))
        #expect(try job.digest(of: "twice") == job.digestOfLocalRun(ClusterJob.long))
    }
}
