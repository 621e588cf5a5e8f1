import Foundation
import TestKit
import Testing

/// `Cluster/slurm/ssrm.sbatch` on a real Slurm with two nodes on this machine.
@Suite(.serialized, .onOwnThreads, .enabled(if: Absence.ofSlurm == nil, Comment(rawValue: Absence.ofSlurm ?? "")))
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
            .result(seconds: 120)
        try #require(result.status == 0, "\(name): \(result.errors)")
        return result.output
    }

    /// Submits the batch script with a run's folder and returns the job's number.
    private func submit(
        _ run: String, flags: [String], environment: [String: String] = [:]
    ) throws -> String {
        try submit(
            "ssrm.sbatch", ["--nodes=2", "--output=\(job.folder.path("slurm.log"))"],
            ["--data", job.data, "--run", job.run(run)] + flags, environment: environment)
    }

    /// Submits a coordinator without workers.
    private func submitCoordinator(
        _ run: String, on node: String? = nil, flags: [String] = ClusterJob.long
    ) throws -> String {
        try submit(
            "ssrm.sbatch",
            ["--nodes=1", "--output=\(job.folder.path("slurm.log"))"] + (node.map { ["--nodelist=\($0)"] } ?? []),
            ["--data", job.data, "--run", job.run(run)] + flags, environment: ["SSRM_WORKERS": "none"])
    }

    /// Submits an array of workers for it.
    private func submitWorkers(
        _ run: String, array: String, _ options: [String] = [], flags: [String] = []
    ) throws -> String {
        try submit(
            "workers.sbatch", ["--array=\(array)", "--output=\(job.folder.path("workers-%a.log"))"] + options,
            [job.run(run)] + flags, environment: ["SSRM_WAIT": "900"])
    }

    private func submit(
        _ name: String, _ options: [String], _ arguments: [String], environment more: [String: String] = [:]
    ) throws -> String {
        let script = packageRoot.appending(path: "Cluster/slurm/" + name).path
        let result = try withoutBlockedSignals {
            try ProgramRun(
                ["--parsable"] + options + [script] + arguments, program: "/usr/bin/sbatch",
                environment: environment.merging(more) { $1 })
        }.result(seconds: 120)
        try #require(result.status == 0, "\(result.errors)")
        return result.output.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Waits until Slurm has ended a job and returns the state that it ended in.
    private func end(of number: String, seconds: Double = 900) throws -> String {
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
        let number = try submit("slurm", flags: ClusterJob.long)
        #expect(try end(of: number) == "COMPLETED", "\(job.text("slurm.log"))")
        #expect(processes.left() == [])
        #expect(try job.digest(of: "slurm") == job.digestOfLocalRun(ClusterJob.long))
        let workers = job.text("slurm/logs/workers.log")
        #expect(workers.contains("0: ") && workers.contains("1: ") && !workers.contains("crashed"), "\(workers)")
        // One that begins only after the other has done all is ended by Slurm.
        let joined = try job.events(of: "slurm").entries.count { $0.event == .joined }
        #expect(joined < 2 || !workers.contains("error"), "\(workers)")
    }

    /// The coordinator hears the relay alone, and another one where it is killed.
    @Test func aJobBehindARelayEndsWithTheBitsOfALocalRun() throws {
        defer { processes.endAll() }
        let number = try submit("slurm", flags: ClusterJob.long, environment: ["SSRM_RELAYS": "1"])
        let events = job.events(of: "slurm")
        try events.waits(for: .checkpointWritten)
        try processes.signal(SIGKILL, toOne: "relay")
        #expect(try end(of: number) == "COMPLETED", "\(job.text("slurm.log"))")
        #expect(processes.left() == [])
        #expect(try job.digest(of: "slurm") == job.digestOfLocalRun(ClusterJob.long))
        let joined = try events.entries.filter { $0.event == .joined }.compactMap(\.worker)
        #expect(joined.count == 2 && joined.allSatisfy { $0.hasPrefix("relay-node1/") }, "\(joined)")
        let relays = job.text("slurm/logs/relays.log")
        #expect(relays.contains("node1/") && relays.contains("node2/"), "\(relays)")
    }

    @Test(arguments: ["3", "-1", "one", "0x1"]) func relaysForWhichThereAreNoNodesAreRefused(count: String) throws {
        defer { processes.endAll() }
        let number = try submit("slurm", flags: ClusterJob.short, environment: ["SSRM_RELAYS": count])
        #expect(try end(of: number) == "FAILED")
        #expect(job.text("slurm.log").contains("SSRM_RELAYS is a number up to that of nodes, 2, not '\(count)'"))
    }

    /// Where the keys are that both scripts are given.
    private var keys: String { job.folder.path("the keys") }

    @Test func aJobWhoseKeysAreElsewhereMakesThemThere() throws {
        defer { processes.endAll() }
        let number = try submit("slurm", flags: ClusterJob.short + ["--keys", keys])
        #expect(try end(of: number) == "COMPLETED", "\(job.text("slurm.log"))")
        for name in ["secret", "nodes/node1/secret", "nodes/node2/secret"] {
            #expect(FileManager.default.fileExists(atPath: keys + "/" + name), "\(name)")
        }
        #expect(!FileManager.default.fileExists(atPath: job.run("slurm") + "/keys"))
        #expect(try job.digest(of: "slurm") == job.digestOfLocalRun())
    }

    @Test func workersOfAnArrayTakeTheirKeysWhereTheCoordinatorHasThem() throws {
        defer { processes.endAll() }
        let coordinator = try submitCoordinator("array", flags: ClusterJob.short + ["--keys=" + keys])
        let workers = try submitWorkers("array", array: "1", flags: ["--keys", keys])
        #expect(try end(of: coordinator) == "COMPLETED", "\(job.text("slurm.log"))")
        #expect(try end(of: workers) == "COMPLETED", "\(job.text("workers-1.log"))")
        #expect(FileManager.default.fileExists(atPath: keys + "/workers"))
        #expect(!FileManager.default.fileExists(atPath: job.run("array") + "/keys"))
        #expect(try job.digest(of: "array") == job.digestOfLocalRun())
    }

    @Test func aRunThatIsSubmittedTwiceGoesOnAsIfItWereNot() throws {
        defer { processes.endAll() }
        let first = try submitCoordinator("array", flags: ClusterJob.short)
        try job.events(of: "array").waits(for: .listening)
        let endpoint = job.text("array/endpoint")
        let second = try submitCoordinator("array", flags: ClusterJob.short)
        #expect(try end(of: second) == "FAILED", "\(job.text("slurm.log"))")
        #expect(job.text("slurm.log").contains("in use by another coordinator"))
        #expect(job.text("array/endpoint") == endpoint)
        let workers = try submitWorkers("array", array: "1")
        #expect(try end(of: first) == "COMPLETED", "\(job.text("slurm.log"))")
        #expect(try end(of: workers) == "COMPLETED", "\(job.text("workers-1.log"))")
    }

    @Test func aCancelledJobLeavesNothingBehindAndGoesOnWhenSubmittedAgain() throws {
        defer { processes.endAll() }
        let first = try submit("twice", flags: ClusterJob.long)
        try job.events(of: "twice").waits(for: .checkpointWritten)
        #expect(!processes.pids.isEmpty)
        _ = try command("scancel", first)
        #expect(try end(of: first) == "CANCELLED")
        #expect(processes.left() == [])

        let second = try submit("twice", flags: ClusterJob.long)
        #expect(try end(of: second) == "COMPLETED", "\(job.text("slurm.log"))")
        #expect(job.text("slurm.log").contains("resuming from"))
        #expect(try job.digest(of: "twice") == job.digestOfLocalRun(ClusterJob.long))
    }

    /// Powers a node off.
    private func kill(node: String) throws {
        let text = job.text("slurm/\(node).pid").trimmingCharacters(in: .whitespacesAndNewlines)
        Glibc.kill(try #require(pid_t(text)), SIGKILL)
    }

    @Test func workersOfAnArrayComeAndGoAndANodeIsLost() throws {
        defer { processes.endAll() }
        let coordinator = try submitCoordinator("array", on: "node1")
        let lost = try submitWorkers("array", array: "1-2", ["--nodelist=node2", "--no-requeue"])
        try job.events(of: "array").waits(for: .joined, count: 2)
        _ = try command("scancel", "\(lost)_1")
        // Where it comes before the worker listens for it, the worker says no word.
        #expect(try end(of: "\(lost)_1") == "CANCELLED")
        let more = try submitWorkers("array", array: "3", ["--nodelist=node1"])
        try job.events(of: "array").waits(for: .joined, count: 3)
        try kill(node: "node2")
        #expect(try end(of: coordinator) == "COMPLETED", "\(job.text("slurm.log"))")
        #expect(try end(of: more) == "COMPLETED", "\(job.text("workers-3.log"))")
        #expect(processes.left() == [])
        #expect(try job.digest(of: "array") == job.digestOfLocalRun(ClusterJob.long))
    }

    /// Slurm by itself keeps the other nodes of such a job until its time is over.
    @Test func aJobThatLosesItsFirstNodeGoesBackIntoTheQueue() throws {
        defer { processes.endAll() }
        let number = try submit("slurm", flags: ClusterJob.endless)
        try job.events(of: "slurm").waits(for: .joined, count: 2)
        let node = try command("scontrol", "show", "job", number).firstMatch(of: /BatchHost=(\w+)/)
        try kill(node: try #require(node.map { String($0.output.1) }))
        let isRequeued = waitFor(every: 500_000) {
            (try? command("scontrol", "show", "job", number))?.contains("Restarts=1 ") == true
        }
        #expect(isRequeued)
        _ = try command("scancel", number)
    }

    @Test func aCoordinatorWhoseNodeIsLostIsFollowedByAnotherWithTheSameWorkers() throws {
        defer { processes.endAll() }
        let coordinator = try submitCoordinator("array")
        try job.events(of: "array").waits(for: .listening)
        let node = try command("scontrol", "show", "job", coordinator).firstMatch(of: /BatchHost=(\w+)/)
        let first = try #require(node.map { String($0.output.1) })
        let workers = try submitWorkers("array", array: "1", ["--exclude=\(first)"])
        try job.events(of: "array").waits(for: .checkpointWritten)
        try kill(node: first)
        #expect(try end(of: coordinator) == "COMPLETED", "\(job.text("slurm.log"))")
        #expect(try end(of: workers) == "COMPLETED", "\(job.text("workers-1.log"))")
        #expect(job.text("slurm.log").contains("resuming from"))
        #expect(try job.digest(of: "array") == job.digestOfLocalRun(ClusterJob.long))
    }
}
