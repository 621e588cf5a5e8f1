import CWire

/// A message that is not taken, and why.
package struct Refusal: Equatable, Sendable {
    /// The kinds of reasons.
    package enum Code: UInt32, Sendable {
        /// Another version of the protocol.
        case version = 1
        /// A message that can't be read, or a frame of wrong length or checksum.
        case malformed = 2
        /// A worker that is not known (any more).
        case unknownWorker = 3
        /// A report of another round.
        case staleRound = 4
        /// A claim that was not the worker's, or other leaves than its.
        case notAssigned = 5
        /// A probe unlike the run's.
        case otherArithmetic = 6
        /// A block of samples that does not exist.
        case noSuchBlock = 7
        /// Sums that were wrong, or were said not to be finite, and are.
        case refuted = 8
        /// What only somebody with another key may say.
        case notAuthorized = 9
    }
    /// The kind of reason.
    package var code: Code
    /// The reason in words.
    package var text: String
    /// The version that the refusing side speaks.
    package var version: UInt32

    /// A refusal.
    package init(_ code: Code, _ text: String, version: UInt32 = protocolVersion) {
        (self.code, self.text, self.version) = (code, text, version)
    }
}

extension MessageForm {
    /// The coordinator does not take a message.
    static let refusal = MessageForm(SSRM__WIRE__HEADER__BODY_REFUSAL) { header throws(WireError) in
        let body = header.refusal.pointee
        guard let code = Refusal.Code(rawValue: body.code.rawValue) else {
            throw .malformedHeader("a refusal without a code")
        }
        return .refusal(Refusal(code, text(body.text), version: body.version))
    } write: { message, header, arena in
        guard case .refusal(let refusal) = message else { return false }
        header.refusal = arena.make(ssrm__wire__refusal__init) {
            $0.code = Ssrm__Wire__RefusalCode(rawValue: refusal.code.rawValue)
            $0.text = arena.text(refusal.text)
            $0.version = refusal.version
        }
        return true
    }
}
