import CLinux
import Foundation
import Synchronization

/// The thread of a `Front`: connections, deadlines, and what is carried when.
final class FrontLoop {
    private enum Key { static let (listener, wake): (UInt64, UInt64) = (0, 1) }
    /// How often deadlines are looked at.
    private static let tick = Duration.milliseconds(250)
    private static let acceptsAtOnce = 64
    /// How long a connection may take to end.
    private static let endPatience = Duration.seconds(2)
    let shared: FrontShared
    let epoll: Int32
    private var listener: Int32
    /// How often nothing was there to be taken, by the last look at deadlines, and whether it was since the one before.
    private var (idleCount, wasIdle) = (0, false)
    private var book: AddressBook
    private var telling = TellingBook()
    var passages: [UInt64: Passage] = [:]
    private var lastNumber: UInt64 = 0
    var limits: FrontLimits
    private var deadline: ContinuousClock.Instant?
    private var isAccepting = true
    private var accepts: TokenBucket
    /// What messages that are begun cost until now.
    var begunCost = 0
    /// Connections whose messages are held back.
    var held: Set<UInt64> = []
    /// Connections whose peers said so much that they rest.
    var resting: Set<UInt64> = []
    /// When the first of them has rested.
    var firstRestEnd: Duration?
    /// The small frames that each machine may say.
    var paces: [UInt64: TokenBucket] = [:]
    /// The one message that may be ended though there is no room.
    var privilege: (number: UInt64, message: Int)?
    let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 64)

    init(_ shared: FrontShared, listener: Int32) throws(SocketError) {
        (self.shared, self.listener) = (shared, listener)
        limits = shared.orders.withLock { $0.limits }
        book = AddressBook(limits.connections)
        accepts = TokenBucket(limits.accepts)
        epoll = linux_make_watch()
        guard epoll >= 0 else { throw SocketError(call: "epoll_create1", operand: "", code: errno) }
        _ = linux_watch(epoll, listener, Key.listener, Int32(LINUX_READABLE), 1)
        _ = linux_watch(epoll, shared.wake, Key.wake, Int32(LINUX_READABLE), 1)
    }

    deinit {
        close(epoll)
        piece.deallocate()
    }

    var now: Duration { ContinuousClock.now - shared.start }

    func run() {
        var found = [linux_readiness](repeating: linux_readiness(), count: 128)
        var nextTick = now + Self.tick
        while true {
            let patience = held.isEmpty ? max(.zero, min(nextTick, firstRestEnd ?? nextTick) - now) : .milliseconds(1)
            let count = linux_wait(epoll, &found, Int32(found.count), Int32(patience.wholeMilliseconds))
            for one in found.prefix(Int(count)) { handle(one) }
            if firstRestEnd != nil { goOnWithResting() }
            if !held.isEmpty { goOnWithHeld() }
            if let deadline, passages.isEmpty || ContinuousClock.now >= deadline { break }
            if now >= nextTick {
                nextTick = now + Self.tick
                lookAtDeadlines()
            }
        }
        for number in passages.keys { forget(number) }
        stopAccepting()
    }

    private func handle(_ ready: linux_readiness) {
        switch ready.key {
        case Key.listener: accept()
        case Key.wake: takeOrders()
        default:
            guard let passage = passages[ready.key / 2] else { return }
            let isBroken = ready.state & Int32(LINUX_BROKEN) != 0
            if ready.key % 2 == 0 { onOuter(passage, isBroken: isBroken) } else { onInner(passage, isBroken: isBroken) }
            passages[passage.number]?.watch(by: epoll)
        }
    }

    private func takeOrders() {
        var count: eventfd_t = 0
        _ = eventfd_read(shared.wake, &count)
        let orders = shared.orders.withLock { orders in
            defer { orders.dropped = [] }
            return orders
        }
        limits = orders.limits
        for (number, reason) in orders.dropped {
            if let passage = passages[number] { drop(passage, because: reason) }
        }
        guard deadline == nil, let end = orders.deadline else { return }
        deadline = end
        stopAccepting()
        // What was not joined to the ROUTER until now never will be.
        for passage in passages.values where passage.inner < 0 { forget(passage.number) }
    }

    private func stopAccepting() {
        if listener >= 0 { close(listener) }
        listener = -1
    }

    // MARK: - Who comes

    private func accept() {
        for _ in 0..<Self.acceptsAtOnce where listener >= 0 {
            // At a tick, a few of them later, there are some again.
            guard accepts.take(at: now) else { return setAccepting(false) }
            var peer = linux_peer()
            let outer = linux_accept(listener, &peer)
            if outer < 0 {
                if errno == EINTR || errno == ECONNABORTED { continue }
                // No descriptors or memory: at the next tick there may be.
                if errno != EAGAIN { setAccepting(false) }
                return
            }
            let machine = withUnsafeBytes(of: peer.machine) { $0.loadUnaligned(as: UInt64.self) }
            let text = withUnsafeBytes(of: peer.text) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            if let reason = admit(machine) {
                close(outer)
                tell(text, of: machine, reason)
                continue
            }
            lastNumber += 1
            let passage = Passage(
                number: lastNumber, outer: outer, peer: text, machine: machine, isSealed: shared.isSealed,
                pace: limits.pace, at: now, microseconds: shared.microseconds)
            passages[lastNumber] = passage
            shared.gauges.withLock { $0[lastNumber] = passage.gauge }
            passage.watch(by: epoll)
        }
    }

    /// Takes one more connection of a machine in, in place of one that said nothing yet where there is no room.
    ///
    /// - Returns: why there can't be one more, or nil.
    private func admit(_ machine: UInt64) -> String? {
        while true {
            switch book.onOpen(of: machine, at: now) {
            case .admitted: return nil
            case .tooOften: return "its machine connects again and again"
            case .wantsRoom(let ofMachine, let limit):
                let silent = passages.values.filter {
                    $0.messageCount == 0 && (!ofMachine || $0.machine == machine)
                }.min { $0.number < $1.number }
                guard let silent else {
                    return "\(limit) peers\(ofMachine ? " of its machine" : "") are here, which is the limit"
                }
                drop(silent, because: "it said nothing, and others come")
            }
        }
    }

    private func setAccepting(_ accepts: Bool) {
        guard listener >= 0, accepts != isAccepting else { return }
        isAccepting = accepts
        _ = linux_watch(epoll, listener, Key.listener, accepts ? Int32(LINUX_READABLE) : 0, 0)
    }

    // MARK: - Who goes

    func drop(_ passage: Passage, because reason: String) {
        tell(passage.peer, of: passage.machine, reason)
        forget(passage.number)
    }

    func tell(_ peer: String, of machine: UInt64, _ reason: String) {
        shared.dropped.wrappingAdd(1, ordering: .relaxed)
        switch telling.onClosed(of: machine, at: now) {
        case .told: shared.notes.put(.dropped(peer: peer, reason: reason))
        case .firstCounted: shared.notes.put(.muted)
        case .counted: break
        }
    }

    func forget(_ number: UInt64) {
        guard let passage = passages.removeValue(forKey: number) else { return }
        let taken = shared.forget(passage.gauge)
        if shared.isSealed {
            begunCost -= passage.framing.begunCost - taken
            // Messages that came whole and were not taken are there; who takes them says so, or that there are none.
            shared.onCompleted(max(0, passage.framing.begunCost - taken))
        } else {
            begunCost -= passage.framing.begunCost
        }
        held.remove(number)
        resting.remove(number)
        if privilege?.number == number { privilege = nil }
        book.onClose(of: passage.machine)
        if passage.messageCount > 0 { shared.notes.put(.closed(passage: number)) }
        passage.close()
    }

    private func lookAtDeadlines() {
        setAccepting(true)
        book.tidy(at: now)
        telling.tidy(at: now)
        paces = paces.filter { !$0.value.isFull(at: now) }
        (idleCount, wasIdle) = (shared.idleCount, shared.idleCount != idleCount)
        for passage in Array(passages.values) { lookAtDeadline(of: passage) }
        dropWhoHoldsOthersUp()
        if shared.isSealed, sealedWaiting > limits.inFlight { dropSlowestReader() }
        if shared.hasSlowReaders.exchange(false, ordering: .relaxed) { dropSlowestReader() }
    }

    private func lookAtDeadline(of passage: Passage) {
        if let ending = passage.ending {
            if now - ending > Self.endPatience { forget(passage.number) }
            return
        }
        passage.settle(at: now)
        if shared.isSealed {
            passage.noteBegun(0, at: now)
            if passage.isHeldByItself, wasIdle, let since = passage.heldSince, now - since > limits.pressure {
                return drop(passage, because: "\(FormFault.longMessage(limit: limits.message.byteCount))")
            }
        }
        let age = now - passage.opened
        if !passage.framing.hasGreeted {
            if age > limits.greeting { drop(passage, because: "it did not greet within \(limits.greeting)") }
        } else if passage.messageCount == 0, passage.begun == nil {
            if age > limits.firstMessage {
                drop(passage, because: "it said nothing within \(limits.firstMessage)")
            }
        } else if passage.heldSince == nil, now - passage.lastHeard > limits.silence {
            drop(passage, because: "it was silent for \(limits.silence)")
        }
    }

    /// Drops the message that comes slowest, where others have to wait for room that it takes.
    private func dropWhoHoldsOthersUp() {
        let waiting = held.compactMap { passages[$0]?.heldSince }.min()
        guard let waiting, now - waiting > limits.pressure, begunCost > shared.waitingCost else { return }
        // Which sealed messages are whole is not known, but that those were taken by the time that nothing was there.
        guard !shared.isSealed || wasIdle else { return }
        let slowest = passages.values.filter {
            $0.heldSince == nil && $0.begun.map { now - $0.at > limits.pressure } ?? false
        }.min { rate(of: $0) < rate(of: $1) }
        if let slowest { drop(slowest, because: "its message does not end, and others wait for its room") }
    }

    private func rate(of passage: Passage) -> Double {
        guard let begun = passage.begun else { return .infinity }
        return Double(begun.byteCount) / max(1e-9, (now - begun.at).inSeconds)
    }

    /// What is sealed for each peer alone while it waits, a frame of each.
    private var sealedWaiting: Int {
        passages.values.reduce(0) { $0 + min($1.gauge.waiting, limits.message.frameBytes) }
    }

    private func dropSlowestReader() {
        let slowest = passages.values.filter { now - $0.lastDry > limits.pressure }.min { $0.lastDry < $1.lastDry }
        if let slowest { drop(slowest, because: "it does not read what it is sent, and others wait for the room") }
    }
}
