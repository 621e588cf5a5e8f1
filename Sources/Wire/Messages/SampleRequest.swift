import CWire

extension MessageForm {
    /// A worker asks for one block of samples.
    static let sampleRequest = MessageForm(SSRM__WIRE__HEADER__BODY_SAMPLE_REQUEST) { header throws(WireError) in
        .sampleRequest(block: Int(header.sample_request.pointee.block))
    } write: { message, header, arena in
        guard case .sampleRequest(let block) = message else { return false }
        header.sample_request = arena.make(ssrm__wire__sample_request__init) { $0.block = UInt32(block) }
        return true
    }
}
