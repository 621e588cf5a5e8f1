import Foundation
import TestKit
import Testing

/// Parts of `Cluster/launching` and `Cluster/remote`, without any host.
@Suite struct LaunchingTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func whatNobodyReadsAndNoDiskTakesIsNoFault() throws {
        let printed = try LauncherScript.printed(
            """
            import os
            from launching.telling import LOG, say
            read, write = os.pipe()
            os.dup2(write, 2)
            os.close(read)
            LOG.append(open("/dev/full", "ab"))
            say("a line")
            print("goes on")
            """)
        #expect(printed == "goes on")
    }

    /// The addresses of this machine on the way to one host after the other, and the one to listen at.
    @Test(arguments: [
        ("127.0.1.1 10.0.0.5", "tcp://10.0.0.5:*"), ("[::1] [2001:db8::5]", "tcp://[2001:db8::5]:*"),
        ("127.0.0.1 127.0.0.1", "tcp://127.0.0.1:*"),
    ])
    func anAddressThatOtherMachinesReachIsListenedAt(addresses: String, endpoint: String) throws {
        let printed = try LauncherScript.printed(
            """
            from types import SimpleNamespace
            from launching import launch
            launch.address_towards = lambda host, _: host
            given = SimpleNamespace(options=SimpleNamespace(ssh_config=None))
            print(launch.Launch.found_listen(given, sys.argv[2].split()))
            """, [addresses])
        #expect(printed == endpoint)
    }

    @Test(arguments: [
        ("tcp://0.0.0.0:7000", "tcp://10.0.0.5:7000"), ("tcp://[::]:7000", "tcp://10.0.0.5:7000"),
        ("tcp://10.0.0.7:7000", "tcp://10.0.0.7:7000"),
    ])
    func aHostIsToldAnAddressThatItCanReach(listening: String, told: String) throws {
        let printed = try LauncherScript.printed(
            """
            from launching import hosts, ways
            ways.address_towards = lambda host, _: "10.0.0.5"
            print(ways.Head(sys.argv[2], None, None).endpoint_for(hosts.Host("lab1")))
            """, [listening])
        #expect(printed == told)
    }

    @Test func aHostOfIPv6IsToldOfWhereTheCoordinatorListensAtIPv4Alone() throws {
        let printed = try LauncherScript.printed(
            """
            from launching import hosts, troubles, ways
            ways.address_towards = lambda host, _: "[2001:db8::5]"
            for endpoint in ["tcp://[::]:7000", "tcp://0.0.0.0:7000"]:
                try:
                    print(ways.Head(endpoint, None, None).endpoint_for(hosts.Host("lab1")))
                except troubles.Trouble as trouble:
                    print(trouble.is_final, "--listen 'tcp://[::]:7000'" in str(trouble))
            """)
        #expect(printed == "tcp://[2001:db8::5]:7000\nTrue True")
    }

    /// A disk here that is full is no host's fault, and is told of once for all.
    @Test func aFaultOfThisMachineCostsNoHost() throws {
        let printed = try LauncherScript.printed(
            """
            import pathlib, threading
            from types import SimpleNamespace
            from launching import hosts, member, troubles
            class Ending(threading.Event):
                def wait(self, seconds):
                    return False
            launch = SimpleNamespace(run=pathlib.Path("/nowhere"), interrupted=False, is_ending=Ending(), faults_here=set())
            class Tried(member.Member):
                tries = 0
                def work(self):
                    self.tries += 1
                    if self.tries < 30:
                        raise troubles.TroubleHere("can't be let in: No space left on device")
            for name in ["lab1", "lab2"]:
                tried = Tried(launch, hosts.Host(name), name, print)
                tried.keep_up()
                print(tried.tries)
            """)
        let line =
            "lab1 can't be let in: No space left on device; that is a fault of this machine: hosts wait until it is "
        #expect(printed == line + "mended\n30\n30")
    }

    @Test func whatIsCopiedToHostsIsNoFileThatIsLeft() throws {
        for name in ["bin/ssrm", "lib/ssrm/library", "share/ssrm/package"] { try folder.write("x", to: "root/\(name)") }
        try folder.write("", to: "temporary/other")
        let printed = try LauncherScript.printed(
            """
            import os, pathlib, tarfile, tempfile
            from launching.package import Package
            tempfile.tempdir = sys.argv[3]
            package = Package("ssrm", pathlib.Path(sys.argv[2]))
            for _ in range(2):
                with package.open_archive() as archive, tarfile.open(fileobj=archive) as tar:
                    print(len([entry for entry in tar if entry.isfile()]))
            print(os.listdir(sys.argv[3]), flush=True)
            os._exit(0)
            """, [folder.path("root"), folder.path("temporary")])
        #expect(printed == "3\n3\n['other']")
    }

    @Test func aCoordinatorThatIsKilledIsTold() throws {
        let printed = try LauncherScript.printed(
            """
            import subprocess
            from types import SimpleNamespace
            from launching import launch
            launch.say = print
            killed = subprocess.Popen(["sh", "-c", "kill -9 $$"])
            killed.wait()
            print(launch.Launch.status(SimpleNamespace(coordinator=killed, interrupted=None)))
            """)
        #expect(printed.hasPrefix("the coordinator here was ended by signal 9, as Linux does where memory is short: "))
        #expect(printed.hasSuffix("\n137"))
    }

    @Test func aPortThatIsRefusedMayBeAFirewallOrAnotherNetwork() throws {
        let printed = try LauncherScript.printed(
            """
            from launching.troubles import trouble_of_port
            print(trouble_of_port("10.0.0.5", "7000", "No route to host"))
            print(trouble_of_port("10.0.0.5", "7000", "Network is unreachable"))
            """)
        let lines = printed.split(separator: "\n")
        #expect(
            lines.count == 2 && lines[0].contains("firewall") && lines.allSatisfy { $0.contains("another network") })
    }

    /// Before -- stands what is the launcher's, behind it what is the coordinator's.
    @Test(arguments: [
        (["--steps", "5"], "unknown: --steps 5; what `ssrm coordinator` takes stands behind --"),
        (["--", "--run=other"], "--run stands before --"),
        (["--", "--parent", "1"], "--parent is this program's to give"),
        (["--add", "lab1", "--", "--steps", "5"], "--add takes nothing behind --"),
    ])
    func aFlagOnTheWrongSideIsRefused(flags: [String], words: String) throws {
        let result = try ProgramRun(
            ["--hosts", "none", "--data", "none", "--run", folder.path("run")] + flags,
            program: packageRoot.appending(path: "Cluster/ssh-launch").path
        ).result(seconds: 30)
        #expect(result.status == 2 && result.errors.contains(words), "\(result.errors)")
    }

    @Test func aListMayBeginWithAByteOrderMark() throws {
        let list = try folder.write("\u{FEFF}lab1\n", to: "hosts.txt")
        let printed = try LauncherScript.printed(
            """
            from launching.hosts import read_hosts
            print(read_hosts(sys.argv[2])[0].label)
            """, [list])
        #expect(printed == "lab1")
    }

    @Test func aWorkerThatIsStartedWronglyIsToldOfOnceWithItsFault() throws {
        let printed = try LauncherScript.printed(
            """
            from launching.troubles import trouble_of_end
            trouble = trouble_of_end("worker", None, 2, "Error: Unknown option '--x'\\nUsage: ssrm\\n  See '--help'", "log")
            print(trouble.is_final, trouble)
            """)
        #expect(printed == "True can't start its worker: Error: Unknown option '--x' [log]")
    }

    @Test func aDatasetThatAHostDoesNotHaveIsToldOfOnceWithItsPath() throws {
        let result = try ProgramRun.ssrm("worker", "--connect", "tcp://127.0.0.1:9", "--data", "/none.safetensors")
        let printed = try LauncherScript.printed(
            """
            from types import SimpleNamespace
            from launching.troubles import trouble_of_end
            for data in ("/none.safetensors", None):
                trouble = trouble_of_end("worker", SimpleNamespace(data=data), int(sys.argv[2]), sys.argv[3], "log")
                print(trouble.is_final, trouble)
            """, ["\(result.status)", result.errors])
        let lines = printed.split(separator: "\n")
        #expect(lines.count == 2 && lines[0].hasPrefix("True has no dataset that its worker can read: "), "\(printed)")
        #expect(lines.last?.hasPrefix("False lost its worker (exit code 1): ") == true)
    }

    @Test func onlyKeysThatTheLauncherListedAreForgotten() throws {
        let keys = folder.path("keys")
        for arguments in [["new", keys], ["issue", keys, "--label", "host1", "--out", folder.path("host1")]] {
            let made = try ProgramRun(["keys"] + arguments).result()
            #expect(made.status == 0, "\(made.errors)")
        }
        let listed = try String(contentsOfFile: keys + "/authorized", encoding: .utf8)
        let printed = try LauncherScript.printed(
            """
            from pathlib import Path
            from launching.keys import Keys
            run = Path(sys.argv[3]).parent / "run"
            given = Keys.of(sys.argv[2], run, ["--keys", sys.argv[3]])
            for digit in "45":
                given.authorize("ssrm-public " + digit * 64 + " host1", given.label("host1"))
            print((given.folder / "authorized").read_text().count("host1"))
            Keys.of(sys.argv[2], run / "other", ["--keys", sys.argv[3]]).forget()
            print((given.folder / "authorized").read_text().count("host1"))
            given.forget()
            """, [ProgramRun.ssrm, keys])
        #expect(printed.split(separator: "\n") == ["2", "2"])
        #expect(try String(contentsOfFile: keys + "/authorized", encoding: .utf8) == listed)
    }

    private static let canMount =
        (try? ProgramRun(
            ["-rm", "sh", "-c", "mount -t tmpfs none /sys/fs/cgroup && grep ^0:: /proc/self/cgroup"],
            program: "/usr/bin/unshare"
        ).result().status) == 0

    /// What a control group of the second version says, and whether that is less than all processors.
    @Test(.enabled(if: canMount, "no right to mount in a namespace of one's own, or no control groups of version 2"))
    func aHostHasAsManyProcessorsAsItsControlGroupsLeaveTimeFor() throws {
        let script = """
            mount -t tmpfs none /sys/fs/cgroup
            for time in 'max 100000' '150000 100000' '50000 100000'; do
                echo "$time" >/sys/fs/cgroup/cpu.max
                sh "$0" '' '' '' 127.0.0.1 1 | sed -n s/^processors=//p
            done
            nproc
            """
        let probe = packageRoot.appending(path: "Cluster/remote/probe").path
        let told = try ProgramRun(["-rm", "sh", "-c", script, probe], program: "/usr/bin/unshare").result(seconds: 30)
        let counts = told.output.split(separator: "\n")
        #expect(counts.count == 4 && counts[0] == counts[3], "\(told.output) \(told.errors)")
        #expect(counts[1...2].allSatisfy { $0 == "1" }, "\(told.output)")
    }

    @Test func aLoginShellMaySayWhatHasNoEndOfALine() throws {
        let program = try folder.write("#!/bin/sh\necho ssrm-public key host1\nexit 1\n", to: "ssrm")
        chmod(program, 0o755)
        for (name, arguments, line) in [
            ("probe", ["", program, folder.path("cache"), "127.0.0.1", "1"], "cache=" + folder.path("cache")),
            ("work", ["worker", program, "host1", "key"], "ssrm-public key host1"),
        ] {
            let script = packageRoot.appending(path: "Cluster/remote/" + name).path
            let text = "printf 'Welcome! ' && . \"$0\""
            let result = try ProgramRun(["-c", text, script] + arguments, program: "/bin/sh").result(seconds: 30)
            #expect(result.output.split(separator: "\n").contains { $0 == line }, "\(result.output)")
        }
    }
}
