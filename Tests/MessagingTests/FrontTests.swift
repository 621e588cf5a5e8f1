import Messaging
import Testing

private let limits = MessageLimits(frameCount: 3, frameBytes: 1000, byteCount: 1500)

private let greeting: [UInt8] =
    [0xFF] + [UInt8](repeating: 0, count: 8) + [0x7F, 3, 0] + [UInt8](repeating: 0, count: 52)

private func frame(_ byteCount: Int, isLast: Bool = true, isLong: Bool = false, flags: UInt8 = 0) -> [UInt8] {
    let isLong = isLong || byteCount > 255
    let length =
        isLong ? (0..<8).reversed().map { UInt8(truncatingIfNeeded: byteCount >> (8 * $0)) } : [UInt8(byteCount)]
    return [flags | (isLast ? 0 : 1) | (isLong ? 2 : 0)] + length + [UInt8](repeating: 9, count: min(byteCount, 4096))
}

private func walked(_ bytes: [UInt8], piece: Int = .max) throws -> PeerFraming {
    var framing = PeerFraming()
    for start in stride(from: 0, to: bytes.count, by: min(piece, bytes.count)) {
        try bytes[start..<min(bytes.count, start &+ min(piece, bytes.count))].withUnsafeBytes {
            let walk = try framing.walk($0, limits: limits)
            #expect(walk.byteCount == $0.count && !walk.isHeldBack)
        }
    }
    return framing
}

@Test(arguments: [1, 2, 3, 7, 64, 4096]) func messagesAreFollowedInPiecesOfAnyLength(piece: Int) throws {
    let bytes =
        greeting + frame(30, flags: 4) + frame(0) + frame(5, isLast: false) + frame(700, isLast: false) + frame(700)
        + frame(9, isLong: true) + frame(12, isLast: false)
    let framing = try walked(bytes, piece: piece)
    #expect(framing.hasGreeted && framing.messageCount == 3)
    #expect(framing.completeCost == 0 + 1405 + 9 + 5 * PeerFraming.frameOverhead)
    #expect(framing.begunCost == 12 + PeerFraming.frameOverhead)
    #expect(try !walked(Array(greeting.prefix(63)), piece: piece).hasGreeted)
}

private let shortCommands: [UInt8] = (0..<4).flatMap { _ in frame(9, flags: 4) }
private let emptyFrames: [UInt8] = (0..<4).flatMap { _ in frame(0, isLast: false) }
private let malformed: [(bytes: [UInt8], said: String)] = [
    (Array("GET / HTTP/1.1\r\n".utf8), "does not speak ZeroMQ"),
    (Array(greeting.prefix(9)) + [0x7E], "does not speak ZeroMQ"),
    (Array(greeting.prefix(10)) + [1, 0], "version 1"),
    (greeting + [8, 0], "flags 8"),
    (greeting + [5, 0], "flags 5"),
    (greeting + frame(5000, flags: 4), "a command of 5000 bytes"),
    (greeting + shortCommands + frame(513, flags: 4), "a command of 513 bytes"),
    (greeting + frame(1001), "a frame of 1001 bytes"),
    (greeting + [2] + [UInt8](repeating: 255, count: 8), "a frame of 18446744073709551615 bytes"),
    (greeting + emptyFrames, "more than 3 frames"),
    (greeting + frame(1000, isLast: false) + frame(501), "more than 1500 bytes"),
]

@Test(arguments: malformed)
func whatIsNotOfTheFormIsNamed(bytes: [UInt8], said: String) {
    for piece in [1, bytes.count] {
        let fault = #expect(throws: FormFault.self) { try walked(bytes, piece: piece) }
        #expect(fault?.description.contains(said) ?? false, "\(String(describing: fault))")
    }
}

