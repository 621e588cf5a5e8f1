import Foundation
import Messaging
import TestKit
import Testing

/// A reception's bounds, with real sockets: what is beyond them waits, and whoever holds others up goes.
@Suite(.serialized) struct ReceptionTests {
    private let reception: Reception

    init() throws {
        reception = try Self.reception(.small)
    }

    /// A reception on a free port with these limits.
    private static func reception(_ limits: FrontLimits, frameLimit: Int = 1 << 20) throws -> Reception {
        try Reception(
            at: TCPEndpoint(listening: "tcp://127.0.0.1:*"), limits, frameLimit: frameLimit, in: Context(),
            linger: .seconds(1))
    }

    /// A reception with small limits, but for what `change` alters.
    private static func reception(_ change: (inout FrontLimits) -> Void) throws -> Reception {
        var limits = FrontLimits.small
        change(&limits)
        return try reception(limits)
    }

    private func dealer(_ identity: UInt8, to endpoint: String? = nil) throws -> Socket {
        let dealer = try Socket(.dealer, in: Context())
        try dealer.setIdentity([identity])
        try dealer.connect(endpoint ?? reception.endpoint)
        return dealer
    }

    /// What comes next to sockets, as `take` has it.
    private func wait<Taken>(for sockets: [Socket], _ take: () throws -> Taken?) throws -> Taken? {
        for _ in 0..<600 {
            if let taken = try take() { return taken }
            try Poller.wait(for: sockets, and: [], timeout: .milliseconds(100))
        }
        Issue.record("nothing came in a minute")
        return nil
    }

    /// The next message that comes.
    private func nextArrival() throws -> Reception.Arrival? {
        try wait(for: reception.sockets) { try reception.receive() }
    }

    private func next() throws -> [Int] { try nextArrival()?.frames.map(\.bytes.count) ?? [] }

    private func nextSender() throws -> [UInt8]? { try nextArrival()?.peer }

    @Test func messagesThatNeverEndHoldNobodyUpForEver() throws {
        let beginning = RawPeer.frame([UInt8](repeating: 1, count: 100_000), isLast: false)
        let peers = try (0..<20).map { _ in try RawPeer(reception.endpoint) }
        for peer in peers { peer.offer(beginning) }
        let honest = try dealer(1)
        for _ in 0..<3 { try honest.send([.copied([UInt8](repeating: 2, count: 90_000)), .copied([3])]) }
        for _ in 0..<3 { #expect(try next() == [90_000, 1]) }
        #expect(reception.droppedCount > 0 && peers.count == 20)
    }

    @Test func whoDoesNotReadIsNotWaitedForAndNothingIsKept() throws {
        let slow = try RawPeer(reception.endpoint)
        slow.send(RawPeer.frame([1]))
        let identity = try #require(try nextSender())
        let vector = [UInt8](repeating: 4, count: 100_000)
        #expect(reception.gauge(of: identity) != nil)
        // What the system's buffers take makes room for more, until they are full.
        var (sent, isFull) = (0, false)
        while !isFull, sent < 2000 {
            if try reception.send([.copied(vector)], to: identity) {
                sent += 1
            } else {
                isFull = !reception.hasRoom(for: 300_000, to: identity)
            }
        }
        #expect(isFull)
        #expect(try reception.send([.copied([5])], to: identity))
        slow.close()
    }

    @Test func whoSaysMoreThanItMayIsReadMoreSlowlyAndNothingOfItIsLost() throws {
        let paced = try Self.reception { $0.pace = Rate(burst: 100, perSecond: 1000) }
        let peer = try RawPeer(paced.endpoint)
        let start = ContinuousClock.now
        peer.send((0..<600).flatMap { RawPeer.frame([UInt8($0 % 256)]) })
        let honest = try dealer(1, to: paced.endpoint)
        try honest.send([.copied([7, 7])])
        var (said, hasHonest) = ([UInt8](), false)
        while said.count < 600 || !hasHonest {
            guard let arrival = try wait(for: paced.sockets, { try paced.receive() }) else { return }
            let frame = try #require(arrival.frames.map { Array($0.bytes) }.first)
            if frame.count == 1 { said.append(frame[0]) } else { hasHonest = true }
        }
        #expect(said.count == 600 && said.enumerated().allSatisfy { Int($1) == $0 % 256 })
        #expect(ContinuousClock.now - start > .milliseconds(400))
        peer.close()
    }

    @Test func manyConnectionsOfAMachineTogetherAreReadAsSlowlyAsOne() throws {
        let paced = try Self.reception { $0.paceOfMachine = Rate(burst: 100, perSecond: 1000) }
        let start = ContinuousClock.now
        let peers = try (0..<20).map { _ in try RawPeer(paced.endpoint) }
        for peer in peers { peer.send((0..<60).flatMap { RawPeer.frame([UInt8($0)]) }) }
        for _ in 0..<1200 { guard try wait(for: paced.sockets, { try paced.receive() }) != nil else { return } }
        #expect(ContinuousClock.now - start > .milliseconds(400))
        for peer in peers { peer.close() }
    }

    @Test func whatComesWithLargeFramesIsReadHoweverMuchItIs() throws {
        // Counted, the last of them would be read after some minutes.
        let paced = try Self.reception { $0.paceOfMachine = Rate(burst: 20, perSecond: 1) }
        let worker = try dealer(1, to: paced.endpoint)
        let sums = [UInt8](repeating: 5, count: 20_000)
        for number in 0..<200 {
            try worker.send([.copied([UInt8(number)]), .copied(sums)])
            let arrival = try wait(for: paced.sockets) { try paced.receive() }
            guard let frames = arrival?.frames else { return }
            #expect(frames.map(\.bytes.count) == [1, 20_000] && frames[0].bytes[0] == UInt8(number))
        }
    }

    @Test func talkIsPassedOverBeyondItsRate() throws {
        let reception = try Self.reception { $0.talk = Rate(burst: 3, perSecond: 0.001) }
        let worker = try dealer(1, to: reception.endpoint)
        try worker.send([.copied([7])])
        guard let peer = try wait(for: reception.sockets, { try reception.receive() })?.peer else { return }
        #expect((0..<5).map { _ in reception.admitsTalk(of: peer, at: .zero) } == [true, true, true, false, false])
        // This machine's own processes are not held to it.
        #expect((0..<5).allSatisfy { _ in reception.admitsTalk(of: [9], at: .zero) })
    }

    @Test func whoGoesOnWithWhatIsPassedOverIsReadMoreSlowlyAndNobodyElseIs() throws {
        let reception = try Self.reception { $0.talk = Rate(burst: 3, perSecond: 0.5) }
        let (talker, worker) = (try dealer(1, to: reception.endpoint), try dealer(2, to: reception.endpoint))
        // So long that few of them are under way at once.
        for _ in 0..<300 { try talker.send([.copied([UInt8](repeating: 1, count: 10_000))]) }
        var said = 0
        for _ in 0..<200 {
            try worker.send([.copied([2])])
            while true {
                guard let arrival = try wait(for: reception.sockets, { try reception.receive() }) else { return }
                if arrival.peer == [2] { break }
                said += 1
                _ = reception.admitsTalk(of: [1], at: .zero)
            }
        }
        // Each would have come between two of the worker's.
        #expect(said < 150)
    }

    @Test func longFramesComeAsTheyWereSentHoweverMuchWaits() throws {
        let limits = FrontLimits(
            message: MessageLimits(frameCount: 3, frameBytes: 4 << 20, byteCount: 8 << 20), inFlight: 1 << 30,
            waiting: 1 << 30, connections: FrontLimits.small.connections)
        let wide = try Self.reception(limits, frameLimit: 8 << 20)
        // No two pieces of a length that a buffer has are alike.
        let block = (0..<65_521).map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 13) }
        func bytes(_ count: Int, from start: Int) -> [UInt8] {
            Array((0...(start + count) / block.count).flatMap { _ in block }[start..<start + count])
        }
        /// Frames of few bytes and of more than any buffer on their way holds at once.
        func frames(_ message: Int) -> [[UInt8]] {
            [bytes(message * 7919 % 70_000, from: message), bytes(2_000_003 - message, from: 100 * message)]
        }
        let messages = (0..<24).map(frames)
        let peer = try dealer(4, to: wide.endpoint)
        for message in messages { try peer.send(message.map { .copied($0) }) }
        for message in messages {
            let arrival = try wait(for: wide.sockets) { try wide.receive() }
            #expect(arrival?.frames.map { Array($0.bytes) } == message)
        }
        for message in messages { #expect(try wide.send(message.map { .copied($0) }, to: [4])) }
        for message in messages {
            let frames = try wait(for: [peer]) { try peer.receive() }
            #expect(frames?.map { Array($0.bytes) } == message)
        }
    }

