import Numerics
import Testing
import Wire

/// Bytes that a received part borrows.
private final class Bytes {
    let buffer: UnsafeMutableRawBufferPointer
    init(_ bytes: some Collection<UInt8>, misalignedBy offset: Int = 0) {
        buffer = .allocate(byteCount: bytes.count + offset, alignment: 8)
        for (i, byte) in bytes.enumerated() { buffer[i + offset] = byte }
        self.offset = offset
    }
    let offset: Int
    deinit { buffer.deallocate() }
    var part: ReceivedPart { ReceivedPart(bytes: UnsafeRawBufferPointer(rebasing: buffer[offset...]), owner: self) }
}

private func received(
    _ header: [UInt8], _ frames: [[UInt8]] = [], misalignedBy offset: Int = 0
) throws(WireError) -> ReceivedEnvelope {
    try ReceivedEnvelope(([header] + frames).map { Bytes($0, misalignedBy: offset).part })
}

private func bytes(_ block: FloatBlock) -> [UInt8] { block.array.flatMap { withUnsafeBytes(of: $0, Array.init) } }

private let everyMessage: [Message] = [
    .hello(Hello(name: "lab3:411", processor: "EPYC", numerics: "oneDNN 2.6.3", threads: 2, datasetDigest: "ab")),
    .sampleRequest(block: 7), .ready(Ready(probeDigest: "cafe")),
    .ready(
        Ready(
            probeDigest: "cafe", coordinatorToken: [1, 2, 3],
            memory: SharedMemoryName(process: 411, descriptor: 9, byteCount: 8192, token: [7, 7]))),
    .gradientReport(
        GradientReport(
            step: 9, shards: 1..<4, subtrees: [.init(shards: 1..<2, loss: 0.25, correct: 3)],
            computing: .microseconds(1_234_567))),
    .heartbeat(Heartbeat(sequence: 12, isReady: false, run: nil)),
    .heartbeat(Heartbeat(sequence: 13, isReady: true, run: .init(step: 4, shards: 0..<3))),
    .farewell(.notFinite, text: "step 3"),
    .welcome(
        Welcome(
            job: "{\"seed\":7}", heartbeat: .milliseconds(500), lease: .seconds(5), samplesPerBlock: 256,
            blockDigests: [UInt8](repeating: 3, count: 64),
            memory: SharedMemoryName(process: 1, descriptor: 0, byteCount: 4096, token: []))),
    .sampleBlock(block: 0), .work(step: 0, shards: 2..<8), .heartbeatReply(sequence: 12),
    .refusal(Refusal(.staleStep, "step 4 is over", version: 1)), .finish(complete: true), .finish(complete: false),
]

@Test(arguments: everyMessage)
func aMessageComesAsItWasSent(message: Message) throws {
    #expect(try received(Envelope(message).headerBytes).message == message)
}

@Test(arguments: [0, 1, 3])
func framesComeAsTheyWereSentWhereverTheyLie(offset: Int) throws {
    let blocks = [FloatBlock([1, -2.5, .pi]), FloatBlock([0])]
    let header = Envelope(.work(step: 1, shards: 0..<1), frames: blocks.map { RawFrame($0) }).headerBytes
    let envelope = try received(header, blocks.map(bytes), misalignedBy: offset)
    #expect(envelope.blocks.map(\.array) == blocks.map(\.array))
}

@Test func aFrameInSharedMemoryIsListedAndDoesNotFollow() throws {
    let (shared, sent) = (FloatBlock([1, 2, 3]), FloatBlock([4]))
    let envelope = Envelope(.work(step: 1, shards: 0..<1), frames: [RawFrame(shared), RawFrame(sent)])
    let (header, frames) = envelope.parts { $0 === shared ? 4096 : nil }
    #expect(frames.map(\.block.array) == [[4]])
    let parts = [Bytes(header).part, Bytes(bytes(sent)).part]
    let received = try ReceivedEnvelope(parts) { offset, count in (offset, count) == (4096, 3) ? shared : nil }
    #expect(received.isShared && received.blocks.map(\.array) == [[1, 2, 3], [4]])
}

@Test func aFrameThatTheReceiverDoesNotShareIsRefused() throws {
    let block = FloatBlock([1, 2, 3])
    let (header, _) = Envelope(.work(step: 1, shards: 0..<1), frames: [RawFrame(block)]).parts { _ in 4096 }
    #expect(throws: WireError.sharedFrame(frame: 0, offset: 4096, floats: 3)) { try received(header) }
}