@Test func aFrameThatIsNotAdmittedIsStoppedBefore() throws {
    let first = greeting + frame(5, isLast: false)
    let bytes = first + frame(700) + frame(1)
    for end in first.count...bytes.count {
        var framing = PeerFraming()
        let walk = try bytes.prefix(end).withUnsafeBytes {
            try framing.walk($0, limits: limits) { message, cost in message == 0 && cost < 700 }
        }
        // Nothing stops before the length is known, which is when nine bytes of the frame are there.
        if end < first.count + 9 {
            #expect(walk.byteCount == end && !walk.isHeldBack)
        } else {
            #expect(walk.byteCount == first.count && walk.isHeldBack)
            let rest = try bytes.dropFirst(first.count).withUnsafeBytes { try framing.walk($0, limits: limits) }
            #expect(rest.byteCount == bytes.count - first.count && framing.messageCount == 2)
        }
    }
}

@Test func aMachineHasSoManyConnectionsAndNoneAgainAndAgain() {
    let rate = Rate(burst: 4, perSecond: 1)
    var book = AddressBook(ConnectionLimits(count: 3, countOfMachine: 2, rate: rate))
    #expect(book.onOpen(of: 1, at: .zero) == .admitted)
    #expect(book.onOpen(of: 1, at: .zero) == .admitted)
    #expect(book.onOpen(of: 1, at: .zero) == .wantsRoom(ofMachine: true, limit: 2))
    #expect(book.onOpen(of: 2, at: .zero) == .admitted)
    #expect(book.onOpen(of: 3, at: .zero) == .wantsRoom(ofMachine: false, limit: 3))
    for _ in 0..<2 {
        book.onClose(of: 1)
        #expect(book.onOpen(of: 1, at: .seconds(0)) == .admitted)
    }
    book.onClose(of: 1)
    #expect(book.onOpen(of: 1, at: .milliseconds(500)) == .tooOften)
    book.tidy(at: .milliseconds(500))
    #expect(book.onOpen(of: 1, at: .milliseconds(900)) == .tooOften)
    #expect(book.onOpen(of: 1, at: .milliseconds(1600)) == .admitted)
}

