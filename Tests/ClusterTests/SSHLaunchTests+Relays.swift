import Foundation
import TestKit
import Testing

/// Hosts whose workers are behind relays on some of them.
extension SSHLaunchTests {
    @Test func workersBehindARelayReachTheBitsOfALocalRun() throws {
        defer { processes.endAll() }
        let result = try launch("ssh", hosts: "host1\nhost2 behind=host1\n", flags: ClusterJob.short)
            .result(seconds: 120)
        #expect(result.status == 0, "\(result.errors)")
        #expect(processes.left() == [])
        #expect(try job.digest(of: "ssh") == job.digestOfLocalRun())
        // The coordinator hears the relay alone, and no key is left on its list.
        let joined = try job.events(of: "ssh").entries.filter { $0.event == .joined }.compactMap(\.worker)
        #expect(!joined.isEmpty && joined.allSatisfy { $0.hasPrefix("launch-relay-host1/") }, "\(joined)")
        #expect(job.text("ssh/keys/authorized").isEmpty)
    }

    /// One that is asked to end tells those behind it to leave, which end well.
    @Test(arguments: [(SIGKILL, 137), (SIGTERM, 143)])
    func aRelayThatEndsIsFollowedByAnotherWithThoseBehindIt(signal: Int32, code: Int) throws {
        defer { processes.endAll() }
        let list = try job.folder.write("host1\nhost2\n", to: "hosts.txt")
        let options = ["--relays", "1", "--program", ProgramRun.ssrm, "--local-program", ProgramRun.ssrm]
        let launcher = try launch("ssh", ["--hosts", list] + options, flags: ClusterJob.long)
        let isBehind = waitFor {
            ["host1", "host2"].allSatisfy { launcher.errorsSoFar.contains("\($0): joined with 1 thread behind host1") }
        }
        #expect(isBehind, "\(launcher.errorsSoFar)")
        try processes.signal(signal, toOne: "relay")
        let result = launcher.result(seconds: 900)
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.errors.contains("host1 lost its relay (exit code \(code))"), "\(result.errors)")
        #expect(result.errors.contains("host2 lost the relay that it was behind"), "\(result.errors)")
        let again = result.errors.components(separatedBy: "host1: relays for those behind it").count - 1
        #expect(again == 2, "\(result.errors)")
        #expect(processes.left() == [])
        #expect(try job.digest(of: "ssh") == job.digestOfLocalRun(ClusterJob.long))
    }

    /// A relay that never listens is tried again as others are, here with less patience.
    @Test func whoseRelayNeverListensConnectsToTheCoordinator() throws {
        defer { processes.endAll() }
        let program = try job.folder.write(
            "#!/bin/sh\n[ \"$1\" = relay ] && exec sleep 1000\nexec \(ProgramRun.ssrm) \"$@\"\n", to: "hanging-ssrm")
        let impatient = try job.folder.write(
            """
            #!/usr/bin/env python3
            import runpy, sys
            sys.dont_write_bytecode = True
            sys.path.insert(0, "\(packageRoot.appending(path: "Cluster").path)")
            from launching import member
            member.TIME_TO_COME, member.TRIES_BEFORE = 1, 2
            sys.argv[0] = "\(Self.script)"
            runpy.run_path(sys.argv[0], run_name="__main__")
            """, to: "impatient-launch")
        for script in [program, impatient] { chmod(script, 0o755) }
        let list = try job.folder.write("host1\nhost2 behind=host1\n", to: "hosts.txt")
        let result = try launch(
            "ssh", ["--hosts", list, "--program", program, "--local-program", ProgramRun.ssrm],
            flags: ClusterJob.short, script: impatient
        ).result(seconds: 120)
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.errors.contains("host1 does not begin to be a relay"), "\(result.errors)")
        #expect(result.errors.contains("given up after 2 tries; who was to be behind it"), "\(result.errors)")
        #expect(processes.left() == [])
        #expect(try job.digest(of: "ssh") == job.digestOfLocalRun())
    }

    @Test func whoWasToBeBehindARelayThatCannotBeConnectsToTheCoordinator() throws {
        defer { processes.endAll() }
        // An address that is no machine's.
        let hosts = "host1 listen=tcp://192.0.2.99:27001\nhost2 behind=host1\n"
        let result = try launch("ssh", hosts: hosts, flags: ClusterJob.short).result(seconds: 120)
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.errors.contains("this machine has no such address"), "\(result.errors)")
        #expect(result.errors.contains("; who was to be behind it connects to the coordinator"), "\(result.errors)")
        #expect(processes.left() == [])
        #expect(try job.digest(of: "ssh") == job.digestOfLocalRun())
    }
}
