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

    @Test func aRelayThatIsKilledIsFollowedByAnotherWithThoseBehindIt() throws {
        defer { processes.endAll() }
        let list = try job.folder.write("host1\nhost2\n", to: "hosts.txt")
        let options = ["--relays", "1", "--program", ProgramRun.ssrm, "--local-program", ProgramRun.ssrm]
        let launcher = try launch("ssh", ["--hosts", list] + options, flags: ClusterJob.long)
        let isBehind = waitFor {
            ["host1", "host2"].allSatisfy { launcher.errorsSoFar.contains("\($0): joined with 1 thread behind host1") }
        }
        #expect(isBehind, "\(launcher.errorsSoFar)")
        let relay = try #require(processes.commands.first { $0.value.hasPrefix("\(ProgramRun.ssrm) relay ") })
        kill(relay.key, SIGKILL)
        let result = launcher.result(seconds: 900)
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.errors.contains("host1 lost its relay (exit code 137)"), "\(result.errors)")
        #expect(result.errors.contains("host2 lost the relay that it was behind"), "\(result.errors)")
        let again = result.errors.components(separatedBy: "host1: relays for those behind it").count - 1
        #expect(again == 2, "\(result.errors)")
        #expect(processes.left() == [])
        #expect(try job.digest(of: "ssh") == job.digestOfLocalRun(ClusterJob.long))
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
