import Foundation
import Messaging
import Synchronization
import TestKit
import Testing

/// A reception that takes in those with keys alone, with real sockets.
@Suite(.serialized) struct SealedReceptionTests {

    /// Who may come, as a test changes it.
    private final class List: Sendable {
        private let next = Mutex<AuthorizedKeys?>(nil)
        func change(to keys: AuthorizedKeys) { next.withLock { $0 = keys } }
        func take() -> AuthorizedKeys? {
            next.withLock { next in
                defer { next = nil }
                return next
            }
        }
    }
    private let list = List()
    private let own: KeyPair
    private let (mill, oven): (KeyPair, KeyPair)
    private let reception: Reception

    init() throws {
        own = try KeyPair()
        (mill, oven) = (try KeyPair(), try KeyPair())
        reception = try Reception(
            at: TCPEndpoint(listening: "tcp://127.0.0.1:*"), FrontLimits.small, frameLimit: 1 << 20,
            keys: Reception.Keys(
                pair: own, authorized: Self.keys([(mill, "mill"), (oven, "oven")]), change: list.take),
            in: Context(), linger: .seconds(1))
    }

    private static func keys(_ pairs: [(KeyPair, String)]) throws -> AuthorizedKeys {
        var keys = AuthorizedKeys()
        for (pair, label) in pairs { try keys.add(pair.publicKey, label: label) }
        return keys
    }

    private func dealer(_ pair: KeyPair, identity: [UInt8]? = nil, of other: KeyPair? = nil) throws -> Socket {
        let dealer = try Socket(.dealer, in: Context())
        try dealer.setKeys(pair, of: (other ?? own).publicKey)
        if let identity { try dealer.setIdentity(identity) }
        try dealer.connect(reception.endpoint)
        return dealer
    }

    /// The next message that comes, while what happens is taken note of.
    private func next(_ notes: (Front.Note) -> Void = { _ in }) throws -> Reception.Arrival? {
        for _ in 0..<600 {
            if let arrival = try reception.receive() { return arrival }
            reception.takeNotes().forEach(notes)
            try Poller.wait(for: reception.sockets, and: [reception.descriptor], timeout: .milliseconds(100))
        }
        Issue.record("nothing came in a minute")
        return nil
    }

    private func hears(_ dealer: Socket) throws -> [Int] {
        for _ in 0..<600 {
            if let frames = try dealer.receive() { return frames.map(\.bytes.count) }
            try Poller.wait(for: dealer, timeout: .milliseconds(100))
        }
        Issue.record("nothing came in a minute")
        return []
    }

    @Test func whoHasAListedKeyIsHeardByItsLabelAndAnswered() throws {
        let (first, second) = (try dealer(mill, identity: [7]), try dealer(oven))
        try first.send([.copied([1, 2]), .copied([UInt8](repeating: 3, count: 90_000))])
        let arrival = try #require(try next())
        #expect(arrival.label == "mill" && arrival.frames.map(\.bytes.count) == [2, 90_000])
        #expect(reception.gauge(of: arrival.peer) != nil)
        try reception.send([.copied([4]), .copied([UInt8](repeating: 5, count: 70_000))], to: arrival.peer)
        #expect(try hears(first) == [1, 70_000])
        try second.send([.copied([])])
        #expect(try next()?.label == "oven")
    }

    @Test func whoseKeyIsNotListedOrWhoTrustsAnotherIsNotHeard() throws {
        let stranger = try KeyPair()
        let context = try Context()
        let unlisted = try Socket(.dealer, in: context)
        try unlisted.setKeys(stranger, of: own.publicKey)
        let watch = try HandshakeWatch(of: unlisted, in: context)
        try unlisted.connect(reception.endpoint)
        try unlisted.send([.copied([1])])
        let deceived = try dealer(mill, of: oven)
        try deceived.send([.copied([2])])
        var outcomes: [HandshakeWatch.Outcome] = []
        let isOver = waitFor {
            outcomes += ((try? watch.takeAll()) ?? []).filter { $0 != .ended }
            return !outcomes.isEmpty
        }
        #expect(isOver && Set(outcomes.map { "\($0)" }) == ["notListed"])
        let honest = try dealer(mill)
        try honest.send([.copied([1, 2, 3])])
        var turnedAway: [PublicKey] = []
        let arrival = try next { if case .keyTurnedAway(let key) = $0 { turnedAway.append(key) } }
        #expect(arrival?.frames.map(\.bytes.count) == [3])
        turnedAway += reception.takeNotes().compactMap { if case .keyTurnedAway(let key) = $0 { key } else { nil } }
        #expect(turnedAway == [stranger.publicKey])
    }

