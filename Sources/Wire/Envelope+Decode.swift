import CWire
public import Numerics

extension ReceivedEnvelope {
    /// Reads a message's header from its first part.
    ///
    /// Lengths are held to limits before anything is allocated, and a peer's bytes never trap.
    ///
    /// - Parameters:
    ///   - parts: the frames.
    ///   - headerLimit: no header is read that has more bytes.
    /// - Throws: `WireError`, naming what is wrong.
    public init(_ parts: [ReceivedPart], headerLimit: Int = Envelope.headerByteLimit) throws(WireError) {
        guard let first = parts.first else { throw .malformedHeader("no frames at all") }
        guard first.bytes.count <= headerLimit else {
            throw .headerTooLarge(bytes: first.bytes.count, limit: headerLimit)
        }
        guard parts.count - 1 <= Envelope.frameLimit else {
            throw .frameCount(listed: Envelope.frameLimit, came: parts.count - 1)
        }
        let packed = first.bytes.bindMemory(to: UInt8.self)
        guard let header = ssrm__wire__header__unpack(nil, packed.count, packed.baseAddress) else {
            throw .malformedHeader("\(packed.count) bytes that are no protobuf message of ours")
        }
        defer { ssrm__wire__header__free_unpacked(header, nil) }
        guard header.pointee.version == protocolVersion else { throw .version(theirs: header.pointee.version) }
        message = try Message(header.pointee)
        self.parts = parts.dropFirst()
        listed = try Self.frames(header.pointee, of: message.frameKind, came: self.parts.count)
        guard listed.count(where: { $0.sharedOffset == 0 }) == self.parts.count else {
            throw .frameCount(listed: listed.count, came: self.parts.count)
        }
    }

    private static func frames(
        _ header: Ssrm__Wire__Header, of kind: Ssrm__Wire__FrameKind, came: Int
    ) throws(WireError) -> [ListedFrame] {
        guard header.n_frames <= Envelope.frameLimit else {
            throw .frameCount(listed: header.n_frames, came: came)
        }
        var frames: [ListedFrame] = []
        for i in 0..<header.n_frames {
            guard let listed = header.frames[i]?.pointee else { throw .malformedHeader("frame \(i) is not listed") }
            guard listed.kind == kind, kind != SSRM__WIRE__FRAME_KIND__FRAME_KIND_UNSPECIFIED else {
                throw .malformedHeader(
                    "frame \(i) is of kind \(listed.kind.rawValue), which does not go with its message")
            }
            guard let element = ElementType(onWire: listed.element), listed.shared_offset == 0 || element == .float32
            else {
                throw .malformedHeader("frame \(i) has floats of type \(listed.element.rawValue)")
            }
            frames.append(
                ListedFrame(
                    element: element, floatCount: listed.float_count, checksum: listed.checksum,
                    sharedOffset: listed.shared_offset))
        }
        return frames
    }

    /// Reads the floats that go with the message.
    ///
    /// - Parameters:
    ///   - shared: so many floats at an offset, in bytes, of memory that the sender shares; nil where there are none.
    ///   - place: a block of so many floats that nobody else holds, for values that came as others.
    /// - Returns: the frames' floats; those that came behind the header have the length and the checksum that it gives.
    /// - Throws: `WireError`, naming what is wrong.
    public func blocks(
        shared: (_ offset: Int, _ count: Int) -> FloatBlock? = { _, _ in nil },
        place: (_ count: Int) -> FloatBlock = { FloatBlock(count: $0) }
    ) throws(WireError) -> [FloatBlock] {
        var blocks: [FloatBlock] = []
        var rest = parts
        for (i, listed) in listed.enumerated() {
            if listed.sharedOffset > 0 {
                let (offset, count) = (Int(clamping: listed.sharedOffset), Int(clamping: listed.floatCount))
                guard let block = shared(offset, count) else {
                    throw .sharedFrame(frame: i, offset: listed.sharedOffset, floats: listed.floatCount)
                }
                blocks.append(block)
                continue
            }
            guard let part = rest.popFirst() else { throw .frameCount(listed: self.listed.count, came: parts.count) }
            let size = listed.element.byteCount
            guard part.bytes.count % size == 0, listed.floatCount == part.bytes.count / size else {
                throw .frameLength(frame: i, listedFloats: listed.floatCount, bytes: part.bytes.count)
            }
            guard listed.checksum == RawFrame.checksum(of: part.bytes) else { throw .frameChecksum(frame: i) }
            blocks.append(part.floats(kept: listed.element, place))
        }
        return blocks
    }
}

/// First and count as a range.
private func leaves(_ first: UInt32, _ count: UInt32) throws(WireError) -> Range<Int> {
    guard count > 0 else { throw .malformedHeader("a run of no leaves") }
    return Int(first)..<Int(first) + Int(count)
}

private func text(_ pointer: UnsafeMutablePointer<CChar>?) -> String {
    pointer.map { String(cString: $0) } ?? ""
}

private func bytes(_ data: ProtobufCBinaryData) -> [UInt8] {
    Array(UnsafeBufferPointer(start: data.data, count: data.len))
}

private func number(_ value: UInt64) throws(WireError) -> Int {
    guard value < 1 << 48 else { throw .malformedHeader("the number \(value) is beyond all limits") }
    return Int(value)
}

private func claim(_ value: UInt64) throws(WireError) -> UInt64 {
    guard value > 0 else { throw .malformedHeader("a claim without a number") }
    return value
}