    @Test func thisUsersProcessesComeByTheLocalNameAndAreHeldToNothing() throws {
        let local = try dealer(2, to: reception.localEndpoint)
        try local.send(
            [UInt8](repeating: 0, count: 9).map { .copied([$0]) } + [.copied([UInt8](repeating: 1, count: 500_000))])
        #expect(try next() == [Int](repeating: 1, count: 9) + [500_000])
        #expect(reception.gauge(of: [2]) == nil && LocalEndpoint.isOne(reception.localEndpoint))
        #expect(!LocalEndpoint.isOne("ipc:///tmp/a") && !LocalEndpoint.isOne("tcp://127.0.0.1:5"))
    }

    @Test func whatWasSaidLastIsHeardThoughTheOtherSideEnds() throws {
        let dealer = try Socket(.dealer, in: Context())
        do {
            let other = try ReceptionTests()
            try dealer.setIdentity([3])
            try dealer.connect(other.reception.endpoint)
            try dealer.send([.copied([1])])
            #expect(try other.next() == [1])
            try other.reception.send([.copied([UInt8](repeating: 6, count: 250_000))], to: [3])
        }
        #expect(try wait(for: [dealer]) { try dealer.receive() }?.map(\.bytes.count) == [250_000])
    }

    /// Says a word to each of so many peers once all have spoken, and ends.
    private static func answersOnce(_ count: Int, at place: Mailbox<String>) throws {
        let reception = try reception(.small)
        place.put(reception.endpoint)
        var peers: Set<[UInt8]> = []
        while peers.count < count {
            try Poller.wait(for: reception.sockets, and: [], timeout: .milliseconds(100))
            while let arrival = try reception.receive() { peers.insert(arrival.peer) }
        }
        for peer in peers { try reception.send([.copied([6])], to: peer) }
    }

    @Test func whatWasSaidLastIsHeardByThoseWhoStillSpeak() throws {
        let place = try Mailbox<String>()
        for _ in 0..<20 {
            Thread.detachNewThread {
                do { try Self.answersOnce(8, at: place) } catch { Issue.record("\(error)") }
            }
            let endpoint = try #require(place.wait(timeout: .seconds(60)).first)
            var talkers = try (UInt8(1)...8).map { try dealer($0, to: endpoint) }
            // Whoever speaks while the other side ends has it find out by what it can't carry on.
            let haveHeard = waitFor(every: 50) {
                talkers = talkers.filter { talker in
                    try? talker.send([.copied([1])])
                    return (try? talker.receive()) == nil
                }
                return talkers.isEmpty
            }
            #expect(haveHeard)
        }
    }
}
