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
) throws(WireError) -> (message: Message, blocks: [FloatBlock]) {
    let envelope = try ReceivedEnvelope(([header] + frames).map { Bytes($0, misalignedBy: offset).part })
    return (envelope.message, try envelope.blocks())
}

private let work = Message.work(Work(claim: 7, round: 1, leaves: 0..<1, releasedBelow: 5))

private func bytes(_ block: FloatBlock) -> [UInt8] { block.array.flatMap { withUnsafeBytes(of: $0, Array.init) } }

private let everyMessage: [Message] = [
    .hello(Hello(name: "lab3:411", processor: "EPYC", numerics: "oneDNN 2.6.3", threads: 2, datasetDigest: "ab")),
    .sampleRequest(block: 7), .ready(Ready(probeDigest: "cafe")),
    .ready(
        Ready(
            probeDigest: "cafe", coordinatorToken: [1, 2, 3],
            memory: SharedMemoryName(process: 411, descriptor: 9, byteCount: 8192, token: [7, 7]))),
    .leafReport(
        LeafReport(
            claim: .max, round: 9, leaves: 1..<4,
            content: .nodes([.init(leaves: 1..<2, figures: [0.25, 3]), .init(leaves: 2..<4, figures: [])]),
            computing: .microseconds(1_234_567), gathering: .microseconds(89))),
    .leafReport(LeafReport(claim: 1, round: 0, leaves: 0..<4, content: .notFinite)),
    .ready(Ready(probeDigest: "cafe", takesParts: true)), .sumPart(SumPart(claim: 9, part: 3)),
    .parameterPart(ParameterPart(round: 5, part: 0)),
    .welcome(
        Welcome(
            job: "{}", heartbeat: .seconds(1), lease: .seconds(5), session: 1,
            partLength: 32_768, probeDigest: "cafe")),
    .heartbeat(Heartbeat(sequence: 12, isReady: false, claim: nil)),
    .heartbeat(Heartbeat(sequence: 13, isReady: true, claim: .max)),
    .heartbeat(Heartbeat(sequence: 14, isReady: true, claim: 7, nextClaim: .max)),
    .farewell(.failed, text: "step 3"),
    .welcome(
        Welcome(
            job: "{\"seed\":7}", heartbeat: .milliseconds(500), lease: .seconds(5),
            memory: SharedMemoryName(process: 1, descriptor: 0, byteCount: 4096, token: []), session: .max)),
    .sampleBlock(block: 0), .work(Work(claim: 1, round: 0, leaves: 2..<8, releasedBelow: .max)),
    .wait(Wait()), .wait(Wait(relays: [1, .max])),
    .heartbeatReply(sequence: 12, releasedBelow: 3),
    .refusal(Refusal(.staleRound, "round 4 is over", version: 1)), .finish(.complete), .finish(.stopped),
    .finish(.failed(reason: "no space")),
]

@Test(arguments: everyMessage)
func aMessageComesAsItWasSent(message: Message) throws {
    #expect(try received(Envelope(message).headerBytes).message == message)
}

@Test(arguments: [0, 1, 3])
func framesComeAsTheyWereSentWhereverTheyLie(offset: Int) throws {
    let blocks = [FloatBlock([1, -2.5, .pi]), FloatBlock([0])]
    let header = Envelope(work, frames: blocks.map { RawFrame($0) }).headerBytes
    let envelope = try received(header, blocks.map(bytes), misalignedBy: offset)
    #expect(envelope.blocks.map(\.array) == blocks.map(\.array))
}

@Test func framesThatWereSentAheadAreListedAndDoNotFollow() throws {
    let envelope = Envelope(work, behind: [3], as: .bfloat16)
    let (header, frames) = envelope.parts()
    #expect(frames.isEmpty)
    let received = try ReceivedEnvelope([Bytes(header).part])
    #expect(received.isAhead && !received.isShared && received.blockLengths == [3])
    #expect(try received.blocks().isEmpty)
    #expect(throws: WireError.frameCount(listed: 1, came: 1)) {
        try ReceivedEnvelope([Bytes(header).part, Bytes([0, 0]).part])
    }
    let nothing = Envelope(work, behind: [], as: .bfloat16)
    #expect(try !ReceivedEnvelope([Bytes(nothing.headerBytes).part]).isAhead, "nothing was")
}

