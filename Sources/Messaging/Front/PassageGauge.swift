import Synchronization

/// What waits for one peer, between the thread that sends and the one that carries.
package final class PassageGauge: Sendable {
    /// Counted from 1.
    let number: UInt64
    /// Its machine, for limits.
    package let machine: UInt64
    /// When the connection was made, in microseconds of `FrontShared.microseconds`.
    let opened: Int
    private let sent = Atomic<Int>(0)
    private let passed = Atomic<Int>(0)
    private let isOver = Atomic<Bool>(false)
    private let dropped = Atomic<Bool>(false)
    /// Whether it was found to say too much since this was asked last.
    private let saysTooMuch = Atomic<Bool>(false)
    /// Of sealed messages that came by it, what those cost that have come whole, and how many they are.
    private let taken = Atomic<Int>(0)
    private let takenMessages = Atomic<Int>(0)

    init(number: UInt64, machine: UInt64, opened: Int) {
        (self.number, self.machine, self.opened) = (number, machine, opened)
    }

    var takenCost: Int { taken.load(ordering: .acquiring) }
    var takenCount: Int { takenMessages.load(ordering: .acquiring) }

    /// Takes note of a sealed message that has come whole.
    func onTaken(_ cost: Int) {
        taken.wrappingAdd(cost, ordering: .releasing)
        takenMessages.wrappingAdd(1, ordering: .releasing)
    }

    /// Bytes that were sent to the peer and have not left this process; about so many.
    package var waiting: Int { max(0, sent.load(ordering: .relaxed) - passed.load(ordering: .relaxed)) }

    /// Whether the connection is closed.
    package var isClosed: Bool { isOver.load(ordering: .relaxed) }

    /// Whether the connection is to be closed from here.
    var isDropped: Bool { dropped.load(ordering: .relaxed) }

    /// Takes note that the connection is to be closed from here; whether that was not so before.
    func markDropped() -> Bool { !dropped.exchange(true, ordering: .relaxed) }

    /// Takes note that its peer says what is passed over.
    func noteNeedless() { saysTooMuch.store(true, ordering: .relaxed) }

    /// Whether that was so since this was asked last.
    func takeNeedless() -> Bool {
        saysTooMuch.load(ordering: .relaxed) && saysTooMuch.exchange(false, ordering: .relaxed)
    }

    /// All bytes that were sent until now.
    var sentCount: Int { sent.load(ordering: .acquiring) }

    func onSent(_ byteCount: Int) { sent.wrappingAdd(byteCount, ordering: .releasing) }

    func onPassed(_ byteCount: Int) { passed.wrappingAdd(byteCount, ordering: .relaxed) }

    /// Takes note that nothing waited when so much had been sent: what was lost on the way is not waited for.
    func onDry(whenSent count: Int) { passed.store(count, ordering: .relaxed) }

    func onClosed() { isOver.store(true, ordering: .relaxed) }
}