@Test func whoComesTooOftenPushesNobodyOut() {
    let rate = Rate(burst: 2, perSecond: 1)
    var book = AddressBook(ConnectionLimits(count: 2, countOfMachine: 2, rate: rate))
    for _ in 0..<2 { #expect(book.onOpen(of: 7, at: .zero) == .admitted) }
    #expect(book.onOpen(of: 7, at: .zero) == .tooOften)
    #expect(book.onOpen(of: 7, at: .seconds(1)) == .wantsRoom(ofMachine: true, limit: 2))
    book.onClose(of: 7)
    #expect(book.onOpen(of: 7, at: .seconds(1)) == .admitted)
}

@Test func oneMachineThatComesAgainAndAgainLeavesLinesForOthers() {
    var book = TellingBook()
    let first = (0..<100).map { _ in book.onClosed(of: 1, at: .zero) }
    #expect(first.prefix(8).allSatisfy { $0 == .told } && first[8] == .firstCounted)
    #expect(first.dropFirst(9).allSatisfy { $0 == .counted })
    #expect(book.onClosed(of: 2, at: .zero) == .told)
    // Many machines do not fill a terminal either: 20 lines, and then one a minute.
    let many = (10..<100).filter { book.onClosed(of: $0, at: .zero) == .told }
    #expect(many.count == 11)
    book.tidy(at: .seconds(59))
    #expect(book.onClosed(of: 200, at: .seconds(59)) == .counted)
    #expect(book.onClosed(of: 200, at: .seconds(61)) == .told)
    book.tidy(at: .seconds(120))
    #expect(book.onClosed(of: 1, at: .seconds(121)) == .counted, "a machine's lines are not forgotten so soon")
    #expect(book.onClosed(of: 1, at: .seconds(601)) == .told)
}

@Test func onlyWhereBothAPeerAndItsMachineAskForNothingTooOftenIsItTooMuch() {
    var book = RequestBook(ofPeer: Rate(burst: 1, perSecond: 1), ofMachine: Rate(burst: 4, perSecond: 1))
    #expect((0..<5).map { _ in book.isTooMuch(by: 1, of: 7, at: .zero) } == [false, false, false, false, true])
    #expect([false, true] == (0..<2).map { _ in book.isTooMuch(by: 2, of: 7, at: .zero) })
    #expect(!book.isTooMuch(by: 1, of: 7, at: .seconds(1)) && !book.isTooMuch(by: 3, of: 8, at: .zero))
}

@Test func whoAsksAgainAndAgainIsToldFromWhoseMachineDoes() {
    var book = RequestBook(ofPeer: Rate(burst: 2, perSecond: 1), ofMachine: Rate(burst: 3, perSecond: 1))
    for _ in 0..<2 { #expect(book.onRequest(by: 1, of: 7, at: .zero) == .admitted) }
    #expect(book.onRequest(by: 1, of: 7, at: .zero) == .tooOften)
    #expect(book.onRequest(by: 2, of: 7, at: .zero) == .admitted)
    #expect(book.onRequest(by: 2, of: 7, at: .zero) == .machineTooOften)
    #expect(book.onRequest(by: 3, of: 8, at: .zero) == .admitted)
    #expect(book.onRequest(by: 1, of: 7, at: .seconds(2)) == .admitted)
}

private let sealedGreeting: [UInt8] =
    Array(greeting.prefix(12)) + Array("CURVE".utf8) + [UInt8](repeating: 0, count: 47)

private func walkedSealed(_ bytes: [UInt8], isLetIn: Bool = true, piece: Int) throws -> PeerFraming {
    var framing = PeerFraming(isSealed: true)
    framing.isLetIn = isLetIn
    for start in stride(from: 0, to: bytes.count, by: piece) {
        try bytes[start..<min(bytes.count, start + piece)].withUnsafeBytes {
            let walk = try framing.walk($0, limits: limits)
            #expect(walk.byteCount == $0.count)
        }
    }
    return framing
}

private let handshake: [UInt8] = frame(200, flags: 4) + frame(300, flags: 4)

@Test(arguments: [1, 2, 3, 7, 64, 4096]) func sealedFramesAreCountedAsFarAsTheyShow(piece: Int) throws {
    let bytes = sealedGreeting + handshake + frame(33) + frame(1033) + frame(50, isLong: true)
    let framing = try walkedSealed(bytes, piece: piece)
    #expect(framing.begunCost == 33 + 1033 + 50 + 3 * PeerFraming.frameOverhead)
    #expect(framing.messageCount == 0 && framing.completeCost == 0 && !framing.hasOtherMechanism)
}

@Test func whatIsNotOfTheFormOfSealedFramesIsNamed() {
    let cases: [(bytes: [UInt8], isLetIn: Bool, said: String)] = [
        (sealedGreeting + frame(199, flags: 4), true, "handshake of CURVE"),
        (sealedGreeting + frame(200), true, "handshake of CURVE"),
        (sealedGreeting + frame(200, flags: 4) + frame(601, flags: 4), true, "handshake of CURVE"),
        (sealedGreeting + frame(200, flags: 4) + frame(256, flags: 4), true, "handshake of CURVE"),
        (sealedGreeting + handshake + frame(33), false, "handshake of CURVE"),
        (sealedGreeting + handshake + frame(33, isLast: false), true, "flags 1"),
        (sealedGreeting + handshake + frame(33, flags: 4), true, "flags 4"),
        (sealedGreeting + handshake + frame(1034), true, "a frame of 1034 bytes"),
        (greeting + frame(20, flags: 4), true, "without a key"),
    ]
    for (bytes, isLetIn, said) in cases {
        for piece in [1, bytes.count] {
            let fault = #expect(throws: FormFault.self) { try walkedSealed(bytes, isLetIn: isLetIn, piece: piece) }
            #expect(fault?.description.contains(said) ?? false, "\(String(describing: fault))")
        }
    }
}
