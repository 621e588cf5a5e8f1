import CZeroMQ
import Foundation
import Synchronization

/// Tells ZeroMQ which keys may come, on a thread of its own (ZAP, https://rfc.zeromq.org/spec/27).
///
/// The list is looked at again and again; who is no longer on it, `Reception` finds out.
final class Gatekeeper: Sendable {
    /// Where ZeroMQ asks.
    private static let place = "inproc://zeromq.zap.01"
    /// How often the list is looked at.
    private static let tick = Duration.milliseconds(250)
    /// After so many keys that were turned away no more are told of.
    private static let toldLimit = 20

    /// Who a message is from, as ZeroMQ says it of each.
    struct Pass: Equatable {
        let key: PublicKey
        /// When its connection was let in, in microseconds of `FrontShared.microseconds`.
        let stamp: Int

        var text: String { "\(key.text) \(stamp)" }

        init(key: PublicKey, stamp: Int) { (self.key, self.stamp) = (key, stamp) }

        init?(_ text: String) {
            let words = text.split(separator: " ")
            guard words.count == 2, let key = PublicKey(text: words[0]), let stamp = Int(words[1]) else { return nil }
            self.init(key: key, stamp: stamp)
        }
    }
    private let list: Mutex<AuthorizedKeys>
    private let read: @Sendable () throws -> AuthorizedKeys?
    private let shared: FrontShared
    private let end: Mailbox<Void>

    /// Begins to answer; `keys` is who may come, and `read` gives a list that is another than the last one, or nil.
    init(
        _ keys: AuthorizedKeys, reading read: @escaping @Sendable () throws -> AuthorizedKeys?, for shared: FrontShared,
        in context: Context
    ) throws(SocketError) {
        list = Mutex(keys)
        (self.read, self.shared) = (read, shared)
        end = try Mailbox()
        let begun = DispatchSemaphore(value: 0)
        let fault = Mutex<SocketError?>(nil)
        let carried = Carried(context: context, begun: begun)
        try OwnThread.start("keys") { [self] in
            do throws(SocketError) {
                let socket = try Socket(.reply, in: carried.context)
                _ = try socket.bind(Self.place)
                carried.begun.signal()
                answer(socket)
            } catch {
                fault.withLock { $0 = error }
                carried.begun.signal()
            }
        }
        begun.wait()
        if let fault = fault.withLock({ $0 }) { throw fault }
    }

    private struct Carried: Sendable {
        let context: Context
        let begun: DispatchSemaphore
    }

    /// Answers no more; whoever comes then is turned away.
    func stop() { end.put(()) }

    /// The label of a key that may come; nil for another.
    func label(of key: PublicKey) -> String? { list.withLock { $0.labels[key] } }

    /// How many keys may come.
    var count: Int { list.withLock { $0.labels.count } }

    private func answer(_ socket: Socket) {
        var turnedAway: Set<PublicKey> = []
        var lastFault = ""
        while end.takeAll().isEmpty {
            do {
                try Poller.wait(for: socket, and: [end.descriptor], timeout: Self.tick)
                do {
                    if let keys = try read() {
                        list.withLock { $0 = keys }
                        (turnedAway, lastFault) = ([], "")
                        shared.notes.put(.keysChanged)
                    }
                } catch {
                    if "\(error)" != lastFault { shared.notes.put(.keysUnreadable(reason: "\(error)")) }
                    lastFault = "\(error)"
                }
                while let frames = try socket.receive() {
                    let (reply, key) = judge(frames)
                    try socket.send(reply)
                    guard let key, turnedAway.count < Self.toldLimit, turnedAway.insert(key).inserted else { continue }
                    shared.notes.put(.keyTurnedAway(key))
                }
            } catch {
                // The next request may be answered.
                usleep(10_000)
            }
        }
    }

    /// The answer to a request, and the key of whoever was turned away.
    private func judge(_ frames: [Frame]) -> (reply: [Part], turnedAway: PublicKey?) {
        let texts = frames.map { $0.copied() }
        // version, request, domain, address, identity, mechanism, and for CURVE the key
        let isRequest = texts.count == 7 && texts[0] == Array("1.0".utf8) && texts[5] == Array("CURVE".utf8)
        let key = isRequest && texts[6].count == PublicKey.byteCount ? PublicKey(texts[6]) : nil
        let isListed = key.map { label(of: $0) != nil } ?? false
        let pass = isListed ? key.map { Pass(key: $0, stamp: shared.microseconds).text } ?? "" : ""
        let reply =
            [Array("1.0".utf8), texts.count > 1 ? texts[1] : []]
            + [isListed ? "200" : "400", isListed ? "OK" : "not listed", pass, ""].map { Array($0.utf8) }
        return (reply.map { .copied($0) }, isListed ? nil : key)
    }
}
