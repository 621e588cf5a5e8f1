import Foundation
import TestKit
import Testing

/// `Cluster/ssh-launch` with two real sshd on this machine.
@Suite(.serialized, .onOwnThreads, .enabled(if: Absence.ofSSH == nil, Comment(rawValue: Absence.ofSSH ?? "")))
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

    func launch(
        _ run: String, hosts: String, program: String = ProgramRun.ssrm, flags: [String]
    ) throws -> ProgramRun {
        let list = try job.folder.write(hosts, to: "hosts.txt")
        return try launch(
            run, ["--hosts", list, "--program", program, "--local-program", ProgramRun.ssrm], flags: flags)
    }

    func launch(
        _ run: String, _ options: [String], flags: [String], environment: [String: String] = [:],
        script: String = Self.script
    ) throws -> ProgramRun {
        let arguments =
            [
                "--data", job.data, "--run", job.run(run), "--listen", "tcp://127.0.0.1:*", "--ssh-config", config,
                "--threads", "1",
            ] + options + ["--"] + flags
        return try withoutBlockedSignals {
            try ProgramRun(
                arguments, program: script, environment: processes.environment.merging(environment) { $1 })
        }
    }

    static let script = packageRoot.appending(path: "Cluster/ssh-launch").path

    /// A folder like those that `Scripts/package` makes, whose program is the one built here, and its digest.
    private func package(_ facts: String = "machine x86_64\nglibc 2.17\n") throws -> (folder: String, digest: String) {
        let program = try job.folder.write("#!/bin/sh\nexec \(ProgramRun.ssrm) \"$@\"\n", to: "package/bin/ssrm")
        chmod(program, 0o755)
        try job.folder.write("", to: "package/lib/ssrm/nothing")
        let folder = job.folder.path("package")
        let sums = "cd \(folder) && sha256sum $(find bin lib -type f | LC_ALL=C sort) | sha256sum | cut -c1-64"
        let digest = try ProgramRun(["-c", sums], program: "/bin/sh").result(seconds: 20).output
            .trimmingCharacters(in: .whitespacesAndNewlines)
        try job.folder.write("version 0\n\(facts)digest \(digest)\n", to: "package/share/ssrm/package")
        return (folder, digest)
    }

    @Test func aJobOverTwoHostsEndsWholeWithTheBitsOfALocalRun() throws {
        defer { processes.endAll() }
        let result = try launch("ssh", hosts: "# two\nhost1\nhost2\n", flags: ClusterJob.short).result(seconds: 120)
        #expect(result.status == 0, "\(result.errors)")
        #expect(!result.errors.contains("no key is listed"), "\(result.errors)")  // that is the launcher's to do
        #expect(processes.left() == [])
        #expect(try job.digest(of: "ssh") == job.digestOfLocalRun())
        // Each with a key of its own, that it made and that is gone with it.
        let joined = try job.events(of: "ssh").entries.filter { $0.event == .joined }.compactMap(\.worker)
        #expect(!joined.isEmpty && joined.allSatisfy { $0.hasPrefix("launch-host1/") || $0.hasPrefix("launch-host2/") })
        #expect(job.text("ssh/keys/authorized").isEmpty)
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
        #expect(processes.left() == [])
        #expect(try job.digest(of: "ssh") == job.digestOfLocalRun())
    }

    @Test func aHostWithoutTheProgramGetsItOnce() throws {
        defer { processes.endAll() }
        let (package, digest) = try package()
        let cache = job.folder.path("cache")
        let list = try job.folder.write("host1 cache=\(cache)\nhost1\n", to: "hosts.txt")
        let first = try launch(
            "first", ["--hosts", list, "--package", package, "--threads", "1"], flags: ClusterJob.short
        )
        .result(seconds: 120)
        #expect(first.status == 0 && first.errors.contains("host1: copied in"), "\(first.errors)")
        #expect(FileManager.default.isExecutableFile(atPath: "\(cache)/\(digest)/bin/ssrm"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: cache) == [digest])
        let second = try launch("second", ["--hosts", list, "--package", package], flags: ClusterJob.short)
            .result(seconds: 120)
        #expect(second.status == 0 && !second.errors.contains("host1: cop"), "\(second.errors)")
        #expect(try job.digest(of: "first") == job.digestOfLocalRun())
        #expect(processes.left() == [])
    }

    @Test(arguments: [
        ("machine armv7l\n", "host1 is a x86_64 machine, and ssrm here is for armv7l"),
        ("glibc 99.1\n", "and ssrm needs 99.1 or newer"),
    ])
    func aHostThatCannotRunTheProgramIsToldOfBeforeItIsCopied(facts: String, words: String) throws {
        defer { processes.endAll() }
        let list = try job.folder.write("host1\n", to: "hosts.txt")
        let result = try launch("ssh", ["--hosts", list, "--package", package(facts).folder], flags: ClusterJob.short)
            .result(seconds: 60)
        #expect(result.status == 1 && result.errors.contains(words), "\(result.errors)")
        #expect(processes.left() == [])
    }

    @Test func aStartWithoutAnyProgramCanBeMendedAndDoneAgain() throws {
        defer { processes.endAll() }
        let failed = try launch("ssh", hosts: "host1 program=/nowhere/ssrm\n", flags: ClusterJob.short)
            .result(seconds: 60)
        let words = "host1 has no program '/nowhere/ssrm'"
        #expect(failed.status == 1 && failed.errors.contains(words), "\(failed.errors)")
        let mended = try launch("ssh", hosts: "host1\n", flags: ClusterJob.short).result(seconds: 120)
        #expect(mended.status == 0, "\(mended.errors)")
        #expect(try job.digest(of: "ssh") == job.digestOfLocalRun())
    }

    @Test func aStartThatIsRefusedChangesNothingForTheRunThatGoesOn() throws {
        defer { processes.endAll() }
        let run = job.run("ssh")
        let keys = run + "/keys"
        for words in [["new", keys], ["issue", keys, "--label", "host1", "--out", job.folder.path("host1")]] {
            #expect(try ProgramRun(["keys"] + words).result().status == 0)
        }
        let others = try ProgramRun(
            ["coordinator", "--data", job.data, "--run", run, "--listen", "tcp://127.0.0.1:*", "--keys", keys]
                + ClusterJob.endless)
        try job.events(of: "ssh").waits(for: .listening)
        let before = ["ssh/endpoint", "ssh/keys/authorized"].map(job.text)
        let refused = try launch("ssh", hosts: "host1\n", flags: ClusterJob.endless).result(seconds: 60)
        #expect(refused.status == 1 && refused.errors.contains("in use by another coordinator"), "\(refused.errors)")
        #expect(["ssh/endpoint", "ssh/keys/authorized"].map(job.text) == before)
        others.signal(SIGTERM)
        _ = others.result(seconds: 30)
        // A run that is nobody's any more may have an endpoint left.
        try job.folder.write(before[0], to: "ssh/endpoint")
        let next = try launch("ssh", hosts: "host1\n", flags: ClusterJob.short).result(seconds: 120)
        #expect(next.status == 0, "\(next.errors)")
        #expect(job.text("ssh/keys/authorized") == before[1])
    }

    @Test func aHostJoinsWhileTheJobGoesOn() throws {
        defer { processes.endAll() }
        let launcher = try launch("ssh", hosts: "host1\nhost2 program=/nowhere/ssrm\n", flags: ClusterJob.endless)
        try job.events(of: "ssh").waits(for: .joined, count: 1)
        // Who did not come leaves its name free.
        #expect(waitFor { launcher.errorsSoFar.contains("host2 has no program '/nowhere/ssrm'") })
        let added = try ProgramRun(["--add", "host2", "--run", job.run("ssh")], program: Self.script)
            .result(seconds: 60)
        #expect(added.status == 0 && added.errors.contains("host2: joined with 1 thread"), "\(added.errors)")
        try job.events(of: "ssh").waits(for: .joined, count: 2)
        launcher.signal(SIGTERM)
        #expect(launcher.result(seconds: 60).status == 143)
        #expect(processes.left() == [])
        let late = try ProgramRun(["--add", "host2", "--run", job.run("ssh")], program: Self.script).result(seconds: 60)
        #expect(late.status == 1 && late.errors.contains("no ssh-launch runs in"), "\(late.errors)")
    }

    /// As under nohup, when the terminal closes.
    @Test func aHangUpThatWasIgnoredFromTheStartEndsNothingAndLogsThatAreGoneAreMadeAnew() throws {
        defer { processes.endAll() }
        let script = try job.folder.write("#!/bin/sh\ntrap '' HUP\nexec '\(Self.script)' \"$@\"\n", to: "nohup")
        chmod(script, 0o755)
        let list = try job.folder.write("host1\n", to: "hosts.txt")
        let launcher = try launch(
            "ssh", ["--hosts", list, "--program", ProgramRun.ssrm, "--local-program", ProgramRun.ssrm],
            flags: ClusterJob.endless, script: script)
        try job.events(of: "ssh").waits(for: .joined, count: 1)
        launcher.signal(SIGHUP)
        try FileManager.default.removeItem(atPath: job.run("ssh") + "/logs")
        let added = try ProgramRun(["--add", "host2", "--run", job.run("ssh")], program: Self.script)
            .result(seconds: 60)
        #expect(added.status == 0 && added.errors.contains("host2: joined with 1 thread"), "\(added.errors)")
        #expect(job.text("ssh/logs/host2.log").contains("joined the job"))
        launcher.signal(SIGTERM)
        #expect(launcher.result(seconds: 60).status == 143)
        #expect(processes.left() == [])
    }

    /// What a program says that does not start there, or is another, and what a person has to do.
    @Test(arguments: [
        ("0.1.0", "has ssrm 0.1.0"),
        ("ssrm: error while loading shared libraries: libprotobuf-c.so.1: cannot open it", "install libprotobuf-c1`"),
    ])
    func aProgramThatIsOfNoUseThereIsToldOfBeforeItIsStarted(said: String, advice: String) throws {
        defer { processes.endAll() }
        let program = try job.folder.write("#!/bin/sh\ncat '\(job.folder.path("said"))'\n", to: "other-ssrm")
        chmod(program, 0o755)
        try job.folder.write(said + "\n", to: "said")
        let result = try launch("ssh", hosts: "host1\n", program: program, flags: ClusterJob.endless).result(
            seconds: 60)
        let lines = result.errors.split(separator: "\n").filter { $0.contains("host1 ") }
        #expect(result.status == 1 && lines.count == 1 && lines[0].contains(advice), "\(result.errors)")
        #expect(processes.left() == [])
    }

    /// What ssh says, and what a person has to do.
    @Test(arguments: [
        ("ssh: Could not resolve hostname lab9: Name or service not known", "write its address in the list"),
        ("ssh: connect to host lab9 port 22: Connection refused", "start sshd there"),
        ("ssh: connect to host lab9 port 22: Connection timed out", "is it switched on"),
        ("@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nHost key verification failed.", "`ssh-keygen -R lab9`"),
        (
            "@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\n  ssh-keygen -f \"/k\" -R \"[lab9]:2222\"\nHost key "
                + "verification failed.", "`ssh-keygen -f \"/k\" -R \"[lab9]:2222\"`"
        ),
        ("No ED25519 host key is known for lab9.\nHost key verification failed.", "connect once by hand"),
        ("anna@lab9: Permission denied (publickey).", "/config lab9`, or start your ssh agent"),
    ])
    func aHostThatSSHDoesNotReachIsToldOfInOneLine(said: String, advice: String) throws {
        defer { processes.endAll() }
        let ssh = try job.folder.write("#!/bin/sh\nprintf '%s\\n' '\(said)' >&2\nexit 255\n", to: "bin/ssh")
        chmod(ssh, 0o755)
        let list = try job.folder.write("lab9\n", to: "hosts.txt")
        let path = job.folder.path("bin") + ":" + (ProcessInfo.processInfo.environment["PATH"] ?? "")
        let result = try launch(
            "ssh", ["--hosts", list, "--program", "ssrm", "--local-program", ProgramRun.ssrm],
            flags: ClusterJob.endless, environment: ["PATH": path]
        ).result(seconds: 60)
        let lines = result.errors.split(separator: "\n").filter { $0.contains("lab9 can't be reached by ssh") }
        #expect(result.status == 1 && lines.last?.contains(advice) == true, "\(result.errors)")
    }

    /// Where a host looks for the coordinator, and what a person is told that its system says of that.
    @Test(arguments: [
        ("tcp://127.0.0.1:1", "answers, and takes nobody at that port"),
        ("tcp://255.255.255.255:1", "there is no way to that address from there (Network is unreachable)"),
    ])
    func aHostThatDoesNotReachTheCoordinatorIsToldOfInOneLine(connect: String, words: String) throws {
        defer { processes.endAll() }
        let launcher = try launch("ssh", hosts: "host1 connect=\(connect)\n", flags: ClusterJob.endless)
        let result = launcher.result(seconds: 60)
        let lines = result.errors.split(separator: "\n").filter { $0.contains("host1 can't reach the coordinator") }
        #expect(result.status == 1 && lines.count == 4, "\(result.errors)")
        #expect(lines.allSatisfy { $0.contains(words) }, "\(result.errors)")
    }

    @Test(arguments: [
        ("lab1 thread=2", "hosts.txt:2: 'thread=2' is none of KEY=VALUE"), ("lab1 threads=0", "threads takes a number"),
        ("lab1 threads=4097", "threads takes a number from 1 to 4096"),
        ("-oProxyCommand=x", "is not a host's name"), ("lab1 address=-x", "is no address"),
        ("lab1 connect=10.0.0.5", "connect takes an endpoint"), ("lab1 threads=\u{B2}", "threads takes a number"),
        ("lab1 program=a\u{0}b", "a control character (U+0000)"),
    ])
    func aListThatCannotBeReadIsRefusedWithItsLine(line: String, words: String) throws {
        let result = try launch("ssh", hosts: "# hosts\n\(line)\n", flags: ClusterJob.short).result(seconds: 30)
        #expect(result.status == 1 && result.errors.contains(words), "\(result.errors)")
        #expect(result.errors.split(separator: "\n").count == 1)
    }

    @Test func aWorkerThatIsKilledOnItsHostIsNamedAndFollowedByAnother() throws {
        defer { processes.endAll() }
        let launcher = try launch("ssh", hosts: "host1\nhost2\n", flags: ClusterJob.long)
        try job.events(of: "ssh").waits(for: .joined, count: 2)
        try processes.signal(SIGKILL, toOne: "worker")
        let result = launcher.result(seconds: 900)
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.errors.contains("lost its worker (exit code 137)"), "\(result.errors)")
        #expect(result.errors.contains("trying again in 1 s"), "\(result.errors)")
        #expect(processes.left() == [])
        #expect(try job.digest(of: "ssh") == job.digestOfLocalRun(ClusterJob.long))
    }

    @Test func aJobWithoutAnyHostFailsAndNamesThemAll() throws {
        defer { processes.endAll() }
        let result = try launch("ssh", hosts: "host1\nhost3\n", program: "/nowhere/ssrm", flags: ClusterJob.endless)
            .result(seconds: 60)
        #expect(result.status == 1)
        #expect(result.errors.contains("host1 has no program '/nowhere/ssrm'"), "\(result.errors)")
        #expect(result.errors.contains("host3 can't be reached"), "\(result.errors)")
        #expect(processes.left() == [])
    }

    @Test(arguments: [SIGTERM, SIGKILL])
    func aLauncherThatIsEndedLeavesNothingBehind(signal: Int32) throws {
        defer { processes.endAll() }
        let launcher = try launch("ssh", hosts: "host1\nhost2\n", flags: ClusterJob.endless)
        try job.events(of: "ssh").waits(for: .joined, count: 2)
        #expect(processes.pids.count > 3)
        launcher.signal(signal)
        #expect(launcher.result(seconds: 60).status == (signal == SIGTERM ? 143 : -SIGKILL))
        #expect(processes.left() == [])
    }
}
