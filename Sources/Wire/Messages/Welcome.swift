import CWire

/// The coordinator's answer to a worker that it takes in.
package struct Welcome: Equatable, Sendable {
    /// The job as JSON.
    package var job: String
    /// How often the worker is to show that it lives.
    package var heartbeat: Duration
    /// How long a silent worker is waited for.
    package var lease: Duration
    /// Where the parameters are for a worker on the same machine, without the token; nil when nothing is shared.
    package var memory: SharedMemoryName?
    /// Drawn at random by each coordinator process.
    package var session: UInt64
    /// Floats of a part of a vector, where sums may be sent in parts ahead of their report; 0 where not.
    package var partLength: Int
    /// The digest of the run's probe, to which a relay holds its workers; empty of earlier coordinators.
    package var probeDigest: String

    /// An answer.
    package init(
        job: String, heartbeat: Duration, lease: Duration, memory: SharedMemoryName? = nil, session: UInt64,
        partLength: Int = 0, probeDigest: String = ""
    ) {
        (self.job, self.heartbeat, self.lease) = (job, heartbeat, lease)
        (self.memory, self.session, self.partLength) = (memory, session, partLength)
        self.probeDigest = probeDigest
    }
}

extension MessageForm {
    /// The coordinator takes a worker in.
    static let welcome = MessageForm(SSRM__WIRE__HEADER__BODY_WELCOME) { header throws(WireError) in
        let body = header.welcome.pointee
        guard body.heartbeat_milliseconds > 0, body.lease_milliseconds > body.heartbeat_milliseconds else {
            throw .malformedHeader("a lease of \(body.lease_milliseconds) ms")
        }
        return .welcome(
            Welcome(
                job: text(body.job), heartbeat: .milliseconds(Int64(body.heartbeat_milliseconds)),
                lease: .milliseconds(Int64(body.lease_milliseconds)), memory: try SharedMemoryName(onWire: body.memory),
                session: body.session, partLength: Int(body.part_floats), probeDigest: text(body.probe_digest)))
    } write: { message, header, arena in
        guard case .welcome(let welcome) = message else { return false }
        header.welcome = arena.make(ssrm__wire__welcome__init) {
            $0.job = arena.text(welcome.job)
            $0.heartbeat_milliseconds = UInt32(welcome.heartbeat.milliseconds)
            $0.lease_milliseconds = UInt32(welcome.lease.milliseconds)
            $0.memory = welcome.memory.map(arena.memory)
            $0.session = welcome.session
            $0.part_floats = UInt32(welcome.partLength)
            $0.probe_digest = arena.text(welcome.probeDigest)
        }
        return true
    }
}
