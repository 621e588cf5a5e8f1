import Foundation
import TestKit
import Testing

/// What `Cluster/ssh-launch` makes of the lines of a list of hosts, without any host.
@Suite struct HostListTests {
    /// What a line of Python prints that knows `launching`.
    private func printed(_ expression: String, _ words: String...) throws -> String {
        try LauncherScript.printed(
            """
            from launching.hosts import SSH, Host
            from launching.keys import label_of
            print(\(expression))
            """, words)
    }

    /// The end of the command line of ssh for a line of the list.
    private func command(_ line: String) throws -> String {
        try printed("' '.join(Host.parse(sys.argv[2]).ssh(None)[len(SSH):])", line)
    }

    @Test(arguments: [
        ("lab1", "-- lab1"), ("[::1]", "-- ::1"), ("anna@[fe80::1%eth0] port=2222", "-p 2222 -l anna -- fe80::1%eth0"),
        ("2001:db8::7", "-- 2001:db8::7"), ("lab1 address=[::1]", "-o HostName=::1 -- lab1"),
        (#"DOM\anna@lab1"#, #"-l DOM\anna -- lab1"#), (#"lab1 user=DOM\anna"#, #"-l DOM\anna -- lab1"#),
        ("anna@lab.example@lab1", "-l anna@lab.example -- lab1"),
        ("lab1 threads=4   # by the window", "-- lab1"), ("lab1\t#its", "-- lab1"),
    ])
    func aHostIsReadAsPeopleWriteIt(line: String, end: String) throws {
        #expect(try command(line) == end)
    }

    @Test func aNumberSignInAValueIsNoComment() throws {
        let data = try printed("Host.parse(sys.argv[2]).data", "lab1 data=/nights/#2.safetensors # 2")
        #expect(data == "/nights/#2.safetensors")
    }

    @Test(arguments: [
        ("lab1:2222", "'lab1:2222' is not a host's name; its port is written as port=2222"),
        ("[::1]:2222", "'[::1]:2222' is not a host's name; its port is written as port=2222"),
        ("[lab1]", "'[lab1]' is not a host's name"), ("::g", "'::g' is not a host's name"),
        (#"DOM\@lab1"#, #"'DOM\@lab1' is not a host's name"#), ("@lab1", "'@lab1' is not a host's name"),
        ("lab1 user=a;b", "'a;b' is no user"), ("# lab1", "--add: no host"),
    ])
    func whatIsNoHostIsRefusedInALine(line: String, words: String) throws {
        #expect(try command(line).contains(words))
    }

    @Test func hostsWhoseNamesWouldComeToOneLabelHaveTwo() throws {
        let names = [
            "fe80::1%eth0", "fe80::1:eth0", "fe80--1-eth0", String(repeating: "a", count: 70) + "1",
            String(repeating: "a", count: 70) + "2",
        ]
        let labels = try names.map { try printed("label_of(sys.argv[2])", $0) }
        #expect(Set(labels).count == names.count, "\(labels)")
        #expect(labels[2] == names[2], "what can be a label stays what it is")
        #expect(labels.allSatisfy { $0.wholeMatch(of: /[A-Za-z0-9._-]{1,64}/) != nil }, "\(labels)")
    }

    /// Hosts of a list, `--relays`, and behind which one's relay each stands.
    @Test(arguments: [
        (["a", "b", "c", "d", "e"], 2, "a-a b-a c-c d-c e-c"), (["a", "b", "c workers=2"], 2, "a-None b-b c-b"),
        (["a", "b", "c workers=2"], 3, "a-None b-None c-c"), (["a", "b behind=a", "c"], 0, "a-a b-a c-None"),
        (["a behind=b", "b behind=c", "c listen=tcp://10.0.0.3:7001"], 0, "a-b b-c c-c"),
    ])
    func hostsStandBehindRelaysAsIsAsked(list: [String], relays: Int, standing: String) throws {
        #expect(try stand(list, relays) == standing)
    }

    @Test(arguments: [
        (["a", "b behind=c"], 0, "b behind=c: the list has no host of that name"),
        (["a", "b behind=a"], 1, "--relays divides all hosts, and behind= in the list says for some"),
        (["a", "b"], 3, "--relays 3 are more than the 2 hosts of the list"),
        (["a listen=tcp://10.0.0.3:7001", "b"], 0, "a listen=tcp://10.0.0.3:7001 is where its relay would listen"),
        (["a listen=tcp://*:7001", "b behind=a"], 0, "listen takes an address that the others reach"),
        (["a listen=tcp://[::]:7001", "b behind=a"], 0, "listen takes an address that the others reach"),
        (["a listen=tcp://lab:70000", "b behind=a"], 0, "listen takes an address that the others reach"),
    ])
    func relaysThatCannotBeAreRefused(list: [String], relays: Int, words: String) throws {
        #expect(try stand(list, relays).contains(words))
    }

    private func stand(_ list: [String], _ relays: Int) throws -> String {
        try LauncherScript.printed(
            """
            from launching.hosts import Host, HostsError, stand
            try:
                hosts = [Host.parse(line) for line in sys.argv[3:]]
                stand(hosts, int(sys.argv[2]))
                print(*["%s-%s" % (host.label, host.behind) for host in hosts])
            except HostsError as error:
                print(error)
            """, ["\(relays)"] + list)
    }
}
