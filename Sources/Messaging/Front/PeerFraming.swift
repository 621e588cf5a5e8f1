/// How far a peer's bytes are in ZMTP 3: a greeting of 64 bytes, then frames, which make commands and messages.
///
/// Only what stands before a frame's body is looked at. A value without I/O: bytes go in as they come, in pieces of any
/// length. Where messages are sealed by CURVE, a frame does not show whether more of its message follow: then whoever
/// takes the messages tells how much of what went on has come whole.
package struct PeerFraming {
    /// What the bytes of one piece came to.
    package struct Walk: Equatable {
        /// So many bytes are taken.
        package var byteCount: Int
        /// Whether the frame that begins behind them was not admitted.
        package var isHeldBack = false
    }
    /// What a frame costs who receives it, beside its bytes.
    package static let frameOverhead = 128
    private static let greetingBytes = 64
    /// Before its first message a peer sends the commands of a handshake, and no more than so many.
    private static let handshakeCommands = 4
    private static let handshakeCommandBytes: UInt64 = 4096
    private static let commandBytes: UInt64 = 512
    /// What CURVE adds to each frame: a command's name, a nonce, what shows that it is not altered, and flags.
    static let sealBytes = 33
    /// The commands with which a peer shows its key: HELLO, and INITIATE with a socket's kind and identity.
    private static let sealedCommands: [ClosedRange<UInt64>] = [200...200, 257...600]
    /// What has to have gone back to it before it can have done so: a greeting, and WELCOME.
    static let sealedAnswerBytes = greetingBytes + 170
    private enum Flag { static let (more, long, command): (UInt8, UInt8, UInt8) = (1, 2, 4) }

    private enum Place {
        case greeting(count: Int)
        /// Before a frame's body, after so many bytes of what stands there: flags, then the length.
        case header(count: Int)
        case body(left: UInt64)
    }
    /// Whether its messages are to be sealed.
    package let isSealed: Bool
    /// Whether its greeting names another mechanism than CURVE where messages are sealed, or CURVE where they are not.
    package private(set) var hasOtherMechanism = false
    /// Whether the other side has let it in, where messages are sealed; for whoever carries its answers to set.
    package var isLetIn = false
    private var place = Place.greeting(count: 0)
    /// Of the frame in hand.
    private var flags: UInt8 = 0
    private var length: UInt64 = 0
    /// Of the message in hand.
    private var frameCount = 0
    private var byteCount = 0
    private var commandCount = 0
    /// Messages that have come whole.
    package private(set) var messageCount = 0
    /// What these cost who receives them.
    package private(set) var completeCost = 0
    /// What the message in hand costs until now, with the whole of its frame in hand; of sealed ones all of them.
    package private(set) var begunCost = 0

    /// Nothing has come.
    package init(isSealed: Bool = false) { self.isSealed = isSealed }

    /// Whether the greeting has come whole.
    package var hasGreeted: Bool { if case .greeting = place { false } else { true } }

    /// Takes bytes.
    ///
    /// - Parameters:
    ///   - bytes: what came, from where the last walk ended.
    ///   - limits: of the message.
    ///   - admits: whether the message of this number, counted from 0, may go on with a frame of such a cost, 0 where
    ///     it is a command; where not, the walk ends before it.
    /// - Returns: how far it went.
    /// - Throws: what the peer did wrong.
    package mutating func walk(
        _ bytes: UnsafeRawBufferPointer, limits: MessageLimits,
        admits: (_ message: Int, _ cost: Int) -> Bool = { _, _ in true }
    ) throws(FormFault) -> Walk {
        var (at, frameStart, beforeFrame) = (0, 0, self)
        while at < bytes.count {
            switch place {
            case .greeting(let count):
                try takeGreeting(bytes[at], at: count)
                at += 1
            case .header(let count):
                if count == 0 || at == 0 { (frameStart, beforeFrame) = (at, self) }
                takeHeader(bytes[at], at: count)
                at += 1
                guard case .body = place else { continue }
                if let cost = try beginFrame(limits), !admits(messageCount, cost) {
                    self = beforeFrame
                    return Walk(byteCount: frameStart, isHeldBack: true)
                }
                if length == 0 { endFrame() }
            case .body(let left):
                let taken = min(left, UInt64(bytes.count - at))
                at += Int(taken)
                if taken == left { endFrame() } else { place = .body(left: left - taken) }
            }
        }
        return Walk(byteCount: at)
    }

    /// A signature (255, eight bytes, 127), the version, a mechanism's name, and what is left free.
    private mutating func takeGreeting(_ byte: UInt8, at count: Int) throws(FormFault) {
        switch count {
        case 0 where byte != 0xFF, 9 where byte != 0x7F: throw .notZeroMQ
        case 10 where byte < 3: throw .oldZeroMQ(version: byte)
        case 12..<32 where isSealed && byte != Self.curve[count - 12]: hasOtherMechanism = true
        case 12 where !isSealed && byte == Self.curve[0]: hasOtherMechanism = true
        default: break
        }
        place = count + 1 == Self.greetingBytes ? .header(count: 0) : .greeting(count: count + 1)
    }

    /// What a ROUTER greets with.
    package static func greeting(isSealed: Bool) -> [UInt8] {
        [255] + [UInt8](repeating: 0, count: 7) + [1, 127, 3, 1] + (isSealed ? curve : null)
            + [UInt8](repeating: 0, count: 32)
    }
    private static let curve = Array("CURVE".utf8) + [UInt8](repeating: 0, count: 15)
    private static let null = Array("NULL".utf8) + [UInt8](repeating: 0, count: 16)

    private mutating func takeHeader(_ byte: UInt8, at count: Int) {
        if count == 0 { (flags, length) = (byte, 0) } else { length = length << 8 | UInt64(byte) }
        let isWhole = count == (flags & Flag.long == 0 ? 1 : 8)
        place = isWhole ? .body(left: length) : .header(count: count + 1)
    }

    /// Judges a frame by what stands before its body.
    ///
    /// - Returns: what it costs; 0 for a command, which nobody keeps, and nil for one of the handshake.
    private mutating func beginFrame(_ limits: MessageLimits) throws(FormFault) -> Int? {
        if isSealed { return try beginSealedFrame(limits) }
        guard flags <= Flag.more | Flag.long | Flag.command else { throw .badFlags(flags) }
        if flags & Flag.command != 0 {
            guard flags & Flag.more == 0 else { throw .badFlags(flags) }
            commandCount += 1
            let isHandshake = messageCount == 0 && commandCount <= Self.handshakeCommands
            guard length <= (isHandshake ? Self.handshakeCommandBytes : Self.commandBytes) else {
                throw .longCommand(bytes: length)
            }
            return isHandshake ? nil : 0
        }
        guard length <= UInt64(limits.frameBytes) else { throw .longFrame(bytes: length, limit: limits.frameBytes) }
        frameCount += 1
        byteCount += Int(length)
        guard frameCount <= limits.frameCount else { throw .manyFrames(limit: limits.frameCount) }
        guard byteCount <= limits.byteCount else { throw .longMessage(limit: limits.byteCount) }
        let cost = Int(length) + Self.frameOverhead
        begunCost += cost
        return cost
    }

    private mutating func beginSealedFrame(_ limits: MessageLimits) throws(FormFault) -> Int? {
        guard !hasOtherMechanism else { throw .noKey }
        if commandCount < Self.sealedCommands.count {
            guard flags & ~Flag.long == Flag.command, Self.sealedCommands[commandCount].contains(length) else {
                throw .noHandshake
            }
            commandCount += 1
            return nil
        }
        guard flags & ~Flag.long == 0 else { throw .badFlags(flags) }
        guard isLetIn else { throw .noHandshake }
        let limit = limits.frameBytes + Self.sealBytes
        guard length <= UInt64(limit) else { throw .longFrame(bytes: length, limit: limit) }
        let cost = Int(length) + Self.frameOverhead
        begunCost += cost
        return cost
    }

    private mutating func endFrame() {
        place = .header(count: 0)
        guard !isSealed, flags & (Flag.command | Flag.more) == 0 else { return }
        messageCount += 1
        completeCost += begunCost
        (begunCost, frameCount, byteCount) = (0, 0, 0)
    }
}
