import CLinux
import Foundation
import Synchronization

/// What stands in front of a ROUTER: it takes peers' connections, and carries bytes between each of them and the
/// ROUTER, which no peer reaches otherwise.
///
/// On the way in it follows the framing, and holds peers to `FrontLimits` before anything is kept for them. What it
/// does not carry on stays in the system's buffers, and holds the peer's sending up.
package final class Front: Sendable {
    /// What happened at the front.
    package enum Note: Equatable, Sendable {
        /// A peer was turned away.
        case dropped(peer: String, reason: String)
        /// From now on most of such are only counted.
        case muted
        /// A peer came with this key, which is not listed.
        case keyTurnedAway(PublicKey)
        /// Others may come than before: `Reception` sends away who may no longer.
        case keysChanged
        /// Who may come can't be read any more; the last list stays in force.
        case keysUnreadable(reason: String)
        /// A peer's key, of this label, is not listed any more; its connection is closed.
        case revoked(peer: [UInt8], label: String)
        /// A connection by which messages came is closed; only `Reception` knows whose it was.
        case closed(passage: UInt64)
        /// A peer's connection is closed.
        case gone(peer: [UInt8])
    }
    let shared: FrontShared
    private let ended = DispatchSemaphore(value: 0)
    /// What carries, until it has begun.
    private let waiting: Mutex<Carried?>
    /// Where it listens, with the port that was taken.
    package let endpoint: String

    /// Begins to listen; what the ROUTER is to be bound to is `localName`, and peers are taken in from `begin` on.
    ///
    /// - Parameters:
    ///   - place: where peers connect.
    ///   - limits: what they are held to.
    ///   - isSealed: whether they are to come with keys.
    /// - Throws: when nobody can listen there.
    package init(at place: TCPEndpoint, _ limits: FrontLimits, isSealed: Bool = false) throws(SocketError) {
        let shared = try FrontShared(limits, isSealed: isSealed)
        let (listener, endpoint) = try place.listener()
        (self.shared, self.endpoint) = (shared, endpoint)
        let loop: FrontLoop
        do throws(SocketError) {
            loop = try FrontLoop(shared, listener: listener)
        } catch {
            close(listener)
            throw error
        }
        waiting = Mutex(Carried(loop))
    }

    /// Takes peers in, once the ROUTER is there to carry to.
    ///
    /// - Throws: when the system starts no more threads.
    package func begin() throws(SocketError) {
        guard let carried = takeWaiting() else { return }
        do throws(SocketError) {
            try OwnThread.start("front") { [ended] in
                carried.loop.run()
                ended.signal()
            }
        } catch {
            waiting.withLock { $0 = carried }
            throw error
        }
    }

    private func takeWaiting() -> Carried? {
        waiting.withLock { waiting in
            defer { waiting = nil }
            return waiting
        }
    }

    /// Hands the loop to its thread, which alone uses it from then on.
    private struct Carried: @unchecked Sendable {
        let loop: FrontLoop
        init(_ loop: FrontLoop) { self.loop = loop }
    }

    /// The abstract name at which the ROUTER is waited for.
    var localName: String { shared.name }

    /// Holds peers to other limits from now on.
    package func limit(_ change: (inout FrontLimits) -> Void) { shared.order { change(&$0.limits) } }

    /// Closes a peer's connection, once.
    package func drop(_ gauge: PassageGauge, because reason: String) {
        guard gauge.markDropped() else { return }
        shared.order { $0.dropped.append((gauge.number, reason)) }
    }

    /// Has the slowest reader dropped, where one has not read for long.
    package func dropSlowReader() { shared.hasSlowReaders.store(true, ordering: .relaxed) }

    /// How many peers were turned away.
    package var droppedCount: Int { shared.dropped.load(ordering: .relaxed) }

    /// What was not told of yet.
    func takeNotes() -> [Note] { shared.notes.takeAll() }

    /// Readable while something is not told of yet.
    package var descriptor: Int32 { shared.notes.descriptor }

    /// Takes no peers any more, and waits until what is on its way has gone, for `patience` at most.
    package func end(patience: Duration) {
        shared.order { $0.deadline = .now + patience }
        if let carried = takeWaiting() {
            carried.loop.run()  // what never began has its listener to close all the same
        } else {
            ended.wait()
        }
        ended.signal()  // whoever asks again need not wait
    }

    // MARK: - For who sends and receives

    /// By which connection a message came.
    enum Way {
        case through(PassageGauge)
        /// Of a process of this machine, past the front.
        case past
        /// By one that is closed by now.
        case closed
    }

    /// By which connection the message came of which a frame is part.
    func way(of frame: Frame) -> Way {
        guard let number = frame.joinedNumber(at: shared.name) else { return .closed }
        if number == 0 { return .past }
        return shared.gauges.withLock { $0[number] }.map { .through($0) } ?? .closed
    }

    /// As a list of keys has it, of whose message a frame is part, and by which connection it came where that is open.
    func sender(of frame: Frame, _ pass: Gatekeeper.Pass) -> PassageGauge? {
        // A descriptor that was closed may be another connection's by now, which then began later.
        guard case .through(let gauge) = way(of: frame), gauge.opened <= pass.stamp else { return nil }
        return gauge
    }

    var currentLimits: FrontLimits { shared.orders.withLock { $0.limits } }

    var completedCost: Int { shared.completedCost }

    func onTaken(_ frames: some Sequence<Frame>) {
        shared.onTaken(frames.reduce(0) { $0 + $1.bytes.count + PeerFraming.frameOverhead })
    }

    func onTakenSealed(_ frames: some Sequence<Frame>, of gauge: PassageGauge?) {
        let around = PeerFraming.frameOverhead + PeerFraming.sealBytes
        shared.onTaken(frames.reduce(0) { $0 + $1.bytes.count + around }, of: gauge)
    }

    func onNothingThere(whenCompleted cost: Int) { shared.onNothingThere(whenCompleted: cost) }
}
