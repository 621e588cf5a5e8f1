import CWire

/// How one kind of message is written into a header and read from one.
struct MessageForm: Sendable {
    /// Which body of the header it is.
    let bodyCase: Ssrm__Wire__Header__BodyCase
    /// What kind of floats travel with it.
    let frames: Ssrm__Wire__FrameKind
    /// Reads a header whose body is this one; limits are held here.
    let read: @Sendable (Ssrm__Wire__Header) throws(WireError) -> Message
    /// Writes the body of a message of this kind, and tells whether it is one.
    private let writeBody: @Sendable (Message, inout Ssrm__Wire__Header, Arena) -> Bool

    /// A form; `write` leaves messages of other kinds alone and returns false.
    init(
        _ bodyCase: Ssrm__Wire__Header__BodyCase,
        frames: Ssrm__Wire__FrameKind = SSRM__WIRE__FRAME_KIND__FRAME_KIND_UNSPECIFIED,
        read: @escaping @Sendable (Ssrm__Wire__Header) throws(WireError) -> Message,
        write: @escaping @Sendable (Message, inout Ssrm__Wire__Header, Arena) -> Bool
    ) {
        (self.bodyCase, self.frames, self.read, writeBody) = (bodyCase, frames, read, write)
    }

    /// The form of the message in a header.
    ///
    /// - Throws: `WireError.malformedHeader` for a header without one.
    static func ofBody(in header: Ssrm__Wire__Header) throws(WireError) -> MessageForm {
        guard let form = Message.forms.first(where: { $0.bodyCase == header.body_case }) else {
            throw .malformedHeader("no message in it")
        }
        return form
    }

    /// Writes a message into a header.
    ///
    /// - Returns: its form.
    static func write(_ message: Message, into header: inout Ssrm__Wire__Header, _ arena: Arena) -> MessageForm {
        for form in Message.forms where form.writeBody(message, &header, arena) {
            header.body_case = form.bodyCase
            return form
        }
        preconditionFailure("Message.forms lacks the form of \(message)")
    }
}

// MARK: - What readers share

/// First and count as a range.
func leaves(_ first: UInt32, _ count: UInt32) throws(WireError) -> Range<Int> {
    guard count > 0 else { throw .malformedHeader("a run of no leaves") }
    return Int(first)..<Int(first) + Int(count)
}

func text(_ pointer: UnsafeMutablePointer<CChar>?) -> String {
    pointer.map { String(cString: $0) } ?? ""
}

func bytes(_ data: ProtobufCBinaryData) -> [UInt8] {
    Array(UnsafeBufferPointer(start: data.data, count: data.len))
}

func number(_ value: UInt64) throws(WireError) -> Int {
    guard value < 1 << 48 else { throw .malformedHeader("the number \(value) is beyond all limits") }
    return Int(value)
}

func claim(_ value: UInt64) throws(WireError) -> UInt64 {
    guard value > 0 else { throw .malformedHeader("a claim without a number") }
    return value
}
