import Foundation
import Messaging
import TestKit
import Testing

/// Names and addresses of both kinds as places to listen and to connect.
struct TCPEndpointTests {
    @Test(arguments: [
        ("tcp://127.0.0.1:5555", "tcp://127.0.0.1:5555", true), ("tcp://localhost:*", "tcp://127.0.0.1:*", true),
        ("tcp://[::1]:5555", "tcp://[::1]:5555", true), ("tcp://[0:0::1]:5555", "tcp://[::1]:5555", true),
        ("tcp://lo:5555", "tcp://127.0.0.1:5555", true), ("tcp://*:5555", "tcp://0.0.0.0:5555", false),
        ("tcp://127.255.0.9:0", "tcp://127.255.0.9:0", true), ("tcp://192.0.2.1:5555", "tcp://192.0.2.1:5555", false),
        ("tcp://[::]:5555", "tcp://[::]:5555", false),
        ("tcp://[2001:db8::127]:5555", "tcp://[2001:db8::127]:5555", false),
        ("tcp://[::ffff:127.0.0.1]:5555", "tcp://[::ffff:127.0.0.1]:5555", true),
        ("tcp://[::ffff:192.0.2.1]:5555", "tcp://[::ffff:192.0.2.1]:5555", false),
    ])
    func anEndpointToListenAtIsAnAddressThatIsJudged(text: String, numeric: String, isLoopback: Bool) throws {
        let endpoint = try TCPEndpoint(listening: text)
        #expect(endpoint.numeric == numeric && endpoint.isLoopback == isLoopback)
    }

    @Test(arguments: [
        "", "x", "tcp:", "tcp://", "tcp://:5", "tcp://a", "tcp://a:", "tcp://a:b", "tcp://a:-1", "tcp://[::1:5",
        "tcp://[]:5",
        "ipc://a:5", "tcp://a/b:5", "tcp://[::1]x:5", "tcp://a:٣",
    ])
    func whatIsNoEndpointIsRefused(text: String) {
        #expect(throws: EndpointError.notAnEndpoint(text)) { try TCPEndpoint(listening: text) }
        #expect(throws: EndpointError.notAnEndpoint(text)) { try TCPEndpoint(connecting: text) }
    }