@Test(arguments: [
    Message.sumPart(SumPart(claim: 9, part: 0)), .parameterPart(ParameterPart(round: 1, part: 0)),
    .sampleBlock(block: 0),
])
func noOtherMessagesFloatsAreSaidToBeAhead(message: Message) throws {
    let (header, _) = Envelope(message, behind: [3], as: .float32).parts()
    #expect(throws: WireError.malformedHeader("frames sent ahead of a message that can't have any")) {
        try ReceivedEnvelope([Bytes(header).part])
    }
}

@Test func aFrameInSharedMemoryIsListedAndDoesNotFollow() throws {
    let (shared, sent) = (FloatBlock([1, 2, 3]), FloatBlock([4]))
    let envelope = Envelope(work, frames: [RawFrame(shared), RawFrame(sent)])
    let (header, frames) = envelope.parts { $0 === shared ? 4096 : nil }
    #expect(frames.map(\.block.array) == [[4]])
    let parts = [Bytes(header).part, Bytes(bytes(sent)).part]
    let received = try ReceivedEnvelope(parts)
    #expect(received.isShared && received.blockLengths == [3, 1])
    let blocks = try received.blocks { offset, count in (offset, count) == (4096, 3) ? shared : nil }
    #expect(blocks.map(\.array) == [[1, 2, 3], [4]])
}

@Test func aFrameThatTheReceiverDoesNotShareIsRefused() throws {
    let block = FloatBlock([1, 2, 3])
    let (header, _) = Envelope(work, frames: [RawFrame(block)]).parts { _ in 4096 }
    #expect(throws: WireError.sharedFrame(frame: 0, offset: 4096, floats: 3)) { try received(header) }
    // What is said can be known all the same, and so who says it.
    #expect(try ReceivedEnvelope([Bytes(header).part]).message == work)
}

@Test func aHeaderOfAnotherVersionIsRefusedByItsNumber() {
    let header = Envelope(.heartbeatReply(sequence: 1, releasedBelow: 0)).encodedHeader(version: protocolVersion + 1)
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
        for length in 0..<header.count {
            _ = try? received(Array(header.prefix(length)))
            _ = try? received(Envelope.sealed(Array(header.prefix(length))))
        }
        for place in header.indices {
            var altered = header
            altered[place] = UInt8.random(in: 0...255, using: &draw)
            _ = try? received(altered)
            _ = try? received(Envelope.sealed(altered))
        }
    }
}

@Test func aFrameOfAnotherKindThanItsMessagesIsRefused() {
    let block = FloatBlock([1])
    let header = Envelope(.heartbeatReply(sequence: 1, releasedBelow: 0), frames: [RawFrame(block)]).headerBytes
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
    let header = Envelope(work, frames: [frame]).headerBytes
    let envelope = try received(header, [sent], misalignedBy: offset)
    #expect(envelope.blocks.map(\.array) == [block.array])
}

@Test func halvesOfAnotherLengthOrContentAreRefused() {
    let frame = RawFrame(FloatBlock([1, 2, 3]), as: .bfloat16)
    let header = Envelope(work, frames: [frame]).headerBytes
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
    let envelope = Envelope(work, frames: [RawFrame(block, as: .bfloat16)])
    let (header, frames) = envelope.parts { _ in 4096 }
    #expect(frames.isEmpty)
    let received = try ReceivedEnvelope([Bytes(header).part])
    #expect(try received.blocks { _, count in count == 3 ? block : nil }.map(\.array) == [[1, 2, 3]])
}