extension Message {
    fileprivate init(_ header: Ssrm__Wire__Header) throws(WireError) {
        switch header.body_case {
        case SSRM__WIRE__HEADER__BODY_HELLO:
            let body = header.hello.pointee
            guard (1...4096).contains(body.threads) else { throw .malformedHeader("\(body.threads) threads") }
            self = .hello(
                Hello(
                    name: text(body.name), processor: text(body.processor), numerics: text(body.numerics),
                    threads: Int(body.threads), datasetDigest: text(body.dataset_digest)))
        case SSRM__WIRE__HEADER__BODY_SAMPLE_REQUEST:
            self = .sampleRequest(block: Int(header.sample_request.pointee.block))
        case SSRM__WIRE__HEADER__BODY_READY:
            let body = header.ready.pointee
            self = .ready(
                Ready(
                    probeDigest: text(body.probe_digest), coordinatorToken: bytes(body.coordinator_token),
                    memory: try body.memory.map { memory throws(WireError) in try SharedMemoryName(memory.pointee) }))
        case SSRM__WIRE__HEADER__BODY_LEAF_REPORT:
            self = .leafReport(try LeafReport(header.leaf_report.pointee))
        case SSRM__WIRE__HEADER__BODY_HEARTBEAT:
            let body = header.heartbeat.pointee
            self = .heartbeat(
                Heartbeat(
                    sequence: body.sequence, isReady: body.ready != 0, claim: body.claim == 0 ? nil : body.claim))
        case SSRM__WIRE__HEADER__BODY_FAREWELL:
            let body = header.farewell.pointee
            guard let reason = FarewellReason(rawValue: body.reason.rawValue) else {
                throw .malformedHeader("a farewell without a reason")
            }
            self = .farewell(reason, text: text(body.text))
        case SSRM__WIRE__HEADER__BODY_WELCOME:
            self = .welcome(try Welcome(header.welcome.pointee))
        case SSRM__WIRE__HEADER__BODY_SAMPLE_BLOCK:
            self = .sampleBlock(block: Int(header.sample_block.pointee.block))
        case SSRM__WIRE__HEADER__BODY_WORK:
            let body = header.work.pointee
            self = .work(
                Work(
                    claim: try claim(body.claim), step: try number(body.step),
                    leaves: try leaves(body.first_leaf, body.leaf_count), releasedBelow: body.released_below))
        case SSRM__WIRE__HEADER__BODY_HEARTBEAT_REPLY:
            let body = header.heartbeat_reply.pointee
            self = .heartbeatReply(sequence: body.sequence, releasedBelow: body.released_below)
        case SSRM__WIRE__HEADER__BODY_REFUSAL:
            let body = header.refusal.pointee
            guard let code = Refusal.Code(rawValue: body.code.rawValue) else {
                throw .malformedHeader("a refusal without a code")
            }
            self = .refusal(Refusal(code, text(body.text), version: body.version))
        case SSRM__WIRE__HEADER__BODY_FINISH:
            self = .finish(complete: header.finish.pointee.complete != 0)
        case SSRM__WIRE__HEADER__BODY_WAIT: self = .wait
        default:
            throw .malformedHeader("no message in it")
        }
    }
}

extension LeafReport {
    fileprivate init(_ body: Ssrm__Wire__LeafReport) throws(WireError) {
        guard body.n_nodes <= Envelope.frameLimit else { throw .malformedHeader("\(body.n_nodes) nodes") }
        guard body.not_finite == 0 || body.n_nodes == 0 else {
            throw .malformedHeader("nodes beside the word that there are none")
        }
        var nodes: [Node] = []
        for i in 0..<body.n_nodes {
            guard let node = body.nodes[i]?.pointee else { throw .malformedHeader("node \(i) is missing") }
            guard node.n_figures <= Self.figureLimit else { throw .malformedHeader("\(node.n_figures) figures") }
            nodes.append(
                Node(
                    leaves: try Wire.leaves(node.first_leaf, node.leaf_count),
                    figures: Array(UnsafeBufferPointer(start: node.figures, count: node.n_figures))))
        }
        self.init(
            claim: try Wire.claim(body.claim), step: try number(body.step),
            leaves: try Wire.leaves(body.first_leaf, body.leaf_count),
            content: body.not_finite == 0 ? .nodes(nodes) : .notFinite,
            computing: .microseconds(try number(body.compute_microseconds)))
    }
}

extension Welcome {
    fileprivate init(_ body: Ssrm__Wire__Welcome) throws(WireError) {
        guard body.heartbeat_milliseconds > 0, body.lease_milliseconds > body.heartbeat_milliseconds else {
            throw .malformedHeader("a lease of \(body.lease_milliseconds) ms")
        }
        let digests = body.block_digests
        guard digests.len % 32 == 0, body.samples_per_block > 0 else {
            throw .malformedHeader("\(digests.len) bytes of block digests")
        }
        self.init(
            job: text(body.job), heartbeat: .milliseconds(Int64(body.heartbeat_milliseconds)),
            lease: .milliseconds(Int64(body.lease_milliseconds)), samplesPerBlock: Int(body.samples_per_block),
            blockDigests: bytes(digests),
            memory: try body.memory.map { memory throws(WireError) in try SharedMemoryName(memory.pointee) },
            session: body.session)
    }
}

extension SharedMemoryName {
    fileprivate init(_ body: Ssrm__Wire__SharedMemory) throws(WireError) {
        guard body.token.len <= 64, let process = Int32(exactly: body.process),
            let descriptor = Int32(exactly: body.descriptor)
        else { throw .malformedHeader("shared memory \(body.descriptor) of process \(body.process)") }
        self.init(
            process: process, descriptor: descriptor, byteCount: try number(body.byte_count), token: bytes(body.token))
    }
}
