import CWire
import Foundation
public import Numerics

extension Envelope {
    /// The header frame's bytes; the raw frames follow as they are.
    public var headerBytes: [UInt8] { encodedHeader(version: protocolVersion, sharedOffset: { _ in nil }) }

    /// Makes the message ready to be sent.
    ///
    /// - Parameter sharedOffset: where in memory that the receiver shares a block lies, in bytes; nil for a block that
    ///   does not.
    /// - Returns: the header frame's bytes, and the raw frames that follow it.
    public func parts(
        sharedOffset: (FloatBlock) -> Int? = { _ in nil }
    ) -> (header: [UInt8], frames: [RawFrame]) {
        let header = encodedHeader(version: protocolVersion, sharedOffset: sharedOffset)
        return (header, frames.filter { sharedOffset($0.block) == nil })
    }

    /// The header as a program of another version would write it; for tests of refusals.
    public func encodedHeader(version: UInt32, sharedOffset: (FloatBlock) -> Int? = { _ in nil }) -> [UInt8] {
        let arena = Arena()
        var header = Ssrm__Wire__Header()
        ssrm__wire__header__init(&header)
        header.version = version
        let kind = message.frameKind
        header.n_frames = frames.count
        header.frames = arena.pointers(
            frames.map { frame in
                arena.make(ssrm__wire__raw_frame__init) {
                    $0.kind = kind
                    $0.float_count = UInt64(frame.block.count)
                    if let offset = sharedOffset(frame.block) {
                        $0.shared_offset = UInt64(offset)
                        $0.element = ElementType.float32.onWire
                    } else {
                        $0.checksum = frame.checksum
                        $0.element = frame.element.onWire
                    }
                }
            })
        message.fill(&header, arena)
        return withUnsafePointer(to: &header) { header in
            let size = ssrm__wire__header__get_packed_size(header)
            return [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
                count = ssrm__wire__header__pack(header, buffer.baseAddress)
            }
        }
    }
}

/// C memory for one header's parts, freed together.
private final class Arena {
    private var allocations: [UnsafeMutableRawPointer] = []

    deinit { for allocation in allocations { free(allocation) } }

    private func allocate<T>(_ type: T.Type, count: Int) -> UnsafeMutablePointer<T> {
        guard let raw = calloc(max(count, 1), MemoryLayout<T>.stride) else { fatalError("out of memory") }
        allocations.append(raw)
        return raw.bindMemory(to: T.self, capacity: max(count, 1))
    }

    /// A message of the generated kind, initialised and then filled.
    func make<T>(
        _ initialise: (UnsafeMutablePointer<T>?) -> Void, _ fill: (inout T) -> Void
    ) -> UnsafeMutablePointer<T> {
        let value = allocate(T.self, count: 1)
        initialise(value)
        fill(&value.pointee)
        return value
    }

    func text(_ string: String) -> UnsafeMutablePointer<CChar> {
        let bytes = string.utf8
        let copy = allocate(CChar.self, count: bytes.count + 1)
        for (i, byte) in bytes.enumerated() { copy[i] = CChar(bitPattern: byte) }
        return copy
    }

    func data(_ bytes: [UInt8]) -> ProtobufCBinaryData {
        let copy = allocate(UInt8.self, count: bytes.count)
        copy.update(from: bytes, count: bytes.count)
        return ProtobufCBinaryData(len: bytes.count, data: copy)
    }

    func memory(_ name: SharedMemoryName) -> UnsafeMutablePointer<Ssrm__Wire__SharedMemory> {
        make(ssrm__wire__shared_memory__init) {
            $0.process = UInt32(bitPattern: name.process)
            $0.descriptor = UInt32(bitPattern: name.descriptor)
            $0.byte_count = UInt64(name.byteCount)
            $0.token = data(name.token)
        }
    }

    func report(_ report: LeafReport) -> UnsafeMutablePointer<Ssrm__Wire__LeafReport> {
        make(ssrm__wire__leaf_report__init) {
            $0.claim = report.claim
            $0.step = UInt64(report.step)
            $0.first_leaf = UInt32(report.leaves.lowerBound)
            $0.leaf_count = UInt32(report.leaves.count)
            $0.compute_microseconds = UInt64(report.computing.microseconds)
            guard case .nodes(let nodes) = report.content else { return $0.not_finite = 1 }
            $0.n_nodes = nodes.count
            $0.nodes = pointers(nodes.map(node))
        }
    }

    private func node(_ node: LeafReport.Node) -> UnsafeMutablePointer<Ssrm__Wire__Node> {
        make(ssrm__wire__node__init) {
            $0.first_leaf = UInt32(node.leaves.lowerBound)
            $0.leaf_count = UInt32(node.leaves.count)
            let figures = allocate(Double.self, count: node.figures.count)
            figures.update(from: node.figures, count: node.figures.count)
            ($0.n_figures, $0.figures) = (node.figures.count, figures)
        }
    }

    func pointers<T>(_ values: [UnsafeMutablePointer<T>]) -> UnsafeMutablePointer<UnsafeMutablePointer<T>?> {
        let list = allocate(UnsafeMutablePointer<T>?.self, count: values.count)
        for (i, value) in values.enumerated() { list[i] = value }
        return list
    }
}

