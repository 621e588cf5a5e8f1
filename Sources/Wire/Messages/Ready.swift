import CWire

/// A worker's word that it can compute.
package struct Ready: Equatable, Sendable {
    /// The digest of its probe.
    package var probeDigest: String
    /// The token in the coordinator's shared memory; empty for a worker that can't read it.
    package var coordinatorToken: [UInt8]
    /// Where its sums are; nil when it shares nothing.
    package var memory: SharedMemoryName?
    /// Whether it takes parameters in parts ahead of work.
    package var takesParts: Bool

    /// A worker that shares memory, or none.
    package init(
        probeDigest: String, coordinatorToken: [UInt8] = [], memory: SharedMemoryName? = nil, takesParts: Bool = false
    ) {
        (self.probeDigest, self.coordinatorToken, self.memory) = (probeDigest, coordinatorToken, memory)
        self.takesParts = takesParts
    }
}

extension MessageForm {
    /// A worker has the job, and its samples or room for those of its leaves.
    static let ready = MessageForm(SSRM__WIRE__HEADER__BODY_READY) { header throws(WireError) in
        let body = header.ready.pointee
        return .ready(
            Ready(
                probeDigest: text(body.probe_digest), coordinatorToken: bytes(body.coordinator_token),
                memory: try SharedMemoryName(onWire: body.memory), takesParts: body.takes_parts != 0))
    } write: { message, header, arena in
        guard case .ready(let ready) = message else { return false }
        header.ready = arena.make(ssrm__wire__ready__init) {
            $0.probe_digest = arena.text(ready.probeDigest)
            $0.coordinator_token = arena.data(ready.coordinatorToken)
            $0.memory = ready.memory.map(arena.memory)
            $0.takes_parts = ready.takesParts ? 1 : 0
        }
        return true
    }
}
