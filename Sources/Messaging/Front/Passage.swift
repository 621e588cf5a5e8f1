import CLinux
import Foundation

/// One peer's connection, and the one to the ROUTER behind.
final class Passage {
    enum Phase {
        case open
        /// The peer is gone: what it said is read behind, and what is said to it is thrown away.
        case peerGone
        /// Nobody is behind any more: what was said goes to the peer.
        case hostGone
    }
    let number: UInt64
    let peer: String
    let machine: UInt64
    let opened: Duration
    let gauge: PassageGauge
    /// To the peer; -1 once closed.
    var outer: Int32
    /// To the ROUTER; -1 before the peer has said anything, and once closed.
    var inner: Int32 = -1
    var phase = Phase.open
    var framing: PeerFraming
    /// When the peer was last heard of.
    var lastHeard: Duration
    /// Since when the phase is what it is, where it is not open.
    var ending: Duration?
    /// Since when, and how many bytes, of the message in hand.
    var begun: (at: Duration, byteCount: Int)?
    /// Which message that is.
    private var begunMessage = 0
    /// Whether what is held back is so because too much of its own is under way.
    var isHeldByItself = false
    /// How many bytes have come for it from the ROUTER.
    private(set) var answerBytes = 0
    /// Whether nothing waits for the peer, and when that was so last.
    var isDry = true
    var lastDry: Duration
    /// What was sent longer ago than this and did not come here was lost on its way through ZeroMQ.
    private static let onTheWay = Duration.seconds(1)
    /// What has been sent to it, and since when no more.
    private var sent = (count: 0, since: Duration.zero)
    /// What is on its way to the peer.
    private var back: [UInt8] = []
    private var backStart = 0
    /// Since when its message is held back for want of room.
    var heldSince: Duration?
    /// The frames that it may say.
    private var pace: TokenBucket
    /// The fewer ones that it may say, and until when, as it says what is passed over.
    private var slow: (pace: TokenBucket, until: Duration)?
    private static let slowFor = Duration.seconds(5)
    /// The frames that it may say whatever others of its machine do, and how many that are at most.
    private(set) var credit = 16
    private static let mostCredit = 64
    /// Whether it has said so many that what is held back waits for time alone, and until when.
    var isTooFast = false
    var restEnd: Duration?
    /// Whether the ROUTER takes no more for now.
    var isInnerFull = false
    private var watched: (outer: Int32, inner: Int32) = (-1, -1)

    init(
        number: UInt64, outer: Int32, peer: String, machine: UInt64, isSealed: Bool, pace: Rate, at now: Duration,
        microseconds: Int
    ) {
        self.pace = TokenBucket(pace)
        (self.number, self.outer, self.peer, self.machine) = (number, outer, peer, machine)
        (opened, lastHeard, lastDry) = (now, now, now)
        framing = PeerFraming(isSealed: isSealed)
        gauge = PassageGauge(number: number, machine: machine, opened: microseconds)
    }

    deinit {
        close()
        gauge.onClosed()
    }

    func close() {
        for descriptor in [outer, inner] where descriptor >= 0 { Foundation.close(descriptor) }
        (outer, inner) = (-1, -1)
    }

    func closeOuter() {
        Foundation.close(outer)
        (outer, watched.outer) = (-1, -1)
    }

    func closeInner() {
        Foundation.close(inner)
        (inner, watched.inner) = (-1, -1)
    }

    // MARK: - What came from the peer

    /// How many messages have come whole.
    var messageCount: Int { framing.isSealed ? gauge.takenCount : framing.messageCount }

    /// What is under way of messages that have not come whole, as far as that can be known.
    var begunCost: Int { framing.isSealed ? max(0, framing.begunCost - gauge.takenCost) : framing.begunCost }

    /// Takes note that bytes of a message went on, or that one may have come whole since.
    func noteBegun(_ byteCount: Int, at now: Duration) {
        if begunCost == 0 {
            begun = nil
        } else if begun == nil || messageCount != begunMessage {
            (begun, begunMessage) = ((now, 0), messageCount)
        } else {
            begun?.byteCount += byteCount
        }
    }

