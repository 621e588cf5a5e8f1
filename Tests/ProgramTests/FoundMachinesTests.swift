import Foundation
import TestKit
import Testing

/// What the program does on machines as they are found: names, limits, networks that are none, few samples.
@Suite struct FoundMachinesTests {
    let folder: TemporaryFolder
    var run: String { folder.path("run") }

    init() throws { folder = try TemporaryFolder() }

    private struct Record: Decodable {
        struct Run: Decodable {
            struct Workers: Decodable { let count: Int }
            let workers: Workers?
        }
        let run: Run
    }

    private func record() throws -> Record {
        try JSONDecoder().decode(Record.self, from: Data(contentsOf: URL(filePath: run + "/job.json")))
    }

    /// `ssrm` by way of another program, like `taskset -c 0`.
    private func ssrm(by words: [String], _ arguments: [String]) throws -> ProgramResult {
        try ProgramRun(words + [ProgramRun.ssrm] + arguments, program: "/usr/bin/env").result()
    }

    // MARK: - Processors

    @Test func aProcessThatMayUseOneProcessorStartsOneWorker() throws {
        let arguments = try ["pretrain"] + Pretraining.jobFlags(run: run, steps: 0)
        #expect(try ssrm(by: ["taskset", "-c", "0"], arguments).status == 0)
        #expect(try record().run.workers?.count == 1)
        let help = try ssrm(by: ["taskset", "-c", "0"], ["evaluate", "--help"]).output
        #expect(help.replacing(/\s+/, with: " ").contains("that it may use. (default: 1)"))
    }

    private static let groups = "/sys/fs/cgroup/cpu"
    private static let hasGroups = access(groups + "/cpu.cfs_period_us", R_OK) == 0 && access(groups, W_OK) == 0

    @Test(.enabled(if: hasGroups, "no right to make a control group for processor time (version 1)"))
    func aControlGroupThatHasTheTimeOfOneProcessorGetsOneWorker() throws {
        let group = Self.groups + "/ssrm-test-\(UUID().uuidString)"
        try #require(mkdir(group, 0o755) == 0)
        defer { rmdir(group) }
        try "100000".write(toFile: group + "/cpu.cfs_quota_us", atomically: false, encoding: .utf8)
        let script = "echo $$ >'\(group)/cgroup.procs' && exec \"$@\""
        let arguments = try ["pretrain"] + Pretraining.jobFlags(run: run, steps: 0)
        let result = try ssrm(by: ["sh", "-c", script, "sh"], arguments)
        #expect(result.status == 0, Comment(rawValue: result.errors))
        #expect(try record().run.workers?.count == 1)
    }

    // MARK: - Networks

    private static let hasNetworks =
        (try? ProgramRun(["unshare", "-n", "true"], program: "/usr/bin/env").result().status) == 0

    @Test(.enabled(if: hasNetworks, "no right to make a network namespace"))
    func aRunsOwnWorkersReachItWhereTheLoopbackInterfaceIsDown() throws {
        let arguments = try ["pretrain"] + Pretraining.jobFlags(run: run, steps: 5)
        let result = try ssrm(by: ["unshare", "-n"], arguments)
        #expect(result.status == 0, Comment(rawValue: result.errors))
    }

    @Test(
        .enabled(if: hasNetworks, "no right to make a network namespace"),
        arguments: [
            ("tcp://10.77.0.1:5998", "there is no way to that address from here (Permission denied)"),
            ("tcp://10.88.0.1:5998", "there is no way to that address from here (Network is unreachable)"),
            ("tcp://127.0.0.1:5999", "nothing listens at its port 5999: start the coordinator"),
        ])
    func aWorkerSaysWhichPortIsClosedAndWhichAddressIsOutOfReach(endpoint: String, said: String) throws {
        let script = "ip link set lo up && ip route add prohibit 10.77.0.0/16 && exec \"$@\""
        let result = try ssrm(
            by: ["unshare", "-n", "sh", "-c", script, "sh"], ["worker", "--connect", endpoint, "--patience", "0.5"])
        #expect(result.status == 1 && result.errors.contains("\(endpoint) for 0.5 seconds: "))
        #expect(result.errors.contains(said), Comment(rawValue: result.errors))
        #expect(result.errors.split(separator: "\n").count == 1)
    }