@Test func aHeaderOfAnotherVersionIsRefusedByItsNumber() {
    let header = Envelope(.heartbeatReply(sequence: 1)).encodedHeader(version: protocolVersion + 1)
    #expect(throws: WireError.version(theirs: protocolVersion + 1)) { try received(header) }
}

@Test func aFrameOfAnotherLengthOrContentIsRefused() {
    let block = FloatBlock([1, 2, 3])
    let header = Envelope(.sampleBlock(block: 0), frames: [RawFrame(block)]).headerBytes
    var altered = bytes(block)
    altered[5] ^= 1
    #expect(throws: WireError.frameChecksum(frame: 0)) { try received(header, [altered]) }
    #expect(throws: WireError.frameLength(frame: 0, listedFloats: 3, bytes: 8)) {
        try received(header, [Array(bytes(block).prefix(8))])
    }
    #expect(throws: WireError.frameLength(frame: 0, listedFloats: 3, bytes: 13)) {
        try received(header, [bytes(block) + [0]])
    }
    #expect(throws: WireError.frameCount(listed: 1, came: 0)) { try received(header) }
    #expect(throws: WireError.frameCount(listed: 1, came: 2)) { try received(header, [bytes(block), []]) }
}

@Test func noHeaderCutOrAlteredAnywhereTraps() {
    var draw = RandomSequence(seed: 1, stream: 1)
    for message in everyMessage {
        let header = Envelope(message).headerBytes
        for length in 0..<header.count { _ = try? received(Array(header.prefix(length))) }
        for place in header.indices {
            var altered = header
            altered[place] = UInt8.random(in: 0...255, using: &draw)
            _ = try? received(altered)
        }
    }
}

@Test func aFrameOfAnotherKindThanItsMessagesIsRefused() {
    let block = FloatBlock([1])
    let header = Envelope(.heartbeatReply(sequence: 1), frames: [RawFrame(block)]).headerBytes
    #expect(throws: WireError.self) { try received(header, [bytes(block)]) }
}

@Test func aHeaderBeyondTheLimitIsRefusedUnread() {
    let count = Envelope.headerByteLimit + 1
    #expect(throws: WireError.headerTooLarge(bytes: count, limit: Envelope.headerByteLimit)) {
        try received([UInt8](repeating: 0, count: count))
    }
}

@Test(arguments: [0, 1, 2, 3])
func halvesComeAsTheyWereSentWhereverTheyLie(offset: Int) throws {
    let block = FloatBlock([1, -2.5, 0, .infinity, 0x1p-133])
    let frame = RawFrame(block, as: .bfloat16)
    let sent = Array(frame.content.bytes)
    #expect(sent.count == 10)
    let header = Envelope(.work(step: 1, shards: 0..<1), frames: [frame]).headerBytes
    let envelope = try received(header, [sent], misalignedBy: offset)
    #expect(envelope.blocks.map(\.array) == [block.array])
}

@Test func halvesOfAnotherLengthOrContentAreRefused() {
    let frame = RawFrame(FloatBlock([1, 2, 3]), as: .bfloat16)
    let header = Envelope(.work(step: 1, shards: 0..<1), frames: [frame]).headerBytes
    let sent = Array(frame.content.bytes)
    for (bytes, length) in [(Array(sent.prefix(4)), 4), (sent + [0], 7), (sent + [0, 0], 8), (sent + sent, 12)] {
        #expect(throws: WireError.frameLength(frame: 0, listedFloats: 3, bytes: length)) {
            try received(header, [bytes])
        }
    }
    var altered = sent
    altered[3] ^= 1
    #expect(throws: WireError.frameChecksum(frame: 0)) { try received(header, [altered]) }
}

@Test func halvesInSharedMemoryAreListedAsTheFloatsThatTheyLieThereAs() throws {
    let block = FloatBlock([1, 2, 3])
    let envelope = Envelope(.work(step: 1, shards: 0..<1), frames: [RawFrame(block, as: .bfloat16)])
    let (header, frames) = envelope.parts { _ in 4096 }
    #expect(frames.isEmpty)
    let received = try ReceivedEnvelope([Bytes(header).part]) { _, count in count == 3 ? block : nil }
    #expect(received.blocks.map(\.array) == [[1, 2, 3]])
}
