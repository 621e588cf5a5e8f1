import CLinux
import Foundation

extension FrontLoop {
    /// A turn ends after so many pieces, so that everybody has one.
    private static let piecesAtOnce = 4
    /// How long a peer rests that says too much: of a limit of thousands a second it may say some dozens then.
    ///
    /// Where many rest, each does for longer, so that to look at them all costs no more.
    private static let rest = Duration.milliseconds(5)
    private static let restingAtOnce = 8
    /// How long one rests that may say little: some frames then.
    private static let longRest = Duration.milliseconds(100)
    /// So much is looked at of what a peer says that has just said too much: most of it has to wait again.
    private static let pieceAfterRest = 16 << 10

    func onOuter(_ passage: Passage, isBroken: Bool) {
        if passage.outer >= 0, passage.hasBack, !passage.sendBack() { return onPeerDeaf(passage) }
        switch passage.phase {
        case .open:
            carryIn(passage)
            // With what could not be taken at once.
            if isBroken, passages[passage.number] != nil, passage.phase == .open { onPeerGone(passage) }
        case .hostGone:
            // What the peer still says nobody hears; but unread, it would make the system throw away what was said.
            while true {
                let count = linux_receive(passage.outer, piece.baseAddress, piece.count)
                if count < 0, errno == EAGAIN, !isBroken { break }
                if count <= 0 { return forget(passage.number) }
            }
            endHost(passage)
        case .peerGone: break
        }
    }

    func onInner(_ passage: Passage, isBroken: Bool) {
        if isBroken, passage.hasBack { return takeLast(passage) }
        passage.isInnerFull = false
        carryOut(passage)
        if passages[passage.number] != nil, passage.phase == .open { carryIn(passage) }
    }

