import CLinux
import Foundation
import Synchronization

/// What the thread that carries shares with the one that sends and receives.
final class FrontShared: Sendable {
    struct Orders {
        var limits: FrontLimits
        var dropped: [(number: UInt64, reason: String)] = []
        /// Until when what is on its way may be carried, once no peers are to come any more.
        var deadline: ContinuousClock.Instant?
    }
    /// The abstract name of the ROUTER's socket.
    let name: String
    let orders: Mutex<Orders>
    let gauges = Mutex<[UInt64: PassageGauge]>([:])
    let notes: Mailbox<Front.Note>
    let dropped = Atomic<Int>(0)
    /// Whether peers that do not read make others wait.
    let hasSlowReaders = Atomic<Bool>(false)
    let wake: Int32
    /// Whether messages are sealed.
    let isSealed: Bool
    let start = ContinuousClock.now
    /// Of sealed messages whose connections are open, what those cost that were taken and not reckoned with yet.
    private let settled = Atomic<Int>(0)
    /// How often nothing was there to be taken.
    private let idle = Atomic<Int>(0)
    /// What all messages cost that went on whole, and how much of that is known to have been taken.
    private let completed = Atomic<Int>(0)
    private let taken = Atomic<Int>(0)

    init(_ limits: FrontLimits, isSealed: Bool) throws(SocketError) {
        self.isSealed = isSealed
        name = LocalEndpoint.randomName()
        orders = Mutex(Orders(limits: limits))
        notes = try Mailbox()
        wake = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
        if wake < 0 { throw SocketError(call: "eventfd", operand: "", code: errno) }
    }

    deinit { close(wake) }

    func order(_ change: (inout Orders) -> Void) {
        orders.withLock { change(&$0) }
        _ = eventfd_write(wake, 1)
    }

    /// Since the front began.
    var microseconds: Int {
        let (seconds, attoseconds) = (ContinuousClock.now - start).components
        return Int(seconds) * 1_000_000 + Int(attoseconds / 1_000_000_000_000)
    }

    /// Forgets a connection.
    ///
    /// - Returns: what of its sealed messages has been taken; what has not may still wait to be.
    func forget(_ gauge: PassageGauge) -> Int {
        gauges.withLock {
            $0[gauge.number] = nil
            return gauge.takenCost
        }
    }

    // MARK: - Messages on their way to be taken

    /// What whole messages that were not taken yet cost.
    var waitingCost: Int { max(0, completed.load(ordering: .relaxed) - taken.load(ordering: .relaxed)) }

    /// What all messages cost that went on whole until now.
    var completedCost: Int { completed.load(ordering: .acquiring) }

    func onCompleted(_ cost: Int) { completed.wrappingAdd(cost, ordering: .releasing) }

    func onTaken(_ cost: Int) { taken.wrappingAdd(cost, ordering: .relaxed) }

    /// Takes note of a sealed message that was taken, by a connection that is open, or was.
    func onTaken(_ cost: Int, of gauge: PassageGauge?) {
        let isOpen = gauges.withLock { gauges in
            guard let gauge, gauges[gauge.number] === gauge else { return false }
            gauge.onTaken(cost)
            settled.wrappingAdd(cost, ordering: .releasing)
            return true
        }
        if !isOpen { onTaken(cost) }
    }

    /// What of sealed messages has been taken since this was asked last.
    func takeSettled() -> Int { settled.exchange(0, ordering: .acquiring) }

    /// How often nothing was there to be taken until now.
    var idleCount: Int { idle.load(ordering: .relaxed) }

    /// Takes note that nothing was there to be taken when messages of this cost had gone on: what a broken connection
    /// took on the way does not count for ever.
    func onNothingThere(whenCompleted cost: Int) {
        taken.store(cost, ordering: .relaxed)
        idle.wrappingAdd(1, ordering: .relaxed)
    }
}