    /// Where a firewall drops what comes, nothing comes back; nor does it from a port whose queue is full.
    @Test func aWorkerSaysWhichPortIsSilent() throws {
        var address = sockaddr_in()
        (address.sin_family, address.sin_addr.s_addr) = (sa_family_t(AF_INET), inet_addr("127.0.0.1"))
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let sockets = (0..<8).map { _ in
            socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
        }
        defer { for descriptor in sockets { close(descriptor) } }
        withUnsafeMutableBytes(of: &address) { bytes in
            let place = bytes.assumingMemoryBound(to: sockaddr.self).baseAddress
            #expect(bind(sockets[0], place, length) == 0 && listen(sockets[0], 0) == 0)
            if let place { #expect(getsockname(sockets[0], place, &length) == 0) }
            for descriptor in sockets.dropFirst() { _ = connect(descriptor, place, length) }
        }
        let port = UInt16(bigEndian: address.sin_port)
        let result = try ProgramRun.ssrm("worker", "--connect", "tcp://127.0.0.1:\(port)", "--patience", "0.5")
        #expect(result.status == 1 && result.errors.split(separator: "\n").count == 1)
        let said = "nothing comes back from there: is that machine on"
        #expect(result.errors.contains(said), Comment(rawValue: result.errors))
        #expect(result.errors.contains("let port \(port) through?"), Comment(rawValue: result.errors))
    }

    private static let hasFirewall = FileManager.default.isExecutableFile(atPath: "/usr/sbin/nft")

    @Test(
        .enabled(if: hasNetworks && hasFirewall, "no right to make a network namespace, or no nft"),
        arguments: [false, true])
    func aWorkerSaysWhichPortAFirewallDrops(hasKeys: Bool) throws {
        let rules = "table inet t { chain c { type filter hook input priority 0; tcp dport 5999 drop; }; }"
        let script = "ip link set lo up && /usr/sbin/nft '\(rules)' && exec \"$@\""
        let keys = try hasKeys ? ["--keys", TestKeys.make(in: folder.path("head")).issue("mill").folder] : []
        let result = try ssrm(
            by: ["unshare", "-n", "sh", "-c", script, "sh"],
            ["worker", "--connect", "tcp://127.0.0.1:5999", "--patience", "0.5"] + keys)
        #expect(result.status == 1 && result.errors.split(separator: "\n").count == 1)
        #expect(result.errors.contains("nothing comes back from there"), Comment(rawValue: result.errors))
        #expect(result.errors.contains("does its firewall let port 5999 through?"), Comment(rawValue: result.errors))
    }

    @Test(arguments: ["tcp://localhost:*", "tcp://[::1]:*"])
    func aCoordinatorThatListensAtANameOrAnAddressOfVersionSixIsFound(listen: String) throws {
        let flags = try Pretraining.jobFlags(run: run, steps: 5) + ["--listen", listen]
        let coordinator = try ProgramRun(["coordinator"] + flags)
        let endpoint: String
        do { endpoint = try RunEventLog(of: run, by: coordinator).endpoint() } catch {
            // A machine without IPv6 says so, and that is all.
            #expect(coordinator.result().errors.contains("this machine has no such address"))
            return
        }
        let place = try #require(endpoint.lastIndex(of: ":"))
        let connect = listen.replacing(":*", with: endpoint[place...])
        let worker = try ProgramRun.ssrm("worker", "--connect", connect)
        #expect(worker.status == 0, Comment(rawValue: worker.errors))
        #expect(coordinator.result().status == 0)
    }

    @Test(arguments: [
        ("tcp://no-such-host.invalid:5555", "'no-such-host.invalid'"), ("tcp://127.0.0.1:99999", "no port 99999"),
        ("tcp://::1:5555", "in brackets"),
    ])
    func anEndpointThatCannotBeIsRefusedAtOnce(endpoint: String, said: String) throws {
        let flags = try Pretraining.jobFlags(run: run, steps: 5) + ["--listen", endpoint]
        for command in [["worker", "--patience", "100000", "--connect", endpoint], ["coordinator"] + flags] {
            let result = try ProgramRun(command).result()
            #expect([1, 2].contains(result.status) && result.errors.contains(said), Comment(rawValue: result.errors))
            #expect(result.errors.contains(endpoint))
        }
        #expect(try folder.contents.isEmpty)
    }

    @Test(.enabled(if: hasNetworks, "no right to make a network namespace"))
    func aNameThatStandsForAnAddressThatOthersReachNeedsTheFlag() throws {
        // In a namespace with a file of hosts of its own, where a name has an address of a dummy interface.
        let hosts = try folder.write("127.0.0.1 localhost here\n192.0.2.7 there\n", to: "hosts")
        let script = "mount --bind '\(hosts)' /etc/hosts && exec \"$@\""
        func listen(at name: String) throws -> ProgramResult {
            let flags = try Pretraining.jobFlags(run: run, steps: 0) + ["--listen", "tcp://\(name):*"]
            return try ssrm(by: ["unshare", "-m", "sh", "-c", script, "sh"], ["coordinator"] + flags)
        }
        #expect(try listen(at: "localhost").status == 0)
        let alone = try listen(at: "here")
        #expect(alone.errors.contains("the name 'here' stands for 127.0.0.1 here, which no other machine reaches"))
        let refused = try listen(at: "there")
        #expect(refused.status == 1, Comment(rawValue: refused.errors))
        #expect(refused.errors.contains("tcp://there:* (tcp://192.0.2.7:*)"), Comment(rawValue: refused.errors))
        #expect(refused.errors.contains("--plaintext-network"))
    }

    @Test(
        .enabled(if: hasNetworks, "no right to make a network namespace"),
        .enabled(if: Loopback.hasVersionSix, "no IPv6 here"))
    func aWorkerTakesTheOneOfANamesAddressesThatAnswers() throws {
        let hosts = try folder.write("127.0.0.1 localhost\n127.0.0.1 both\n::1 both\n", to: "hosts")
        let coordinator = try ProgramRun(
            ["coordinator", "--listen", "tcp://[::1]:*"] + Pretraining.jobFlags(run: run, steps: 5))
        let endpoint = try RunEventLog(of: run, by: coordinator).endpoint()
        let connect = endpoint.replacing("[::1]", with: "both")
        let script = "mount --bind '\(hosts)' /etc/hosts && exec \"$@\""
        let worker = try ssrm(by: ["unshare", "-m", "sh", "-c", script, "sh"], ["worker", "--connect", connect])
        #expect(worker.status == 0, Comment(rawValue: worker.errors))
        #expect(coordinator.result().status == 0)
    }

    // MARK: - Limits

    private func pretrain(limit blocks: Int, _ flags: String...) throws -> ProgramResult {
        let arguments = ["pretrain", "--data", try Pretraining.dataset.get(), "--run", run, "--steps", "3"] + flags
        return try ssrm(by: ["bash", "-c", "ulimit -f \(blocks) && exec \"$@\"", "bash"], arguments)
    }

    @Test func aRunWhoseCheckpointsCouldNeverBeWrittenNamesTheLimit() throws {
        let result = try pretrain(limit: 1024)
        #expect(result.status == 1)
        #expect(
            result.errors.contains("files of this process may have 1048576 (ulimit -f)"),
            Comment(rawValue: result.errors))
    }