    @Test func anAddressOfVersionSixWithoutBracketsAndAnImpossiblePortAreNamed() {
        #expect(throws: EndpointError.bareIPv6("tcp://::1:5")) { try TCPEndpoint(listening: "tcp://::1:5") }
        let (large, huge) = ("tcp://127.0.0.1:99999", "tcp://127.0.0.1:99999999999999999999")
        #expect(throws: EndpointError.noSuchPort(large, port: "99999")) { try TCPEndpoint(connecting: large) }
        #expect(throws: EndpointError.noSuchPort(huge, port: "99999999999999999999")) {
            try TCPEndpoint(listening: huge)
        }
        #expect(throws: EndpointError.noSuchPort("tcp://127.0.0.1:0", port: "0")) {
            try TCPEndpoint(connecting: "tcp://127.0.0.1:0")
        }
        #expect(throws: EndpointError.notAnEndpoint("tcp://*:5")) { try TCPEndpoint(connecting: "tcp://*:5") }
    }

    @Test(arguments: [
        "tcp://10.0.0.1,10.0.0.2:5", "tcp://10.0.0.1:5,tcp://10.0.0.2:5", "tcp://a;b:5", "a:5;b:5",
        "tcp://[::1]:5,[::2]:5",
    ])
    func aListOfAddressesIsNotTakenForOneOfVersionSix(text: String) {
        for canBeAny in [true, false] {
            let error = #expect(throws: EndpointError.several(text)) {
                try TCPEndpoint.check(text, canBeAny: canBeAny)
            }
            #expect(error?.description.contains("one address is wanted") == true)
        }
    }

    @Test func anAddressOfOneLinkWithoutItsInterfaceIsRefusedWithHowToWriteIt() {
        let text = "tcp://[fe80::7]:7700"
        for isListening in [true, false] {
            let error = #expect(throws: EndpointError.noInterface(text, address: "fe80::7", port: "7700")) {
                _ = isListening ? try TCPEndpoint(listening: text) : try TCPEndpoint(connecting: text)
            }
            #expect(error?.description.contains("add the interface") == true)
            #expect(error?.description.contains("tcp://[fe80::7%eth0]:7700") == true)
        }
        #expect(throws: Never.self) { try TCPEndpoint(listening: "tcp://[fe80::7%lo]:7700") }
    }

    @Test(arguments: ["224.0.0.0", "239.255.255.255", "255.255.255.255", "ff02::1"])
    func nobodyListensAtAnAddressOfManyMachines(number: String) {
        let text = number.contains(":") ? "tcp://[\(number)]:5" : "tcp://\(number):5"
        #expect(throws: EndpointError.ofManyMachines(text, address: number)) { try TCPEndpoint(listening: text) }
    }

    /// As Debian writes a machine's own name into /etc/hosts.
    @Test func aNameThatNoOtherMachineReachesIsNoPlaceToListen() throws {
        func place(of host: String, at numbers: String...) throws -> String {
            let addresses = try numbers.map { try HostAddress.all(of: $0, port: "0", in: $0)[0] }
            return try TCPEndpoint.placeToListen(at: addresses, of: host, port: "7000", in: "tcp://\(host):7000").number
        }
        for numbers in [["127.0.1.1"], ["127.0.0.1", "::1"]] {
            let error = #expect(throws: EndpointError.self) {
                let addresses = try numbers.map { try HostAddress.all(of: $0, port: "0", in: $0)[0] }
                _ = try TCPEndpoint.placeToListen(at: addresses, of: "mill", port: "7000", in: "tcp://mill:7000")
            }
            let said = error?.description ?? ""
            #expect(
                said.hasPrefix("tcp://mill:7000: the name 'mill' stands for \(numbers[0]) here, which"))
            #expect(said.contains("give this machine's address") && said.contains("tcp://*:7000"), "\(said)")
        }
        for host in ["localhost", "LocalHost.", "ip6-localhost", "a.localhost", "127.1", "127.0.1.1"] {
            #expect(try place(of: host, at: "127.0.1.1") == "127.0.1.1")
        }
        // Where the name stands for another address too, that one is meant.
        #expect(try place(of: "mill", at: "127.0.1.1", "192.0.2.7") == "192.0.2.7")
        #expect(try place(of: "mill", at: "192.0.2.7", "127.0.1.1") == "192.0.2.7")
    }

    @Test func aNameThatNobodyKnowsIsNamed() {
        func expect(_ error: any Error) {
            #expect("\(error)".contains("no address of a machine called 'no-such-host.invalid'"))
        }
        do {
            _ = try TCPEndpoint(listening: "tcp://no-such-host.invalid:5")
            Issue.record("it was found")
        } catch { expect(error) }
        do {
            _ = try TCPEndpoint(connecting: "tcp://no-such-host.invalid:5")
            Issue.record("it was found")
        } catch { expect(error) }
    }

    private func exchange(listening: String, connecting: (String) -> String) throws {
        let context = try Context()
        let router = try Socket(.router, in: context)
        let endpoint = try router.bind(TCPEndpoint(listening: listening))
        let port = String(try #require(endpoint.split(separator: ":").last))
        let dealer = try Socket(.dealer, in: context)
        try dealer.connect(TCPEndpoint(connecting: connecting(port)))
        try dealer.send([.copied([9])])
        for _ in 0..<100 {
            if let frames = try router.receive() { return #expect(frames.last.map { Array($0.bytes) } == [9]) }
            try Poller.wait(for: router, timeout: .milliseconds(100))
        }
        Issue.record("nothing came in ten seconds")
    }

    @Test func whoListensAtANameIsFoundByIt() throws {
        try exchange(listening: "tcp://localhost:*") { "tcp://localhost:\($0)" }
        try exchange(listening: "tcp://lo:*") { "tcp://127.0.0.1:\($0)" }
    }

    @Test(.enabled(if: Loopback.hasVersionSix, "no IPv6 here"))
    func whoListensAtAnAddressOfVersionSixIsFoundThere() throws {
        try exchange(listening: "tcp://[::1]:*") { "tcp://[::1]:\($0)" }
        try exchange(listening: "tcp://[::]:*") { "tcp://127.0.0.1:\($0)" }
    }

    @Test func whetherSomebodyListensIsFoundOut() throws {
        let router = try Socket(.router, in: Context())
        let endpoint = try TCPEndpoint(connecting: router.bind(TCPEndpoint(listening: "tcp://127.0.0.1:*")))
        #expect(endpoint.connectionFault(patience: .seconds(5)) == nil)
        #expect(try TCPEndpoint(connecting: "tcp://127.0.0.1:1").connectionFault(patience: .seconds(5)) != nil)
    }

    /// What a person is told who waits for a coordinator in vain.
    @Test func whyNobodyIsHeardIsToldWithWhatToDo() throws {
        let router = try Socket(.router, in: Context())
        let open = try router.bind(TCPEndpoint(listening: "tcp://127.0.0.1:*"))
        func advice(_ text: String) -> String {
            TCPEndpoint.advice(onConnectingTo: text, patience: .seconds(5)) ?? "none"
        }
        #expect(advice(open).contains("does not answer as a coordinator"))
        #expect(advice("tcp://127.0.0.1:1").contains("nothing listens at its port 1: start the coordinator"))
        #expect(advice("tcp://no-such-host.invalid:5").contains("is it one of another network?"))
        #expect(Reachability.silent.advice(port: "7000").contains("does its firewall let port 7000 through?"))
    }

    @Test func anAddressOfAnotherMachineIsRefusedWithTheOnesThereAre() throws {
        let router = try Socket(.router, in: Context())
        let endpoint = try TCPEndpoint(listening: "tcp://192.0.2.77:5")
        let error = #expect(throws: SocketError.self) { try router.bind(endpoint) }
        #expect(error?.description.contains("this machine has no such address") == true)
        #expect(error?.description.contains("tcp://0.0.0.0:PORT") == true)
    }
}
