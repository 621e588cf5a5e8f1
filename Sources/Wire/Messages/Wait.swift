import CWire

/// The answer to a worker that will be welcomed in a while.
package struct Wait: Equatable, Sendable {
    /// The most relays that are told.
    static let relayLimit = 32
    /// The relays that have no job yet, by numbers drawn at random: the sender, whom it waits for, and so on; none of a
    /// coordinator, which has no room.
    package var relays: [UInt64]

    /// An answer that names the first `relayLimit` of these relays.
    package init(relays: [UInt64] = []) { self.relays = Array(relays.prefix(Self.relayLimit)) }
}

extension MessageForm {
    /// The coordinator will welcome the worker in a while.
    static let wait = MessageForm(SSRM__WIRE__HEADER__BODY_WAIT) { header throws(WireError) in
        let body = header.wait.pointee
        guard body.n_relays <= Wait.relayLimit else { throw .malformedHeader("a wait for \(body.n_relays) relays") }
        return .wait(Wait(relays: Array(UnsafeBufferPointer(start: body.relays, count: body.n_relays))))
    } write: { message, header, arena in
        guard case .wait(let wait) = message else { return false }
        header.wait = arena.make(ssrm__wire__wait__init) {
            let relays = arena.allocate(UInt64.self, count: wait.relays.count)
            relays.update(from: wait.relays, count: wait.relays.count)
            ($0.n_relays, $0.relays) = (wait.relays.count, relays)
        }
        return true
    }
}