    @Test func aRunThatGetsNoSharedMemoryGoesOnWithoutAndSaysSoOnce() throws {
        let result = try pretrain(limit: 3000, "--workers", "1", "--json")
        #expect(result.status == 0, Comment(rawValue: result.errors))
        #expect(result.errors.ranges(of: "there is no shared memory here").count == 1)
        let with = try ProgramRun.ssrm(
            "pretrain", "--data", try Pretraining.dataset.get(), "--run", folder.path("with"), "--steps", "3",
            "--workers",
            "1", "--json")
        let outcomes = try [result, with].map {
            try JSONDecoder().decode(Pretraining.Outcome.self, from: Data($0.output.utf8))
        }
        #expect(outcomes[0] == outcomes[1])
    }

    // MARK: - Few samples

    @Test func fewSamplesMakeASmallStepWhereNobodyNamedItsSize() throws {
        let data = folder.path("few.safetensors")
        let made = try ProgramRun.ssrm(
            "data", "synthetic", "--kind", "pressure", "--subjects", "1", "--seed", "1", "--maps-per-posture", "7",
            "--out", data)
        #expect(made.status == 0)
        let arguments = [
            "pretrain", "--data", data, "--run", run, "--preset", "paper", "--steps", "2", "--workers", "1",
        ]
        let result = try ProgramRun(arguments).result()
        #expect(result.status == 0, Comment(rawValue: result.errors))
        #expect(result.errors.contains("don't fill a step of paper (8 shards of 16)"), Comment(rawValue: result.errors))
        let again = try ProgramRun(arguments.replacing(["2"], with: ["3"]) + ["--resume"]).result()
        #expect(again.status == 0, Comment(rawValue: again.errors))
        let named = try ProgramRun(arguments + ["--resume", "--shards", "8"]).result()
        #expect(named.status == 1 && named.errors.contains("--shards"), Comment(rawValue: named.errors))
    }
}