    @Test func whoseKeyIsTakenOffTheListIsSentAway() throws {
        let (first, second) = (try dealer(mill), try dealer(oven))
        try first.send([.copied([1])])
        let peer = try #require(try next()?.peer)
        list.change(to: try Self.keys([(oven, "oven")]))
        var revoked: [Front.Note] = []
        #expect(
            waitFor {
                revoked += reception.takeNotes().filter { if case .revoked = $0 { true } else { false } }
                return !revoked.isEmpty
            })
        #expect(revoked == [.revoked(peer: peer, label: "mill")])
        try first.send([.copied([1])])
        try second.send([.copied([1, 2])])
        #expect(try next()?.label == "oven")
        try reception.send([.copied([9])], to: peer)
    }

    @Test func whoTakesTheNameOfAnotherKeysPeerIsClosedAndHearsNothingOfIts() throws {
        let first = try dealer(mill, identity: [1, 1])
        try first.send([.copied([1])])
        let peer = try #require(try next()?.peer)
        let thief = try dealer(oven, identity: [1, 1])
        var reasons: [String] = []
        let isFound = waitFor {
            try? thief.send([.copied([2, 2])])
            try? first.send([.copied([3, 3, 3])])
            while let arrival = try? reception.receive() { #expect(arrival.label == "mill" && arrival.peer == peer) }
            for case .dropped(_, let reason) in reception.takeNotes() { reasons.append(reason) }
            return !reasons.isEmpty
        }
        #expect(isFound)
        #expect(reasons.contains { $0.contains("name of a worker of mill") })
        let heard = try thief.receive()
        #expect(heard == nil)
    }

    @Test func whatComesOfAConnectionThatWasDroppedSaysSoUntilItsPeerComesAgain() throws {
        let first = try dealer(mill, identity: [5])
        try first.send([.copied([1])])
        try first.send([.copied([1, 1])])
        let arrival = try #require(try next())
        #expect(arrival.connection == .open)
        try Poller.wait(for: reception.sockets, and: [], timeout: .seconds(60))  // for the second
        reception.drop(arrival.peer, because: "a test drops it")
        let late = try next()
        #expect(late?.peer == arrival.peer && late?.connection == .dropped && late?.frames.map(\.bytes.count) == [2])
        #expect(reception.gauge(of: arrival.peer) == nil)
        let comesAgain = waitFor {
            try? first.send([.copied([1, 1, 1])])
            return (try? reception.receive())?.connection == .open
        }
        #expect(comesAgain)
        try reception.send([.copied([4])], to: arrival.peer)
        #expect(try hears(first) == [1])
    }

    @Test func whatComesOfAConnectionThatItsPeerClosedIsHeardAndSaysSo() throws {
        var first: Socket? = try dealer(mill)
        try first?.send([.copied([1])])
        try first?.send([.copied([1, 1])])
        let peer = try #require(try next()?.peer)
        try Poller.wait(for: reception.sockets, and: [], timeout: .seconds(60))  // for the second
        first = nil
        var isGone = false
        #expect(
            waitFor {
                isGone = isGone || reception.takeNotes().contains(.gone(peer: peer))
                return isGone
            })
        let late = try next()
        #expect(late?.peer == peer && late?.connection == .closed && late?.frames.map(\.bytes.count) == [2])
    }

    @Test func messagesBeyondTheirBoundHoldNobodyUpAndEndTheirConnection() throws {
        let wordy = try (0..<10).map { _ in try dealer(oven) }
        let piece = [UInt8](repeating: 1, count: 100_000)
        for dealer in wordy { try dealer.send([[UInt8]](repeating: piece, count: 60).map { .copied($0) }) }
        let long = try dealer(oven)
        try long.send([[UInt8]](repeating: piece, count: 3).map { .copied($0) })
        let honest = try dealer(mill)
        for _ in 0..<3 { try honest.send([.copied([UInt8](repeating: 2, count: 90_000)), .copied([3])]) }
        var reasons: [String] = []
        func note(_ note: Front.Note) { if case .dropped(_, let reason) = note { reasons.append(reason) } }
        for _ in 0..<3 {
            let arrival = try next(note)
            #expect(arrival?.label == "mill" && arrival?.frames.map(\.bytes.count) == [90_000, 1])
        }
        let isOver = waitFor {
            reception.takeNotes().forEach(note)
            _ = try? reception.receive()
            // Those that are held back on a busy machine may be closed for their silence first.
            return reasons.count > 5
                && reasons.contains { $0.contains("more than 200000 bytes") || $0.contains("does not end") }
        }
        #expect(isOver, "\(reasons)")
    }

    @Test func thisUsersProcessesNeedNoKey() throws {
        let local = try Socket(.dealer, in: Context())
        try local.setIdentity([2])
        try local.connect(reception.localEndpoint)
        try local.send([.copied([1])])
        let arrival = try #require(try next())
        #expect(arrival.label == nil && arrival.peer == [2])
        try reception.send([.copied([1, 2])], to: [2])
        #expect(try hears(local) == [2])
    }

    @Test func whatComesBeforeItsHandshakeIsNotCarriedOn() throws {
        let hello: [UInt8] = [4, 200] + [UInt8](repeating: 1, count: 200)
        let cases: [(bytes: [UInt8], said: String)] = [
            (RawPeer.greeting(mechanism: "CURVE") + hello + RawPeer.frame([1]), "handshake"),
            (RawPeer.greeting(mechanism: "CURVE") + [4, 199] + [UInt8](repeating: 1, count: 199), "handshake"),
            (RawPeer.greeting + [4, 5, 1, 1, 1, 1, 1], "without a key"),
            (RawPeer.greeting(mechanism: "PLAIN"), "without a key"),
        ]
        for (bytes, said) in cases {
            let peer = try RawPeer(reception.endpoint, greets: false)
            peer.send(bytes)
            #expect(peer.isClosedByTheOther)
            var reasons: [String] = []
            #expect(
                waitFor {
                    for case .dropped(_, let reason) in reception.takeNotes() { reasons.append(reason) }
                    return reasons.contains { $0.contains(said) }
                }, "\(reasons)")
        }
    }
}