extension Message {
    /// What kind of floats travel with the message.
    var frameKind: Ssrm__Wire__FrameKind {
        switch self {
        case .work: SSRM__WIRE__FRAME_KIND__FRAME_KIND_PARAMETERS
        case .leafReport: SSRM__WIRE__FRAME_KIND__FRAME_KIND_SUM
        case .sampleBlock: SSRM__WIRE__FRAME_KIND__FRAME_KIND_SAMPLES
        default: SSRM__WIRE__FRAME_KIND__FRAME_KIND_UNSPECIFIED
        }
    }

    fileprivate func fill(_ header: inout Ssrm__Wire__Header, _ arena: Arena) {
        switch self {
        case .hello(let hello):
            header.body_case = SSRM__WIRE__HEADER__BODY_HELLO
            header.hello = arena.make(ssrm__wire__hello__init) {
                $0.name = arena.text(hello.name)
                $0.processor = arena.text(hello.processor)
                $0.numerics = arena.text(hello.numerics)
                $0.threads = UInt32(hello.threads)
                $0.dataset_digest = arena.text(hello.datasetDigest)
            }
        case .sampleRequest(let block):
            header.body_case = SSRM__WIRE__HEADER__BODY_SAMPLE_REQUEST
            header.sample_request = arena.make(ssrm__wire__sample_request__init) { $0.block = UInt32(block) }
        case .ready(let ready):
            header.body_case = SSRM__WIRE__HEADER__BODY_READY
            header.ready = arena.make(ssrm__wire__ready__init) {
                $0.probe_digest = arena.text(ready.probeDigest)
                $0.coordinator_token = arena.data(ready.coordinatorToken)
                $0.memory = ready.memory.map(arena.memory)
            }
        case .leafReport(let report):
            header.body_case = SSRM__WIRE__HEADER__BODY_LEAF_REPORT
            header.leaf_report = arena.report(report)
        case .heartbeat(let heartbeat):
            header.body_case = SSRM__WIRE__HEADER__BODY_HEARTBEAT
            header.heartbeat = arena.make(ssrm__wire__heartbeat__init) {
                $0.sequence = heartbeat.sequence
                $0.ready = heartbeat.isReady ? 1 : 0
                $0.claim = heartbeat.claim ?? 0
            }
        case .farewell(let reason, let text):
            header.body_case = SSRM__WIRE__HEADER__BODY_FAREWELL
            header.farewell = arena.make(ssrm__wire__farewell__init) {
                $0.reason = Ssrm__Wire__FarewellReason(rawValue: reason.rawValue)
                $0.text = arena.text(text)
            }
        case .welcome(let welcome):
            header.body_case = SSRM__WIRE__HEADER__BODY_WELCOME
            header.welcome = arena.make(ssrm__wire__welcome__init) {
                $0.job = arena.text(welcome.job)
                $0.heartbeat_milliseconds = UInt32(welcome.heartbeat.milliseconds)
                $0.lease_milliseconds = UInt32(welcome.lease.milliseconds)
                $0.samples_per_block = UInt32(welcome.samplesPerBlock)
                $0.block_digests = arena.data(welcome.blockDigests)
                $0.memory = welcome.memory.map(arena.memory)
                $0.session = welcome.session
            }
        case .sampleBlock(let block):
            header.body_case = SSRM__WIRE__HEADER__BODY_SAMPLE_BLOCK
            header.sample_block = arena.make(ssrm__wire__sample_block__init) { $0.block = UInt32(block) }
        case .work(let work):
            header.body_case = SSRM__WIRE__HEADER__BODY_WORK
            header.work = arena.make(ssrm__wire__work__init) {
                $0.claim = work.claim
                $0.step = UInt64(work.step)
                $0.first_leaf = UInt32(work.leaves.lowerBound)
                $0.leaf_count = UInt32(work.leaves.count)
                $0.released_below = work.releasedBelow
            }
        case .heartbeatReply(let sequence, let releasedBelow):
            header.body_case = SSRM__WIRE__HEADER__BODY_HEARTBEAT_REPLY
            header.heartbeat_reply = arena.make(ssrm__wire__heartbeat_reply__init) {
                ($0.sequence, $0.released_below) = (sequence, releasedBelow)
            }
        case .refusal(let refusal):
            header.body_case = SSRM__WIRE__HEADER__BODY_REFUSAL
            header.refusal = arena.make(ssrm__wire__refusal__init) {
                $0.code = Ssrm__Wire__RefusalCode(rawValue: refusal.code.rawValue)
                $0.text = arena.text(refusal.text)
                $0.version = refusal.version
            }
        case .finish(let complete):
            header.body_case = SSRM__WIRE__HEADER__BODY_FINISH
            header.finish = arena.make(ssrm__wire__finish__init) { $0.complete = complete ? 1 : 0 }
        case .wait:
            header.body_case = SSRM__WIRE__HEADER__BODY_WAIT
            header.wait = arena.make(ssrm__wire__wait__init) { _ in }
        }
    }
}

extension Duration {
    /// Whole milliseconds, as they go over the wire.
    public var milliseconds: Int64 { microseconds / 1000 }

    /// Whole microseconds.
    public var microseconds: Int64 {
        components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000
    }
}