    /// Whether it may say few frames only for now.
    var isSlow: Bool { slow != nil }

    /// How many small frames it may say now, whatever others of its machine do.
    func framesLeft(at now: Duration) -> Int {
        min(pace.count(at: now), slow.map { $0.pace.count(at: now) + credit } ?? .max)
    }

    /// Lets it say fewer frames for a while where it said what was passed over, and as many as ever after that.
    func adaptPace(to slowPace: Rate, at now: Duration) {
        if gauge.takeNeedless() { slow = (slow?.pace ?? TokenBucket(slowPace), now + Self.slowFor) }
        if let until = slow?.until, now >= until { slow = nil }
    }

    /// Takes note of small frames, and of credit for the larger ones that they came with.
    ///
    /// - Returns: how many there was no credit for.
    func spend(_ frames: Int, earning: Int, at now: Duration) -> Int {
        let own = min(frames, credit)
        credit = min(Self.mostCredit, credit - own + earning)
        pace.take(frames, at: now)
        slow?.pace.take(frames - own, at: now)
        return frames - own
    }

    // MARK: - What waits for the peer

    /// Takes note of what the ROUTER says: once that is more than the beginning of a handshake, it has let the peer in.
    func noteAnswer(_ byteCount: Int) {
        answerBytes += byteCount
        if answerBytes > PeerFraming.sealedAnswerBytes { framing.isLetIn = true }
    }

    var hasBack: Bool { backStart < back.count }

    /// Sends bytes behind those that wait, and keeps what the system does not take; false where the connection is
    /// broken.
    func send(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var sent = 0
        if !hasBack {
            sent = linux_send(outer, bytes.baseAddress, bytes.count)
            if sent < 0 {
                guard errno == EAGAIN || errno == EINTR else { return false }
                sent = 0
            }
            gauge.onPassed(sent)
        }
        back += bytes.dropFirst(sent)
        return true
    }

    /// Looks whether nothing waits and nothing is on its way any more: then what was lost there is not waited for.
    func settle(at now: Duration) {
        if isDry { lastDry = now }
        let count = gauge.sentCount
        if count != sent.count { sent = (count, now) }
        if isDry, now - sent.since > Self.onTheWay { gauge.onDry(whenSent: count) }
    }

    /// Throws away what waits for a peer that is gone.
    func dropBack() { (back, backStart) = ([], 0) }

    /// Sends what waits; false where the connection is broken.
    func sendBack() -> Bool {
        while hasBack {
            let sent = back.withUnsafeBytes { bytes in
                let rest = UnsafeRawBufferPointer(rebasing: bytes.dropFirst(backStart))
                return linux_send(outer, rest.baseAddress, rest.count)
            }
            if sent < 0 { return errno == EAGAIN || errno == EINTR }
            backStart += sent
            gauge.onPassed(sent)
        }
        dropBack()
        return true
    }

    // MARK: - What is waited for

    /// Whether what it says goes on at all for now.
    var isCarriedIn: Bool { heldSince == nil && restEnd == nil && !isInnerFull }

    /// Has `epoll` look for what can be done next.
    func watch(by epoll: Int32) {
        if outer >= 0 {
            let isRead = phase == .hostGone || phase == .open && isCarriedIn
            let wanted = Int32((isRead ? LINUX_READABLE : 0) | (hasBack ? LINUX_WRITABLE : 0))
            if wanted != watched.outer {
                _ = linux_watch(epoll, outer, number * 2, wanted, watched.outer < 0 ? 1 : 0)
                watched.outer = wanted
            }
        }
        if inner >= 0 {
            let wanted = Int32((hasBack ? 0 : LINUX_READABLE) | (isInnerFull ? LINUX_WRITABLE : 0))
            if wanted != watched.inner {
                _ = linux_watch(epoll, inner, number * 2 + 1, wanted, watched.inner < 0 ? 1 : 0)
                watched.inner = wanted
            }
        }
    }
}
