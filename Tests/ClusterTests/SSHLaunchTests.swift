import Foundation
import TestKit
import Testing

/// `Cluster/ssh-launch` with two real sshd on this machine.
@Suite(.serialized, .enabled(if: Absence.ofSSH == nil, Comment(rawValue: Absence.ofSSH ?? "")))
struct SSHLaunchTests {
    let job: ClusterJob
    let processes = MarkedProcesses()
    let servers: SupportScript
    let config: String

    init() throws {
        job = try ClusterJob()
        let folder = job.folder.path("sshd")
        config = folder + "/config"
        let parent = "\(ProcessInfo.processInfo.processIdentifier)"
        servers = try SupportScript("ssh-hosts", [folder, "2", parent, "\(processes.variable)=\(processes.value)"])
    }

    private func launch(
        _ run: String, hosts: String, program: String = ProgramRun.ssrm, flags: [String]
    ) throws -> ProgramRun {
        let list = try job.folder.write(hosts, to: "hosts.txt")
        let arguments =
            [
                "--hosts", list, "--data", job.data, "--run", job.run(run), "--listen", "tcp://127.0.0.1:*",
                "--ssh-config", config, "--program", program, "--local-program", ProgramRun.ssrm, "--",
            ] + flags
        let script = packageRoot.appending(path: "Cluster/ssh-launch").path
        return try withoutBlockedSignals {
            try ProgramRun(arguments, program: script, environment: processes.environment)
        }
    }

    @Test func aJobOverTwoHostsEndsWholeWithTheBitsOfALocalRun() throws {
        defer { processes.endAll() }
        let result = try launch("ssh", hosts: "# two\nhost1\nhost2\n", flags: ClusterJob.short).result(seconds: 120)
        #expect(result.status == 0, "\(result.errors)")
        #expect(processes.left(after: 5) == [])
        #expect(try job.digest(of: "ssh") == job.digestOfLocalRun())
        for log in ["ssh/logs/host1.log", "ssh/logs/host2.log"].map(job.text) {
            #expect(!log.contains("crashed") && !log.contains("no ssh/logs"), "\(log)")
        }
    }

    @Test func aHostThatCannotBeReachedIsNamedAndTheOthersGoOn() throws {
        defer { processes.endAll() }
        // host3 has a name and an address, and no server.
        let result = try launch("ssh", hosts: "host1\nhost3\n", flags: ClusterJob.short).result(seconds: 120)
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.errors.contains("host3 can't be reached"), "\(result.errors)")
        #expect(processes.left(after: 5) == [])
        #expect(try job.digest(of: "ssh") == job.digestOfLocalRun())
    }

    @Test func aWorkerThatIsKilledOnItsHostIsNamedAndTheOthersGoOn() throws {
        defer { processes.endAll() }
        let launcher = try launch("ssh", hosts: "host1\nhost2\n", flags: ClusterJob.long)
        try job.events(of: "ssh").waits(for: .joined, count: 2, seconds: 60)
        let worker = try #require(processes.commands.first { $0.value.hasPrefix("\(ProgramRun.ssrm) worker ") })
        kill(worker.key, SIGKILL)
        let result = launcher.result(seconds: 120)
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.errors.contains("lost its worker (exit code 137)"), "\(result.errors)")
        #expect(processes.left(after: 5) == [])
        #expect(try job.digest(of: "ssh") == job.digestOfLocalRun(ClusterJob.long))
    }

    @Test func aJobWithoutAnyHostFailsAndNamesThemAll() throws {
        defer { processes.endAll() }
        let result = try launch("ssh", hosts: "host1\nhost3\n", program: "/nowhere/ssrm", flags: ClusterJob.endless)
            .result(seconds: 60)
        #expect(result.status == 1)
        #expect(result.errors.contains("host1 has no program '/nowhere/ssrm'"), "\(result.errors)")
        #expect(result.errors.contains("host3 can't be reached"), "\(result.errors)")
        #expect(processes.left(after: 5) == [])
    }

    @Test(arguments: [SIGTERM, SIGKILL])
    func aLauncherThatIsEndedLeavesNothingBehind(signal: Int32) throws {
        defer { processes.endAll() }
        let launcher = try launch("ssh", hosts: "host1\nhost2\n", flags: ClusterJob.endless)
        try job.events(of: "ssh").waits(for: .joined, count: 2, seconds: 60)
        #expect(processes.pids.count > 3)
        launcher.signal(signal)
        #expect(launcher.result(seconds: 60).status == (signal == SIGTERM ? 143 : -SIGKILL))
        #expect(processes.left(after: 20) == [])
    }
}