    private func taken(_ count: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(piece).prefix(count))
    }

    // MARK: - From the peer

    func carryIn(_ passage: Passage) {
        guard passage.isCarriedIn else { return }
        for _ in 0..<Self.piecesAtOnce {
            if passage.messageCount > 0, framesLeft(to: passage) <= 0 {
                passage.isTooFast = true
                return rest(passage)
            }
            let most = passage.isTooFast ? Self.pieceAfterRest : piece.count
            let count = linux_peek(passage.outer, piece.baseAddress, most)
            if count == 0 { return onPeerGone(passage) }
            if count < 0 {
                if errno == EAGAIN || errno == EINTR { return }
                return onPeerGone(passage)
            }
            let bytes = taken(count)
            let walk: PeerFraming.Walk
            do throws(FormFault) {
                walk = try judge(bytes, of: passage)
            } catch {
                return drop(passage, because: "\(error)")
            }
            if passage.inner < 0, !join(passage) { return }
            var taken = 0
            if walk.byteCount > 0 {
                taken = linux_send(passage.inner, bytes.baseAddress, walk.byteCount)
                if taken < 0 {
                    guard errno == EAGAIN || errno == EINTR else { return takeLast(passage) }
                    taken = 0
                }
                onTaken(UnsafeRawBufferPointer(rebasing: bytes.prefix(taken)), of: passage)
                _ = linux_discard(passage.outer, taken)
            }
            if passage.framing.hasOtherMechanism, passage.framing.hasGreeted { return turnAway(passage) }
            if taken < walk.byteCount {
                passage.isInnerFull = true
                return
            }
            if walk.isHeldBack { return passage.isTooFast ? rest(passage) : hold(passage) }
            if count < most { return }
        }
    }

    /// A frame of such a cost is no small one: sums and samples are limited by their bytes.
    private static let freeFrameCost = 16_384
    /// So many small frames come with each large one: headers.
    private static let framesWithLarge = 2

    /// How many small frames a peer may say now.
    private func framesLeft(to passage: Passage) -> Int {
        let now = now
        passage.adaptPace(to: limits.slowPace, at: now)
        let ofMachine = paces[passage.machine, default: TokenBucket(limits.paceOfMachine)]
        return min(passage.framesLeft(at: now), ofMachine.count(at: now) + passage.credit)
    }

    /// How far a peer's bytes may go on, by the form of what they are and the room that there is.
    private func judge(_ bytes: UnsafeRawBufferPointer, of passage: Passage) throws(FormFault) -> PeerFraming.Walk {
        settle()
        var (trial, cost, own) = (passage.framing, begunCost + shared.waitingCost, passage.begunCost)
        let ownLimit = shared.isSealed ? limits.message.sealedCost : .max
        let privileged = privilege?.number == passage.number ? privilege?.message : nil
        let counted = shared.isSealed ? passage.messageCount : nil
        var frames = framesLeft(to: passage)
        (passage.isHeldByItself, passage.isTooFast) = (false, false)
        return try trial.walk(bytes, limits: limits.message) { message, frameCost in
            if frameCost < Self.freeFrameCost { frames -= 1 }
            guard frames >= 0 else {
                passage.isTooFast = true
                return false
            }
            if frameCost == 0 { return true }
            guard own == 0 || own + frameCost <= ownLimit else {
                passage.isHeldByItself = true
                return false
            }
            guard cost + frameCost <= limits.inFlight || (counted ?? message) == privileged else { return false }
            (cost, own) = (cost + frameCost, own + (shared.isSealed ? frameCost : 0))
            return true
        }
    }

    /// Reckons with the sealed messages that have been taken since, and ends a privilege with its message.
    private func settle() {
        guard shared.isSealed else { return }
        begunCost -= shared.takeSettled()
        guard let (number, message) = privilege, passages[number].map({ $0.messageCount > message }) ?? true else {
            return
        }
        privilege = nil
    }

    /// Takes note of bytes that went on.
    private func onTaken(_ bytes: UnsafeRawBufferPointer, of passage: Passage) {
        let before = passage.framing
        var (frames, large) = (0, 0)
        // They were judged before.
        _ = try? passage.framing.walk(bytes, limits: limits.message) { _, frameCost in
            if frameCost < Self.freeFrameCost { frames += 1 } else { large += 1 }
            return true
        }
        let besides = passage.spend(frames, earning: Self.framesWithLarge * large, at: now)
        if besides > 0 { paces[passage.machine, default: TokenBucket(limits.paceOfMachine)].take(besides, at: now) }
        let after = passage.framing
        passage.lastHeard = now
        begunCost += after.begunCost - before.begunCost
        if after.completeCost > before.completeCost { shared.onCompleted(after.completeCost - before.completeCost) }
        passage.noteBegun(bytes.count, at: now)
        if let message = privilege?.message, privilege?.number == passage.number, passage.messageCount > message {
            privilege = nil
        }
    }

    private func join(_ passage: Passage) -> Bool {
        passage.inner = linux_join(shared.name, passage.number)
        if passage.inner < 0 {
            // The ROUTER's queue of those who come is full, or there are no descriptors: the peer comes again.
            drop(passage, because: "no more peers can be taken in at once")
            return false
        }
        return true
    }

    // MARK: - What has to wait

    /// Leaves what a peer says with the system for a while: it waits, and nobody else does.
    private func rest(_ passage: Passage) {
        let usual = Self.rest * (1 + resting.count / Self.restingAtOnce)
        let end = now + (passage.isSlow ? max(Self.longRest, usual) : usual)
        passage.restEnd = end
        resting.insert(passage.number)
        firstRestEnd = min(firstRestEnd ?? end, end)
    }

    /// Lets those go on who have rested.
    func goOnWithResting() {
        let now = now
        guard let firstRestEnd, now >= firstRestEnd else { return }
        self.firstRestEnd = nil
        defer { self.firstRestEnd = resting.compactMap { passages[$0]?.restEnd }.min() }
        for passage in resting.compactMap({ passages[$0] }) where passage.restEnd.map({ now >= $0 }) ?? true {
            passage.restEnd = nil
            resting.remove(passage.number)
            if passage.phase == .open { carryIn(passage) }
            passages[passage.number]?.watch(by: epoll)
        }
    }

    private func hold(_ passage: Passage) {
        passage.heldSince = passage.heldSince ?? now
        held.insert(passage.number)
        if privilege == nil { privilege = (passage.number, passage.messageCount) }
    }

    /// Lets those go on for whom there is room now, first whoever has waited for longest.
    func goOnWithHeld() {
        settle()
        let hasRoom = begunCost + shared.waitingCost < limits.inFlight
        guard hasRoom || privilege == nil || privilege.map({ held.contains($0.number) }) ?? false else { return }
        let waiting = held.compactMap { passages[$0] }.sorted {
            ($0.heldSince ?? .zero, $0.number) < ($1.heldSince ?? .zero, $1.number)
        }
        if privilege == nil, let first = waiting.first { privilege = (first.number, first.messageCount) }
        for passage in waiting where hasRoom || privilege?.number == passage.number {
            let since = passage.heldSince
            passage.heldSince = nil
            held.remove(passage.number)
            carryIn(passage)
            guard passages[passage.number] != nil else { continue }
            // As long as it did not go on, it has waited since then.
            if passage.heldSince != nil, passage.lastHeard < since ?? .zero { passage.heldSince = since }
            passage.watch(by: epoll)
        }
    }

    // MARK: - To the peer

    private func carryOut(_ passage: Passage) {
        for _ in 0..<Self.piecesAtOnce where !passage.hasBack {
            let count = linux_receive(passage.inner, piece.baseAddress, piece.count)
            if count < 0, errno == EAGAIN || errno == EINTR {
                (passage.isDry, passage.lastDry) = (true, now)
                return
            }
            passage.isDry = false
            if count <= 0 { return onHostGone(passage) }
            passage.noteAnswer(count)
            if passage.outer < 0 { continue }
            if !passage.send(taken(count)) { return onPeerDeaf(passage) }
        }
    }

    /// Takes what the ROUTER left behind when it closed: no more than the system's buffer holds.
    private func takeLast(_ passage: Passage) {
        while true {
            let count = linux_receive(passage.inner, piece.baseAddress, piece.count)
            if count <= 0 { break }
            if !passage.send(taken(count)) { return forget(passage.number) }
        }
        onHostGone(passage)
    }

    // MARK: - Ends

    /// Nothing can be said to the peer any more: it has closed, and what it said before that may not be read yet; of
    /// that, what there is room for at once is.
    private func onPeerDeaf(_ passage: Passage) {
        guard passage.phase == .open else { return forget(passage.number) }
        passage.dropBack()
        carryIn(passage)
        // With what could not be taken at once.
        if passages[passage.number] != nil, passage.phase == .open { onPeerGone(passage) }
    }

    /// The peer is gone: what it said is on its way, and the ROUTER closes once it has read that.
    private func onPeerGone(_ passage: Passage) {
        guard passage.inner >= 0, passage.phase == .open else { return forget(passage.number) }
        end(passage, .peerGone)
        passage.closeOuter()
        passage.dropBack()
        shutdown(passage.inner, Int32(SHUT_WR))
        passage.watch(by: epoll)
    }

    /// The ROUTER has closed: what it said goes to the peer.
    private func onHostGone(_ passage: Passage) {
        guard passage.outer >= 0, passage.phase == .open else { return forget(passage.number) }
        end(passage, .hostGone)
        passage.closeInner()
        if !passage.sendBack() { return forget(passage.number) }
        endHost(passage)
        passage.watch(by: epoll)
    }

    /// One side is gone: the message in hand waits for no room any more.
    private func end(_ passage: Passage, _ phase: Passage.Phase) {
        (passage.phase, passage.ending, passage.heldSince) = (phase, now, nil)
        held.remove(passage.number)
        if privilege?.number == passage.number { privilege = nil }
    }

    /// Tells a peer without a key that this side has one, or the other way round: ZeroMQ itself often closes before it
    /// has said so.
    private func turnAway(_ passage: Passage) {
        tell(passage.peer, of: passage.machine, "\(shared.isSealed ? FormFault.noKey : .unwantedKey)")
        end(passage, .hostGone)
        passage.closeInner()
        let greeting = PeerFraming.greeting(isSealed: shared.isSealed).dropFirst(passage.answerBytes)
        let isSent = greeting.withUnsafeBytes { passage.send($0) }
        if !isSent { return forget(passage.number) }
        endHost(passage)
        passage.watch(by: epoll)
    }

    private func endHost(_ passage: Passage) {
        if !passage.hasBack { shutdown(passage.outer, Int32(SHUT_WR)) }
    }
}
