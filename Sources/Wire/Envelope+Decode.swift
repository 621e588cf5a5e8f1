import CWire
public import Numerics

extension ReceivedEnvelope {
    /// Reads a message from its parts, the header first.
    ///
    /// Lengths are held to limits before anything is allocated, and a peer's bytes never trap.
    ///
    /// - Parameters:
    ///   - parts: the frames.
    ///   - headerLimit: no header is read that has more bytes.
    ///   - shared: so many floats at an offset, in bytes, of memory that the sender shares; nil where there are none.
    ///   - place: a block of so many floats that nobody else holds, for values that came as others.
    /// - Throws: `WireError`, naming what is wrong.
    public init(
        _ parts: [ReceivedPart], headerLimit: Int = Envelope.headerByteLimit,
        shared: (_ offset: Int, _ count: Int) -> FloatBlock? = { _, _ in nil },
        place: (_ count: Int) -> FloatBlock = { FloatBlock(count: $0) }
    ) throws(WireError) {
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
        (blocks, isShared) = try Self.blocks(header.pointee, parts.dropFirst(), of: message.frameKind, place, shared)
    }

    private static func blocks(
        _ header: Ssrm__Wire__Header, _ parts: ArraySlice<ReceivedPart>, of kind: Ssrm__Wire__FrameKind,
        _ place: (_ count: Int) -> FloatBlock, _ shared: (_ offset: Int, _ count: Int) -> FloatBlock?
    ) throws(WireError) -> (blocks: [FloatBlock], isShared: Bool) {
        guard header.n_frames <= Envelope.frameLimit else {
            throw .frameCount(listed: header.n_frames, came: parts.count)
        }
        var blocks: [FloatBlock] = []
        var rest = parts
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
            if listed.shared_offset > 0 {
                let (offset, count) = (Int(clamping: listed.shared_offset), Int(clamping: listed.float_count))
                guard let block = shared(offset, count) else {
                    throw .sharedFrame(frame: i, offset: listed.shared_offset, floats: listed.float_count)
                }
                blocks.append(block)
                continue
            }
            guard let part = rest.popFirst() else { throw .frameCount(listed: header.n_frames, came: parts.count) }
            let size = element.byteCount
            guard part.bytes.count % size == 0, listed.float_count == part.bytes.count / size else {
                throw .frameLength(frame: i, listedFloats: listed.float_count, bytes: part.bytes.count)
            }
            guard listed.checksum == RawFrame.checksum(of: part.bytes) else { throw .frameChecksum(frame: i) }
            blocks.append(part.floats(kept: element, place))
        }
        guard rest.isEmpty else { throw .frameCount(listed: header.n_frames, came: parts.count) }
        return (blocks, header.n_frames > parts.count)
    }
}

/// First and count as a range; nil where they overflow or are empty.
private func shards(_ first: UInt32, _ count: UInt32) throws(WireError) -> Range<Int> {
    guard count > 0 else { throw .malformedHeader("a run of no shards") }
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
        case SSRM__WIRE__HEADER__BODY_GRADIENT_REPORT:
            self = .gradientReport(try GradientReport(header.gradient_report.pointee))
        case SSRM__WIRE__HEADER__BODY_HEARTBEAT:
            let body = header.heartbeat.pointee
            let run: Heartbeat.Run? =
                body.shard_count == 0
                ? nil : .init(step: try number(body.step), shards: try shards(body.first_shard, body.shard_count))
            self = .heartbeat(Heartbeat(sequence: body.sequence, isReady: body.ready != 0, run: run))
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
            self = .work(step: try number(body.step), shards: try shards(body.first_shard, body.shard_count))
        case SSRM__WIRE__HEADER__BODY_HEARTBEAT_REPLY:
            self = .heartbeatReply(sequence: header.heartbeat_reply.pointee.sequence)
        case SSRM__WIRE__HEADER__BODY_REFUSAL:
            let body = header.refusal.pointee
            guard let code = Refusal.Code(rawValue: body.code.rawValue) else {
                throw .malformedHeader("a refusal without a code")
            }
            self = .refusal(Refusal(code, text(body.text), version: body.version))
        case SSRM__WIRE__HEADER__BODY_FINISH:
            self = .finish(complete: header.finish.pointee.complete != 0)
        default:
            throw .malformedHeader("no message in it")
        }
    }
}

extension GradientReport {
    fileprivate init(_ body: Ssrm__Wire__GradientReport) throws(WireError) {
        guard body.n_subtrees <= Envelope.frameLimit else { throw .malformedHeader("\(body.n_subtrees) subtrees") }
        var subtrees: [Subtree] = []
        for i in 0..<body.n_subtrees {
            guard let subtree = body.subtrees[i]?.pointee else { throw .malformedHeader("subtree \(i) is missing") }
            subtrees.append(
                Subtree(
                    shards: try Wire.shards(subtree.first_shard, subtree.shard_count), loss: subtree.loss,
                    correct: try number(subtree.correct)))
        }
        self.init(
            step: try number(body.step), shards: try Wire.shards(body.first_shard, body.shard_count),
            subtrees: subtrees,
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
            memory: try body.memory.map { memory throws(WireError) in try SharedMemoryName(memory.pointee) })
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