@Test(arguments: everyMessage)
func noHeaderOfWhichABitIsAnotherIsRead(message: Message) {
    let header = Envelope(message).headerBytes
    for bit in 0..<header.count * 8 {
        var altered = header
        altered[bit / 8] ^= 1 << (bit % 8)
        #expect(throws: WireError.self) { try received(altered) }
    }
}

@Test func aHeaderWithoutItsChecksumIsRefused() {
    let header = Envelope(work).headerBytes
    #expect(throws: WireError.headerChecksum) { try received(Array(header.dropLast(10))) }
    // An earlier version had none, and is told of its version.
    let earlier = Envelope(work).encodedHeader(version: protocolVersion - 1)
    #expect(throws: WireError.version(theirs: protocolVersion - 1)) { try received(Array(earlier.dropLast(10))) }
}

@Test(arguments: [[], [UInt8](repeating: 0x18, count: 64)])
func bytesThatNameNoVersionAreNoHeaderRatherThanAnotherVersions(bytes: [UInt8]) {
    // Twice 0x18 is a field that no header has, with a value.
    #expect(
        throws: WireError.malformedHeader("\(bytes.count) bytes that name no version of the protocol")
    ) { try received(bytes) }
}

/// A header's bytes in which one field of its message is another.
private func altered(_ message: Message, _ field: [UInt8], to other: [UInt8]) throws -> [UInt8] {
    var header = Array(Envelope(message).headerBytes.dropLast(10))
    let place = try #require(header.indices.first { header[$0...].starts(with: field) })
    header.replaceSubrange(place..<place + field.count, with: other)
    return Envelope.sealed(header)
}

@Test func aClaimWithoutANumberIsRefused() throws {
    // Field 4 of a work, field 6 of a report: the claims.
    let noWork = try altered(work, [4 << 3, 7], to: [4 << 3, 0])
    let report = Message.leafReport(LeafReport(claim: 9, round: 1, leaves: 0..<1, content: .notFinite))
    let noReport = try altered(report, [6 << 3, 9], to: [6 << 3, 0])
    for header in [noWork, noReport] {
        #expect(throws: WireError.malformedHeader("a claim without a number")) { try received(header) }
    }
}

@Test func wordThatNothingIsFiniteWithNodesBesideItIsRefused() throws {
    let report = Message.leafReport(
        LeafReport(
            claim: 9, round: 1, leaves: 0..<1, content: .nodes([.init(leaves: 0..<1, figures: [])]), computing: .zero))
    // The claim's field becomes `not_finite`.
    let header = try altered(report, [6 << 3, 9], to: [7 << 3, 1])
    #expect(throws: WireError.malformedHeader("nodes beside the word that there are none")) { try received(header) }
}

@Test func moreFiguresThanANodeMayHaveAreRefused() {
    let figures = [Double](repeating: 1, count: LeafReport.figureLimit + 1)
    let report = LeafReport(
        claim: 1, round: 1, leaves: 0..<1, content: .nodes([.init(leaves: 0..<1, figures: figures)]))
    #expect(throws: WireError.malformedHeader("\(figures.count) figures")) {
        try received(Envelope(.leafReport(report)).headerBytes)
    }
}

@Test func whatAnEarlierProtocolSaidMeansNothingNow() throws {
    // A farewell's reason 2 was that a gradient is not finite.
    let farewell = try altered(.farewell(.leaving, text: ""), [1 << 3, 1], to: [1 << 3, 2])
    #expect(throws: WireError.malformedHeader("a farewell without a reason")) { try received(farewell) }
    // A heartbeat's fields 3 to 5 were a step and shards; a program that does not know them passes them over.
    let heartbeat = Heartbeat(sequence: 3, isReady: true, claim: 9)
    let old = try altered(.heartbeat(heartbeat), [6 << 3, 9], to: [3 << 3, 9])
    #expect(try received(old).message == .heartbeat(Heartbeat(sequence: 3, isReady: true, claim: nil)))
}
