import CWire

extension MessageForm {
    /// One block of samples.
    static let sampleBlock = MessageForm(
        SSRM__WIRE__HEADER__BODY_SAMPLE_BLOCK, frames: SSRM__WIRE__FRAME_KIND__FRAME_KIND_SAMPLES
    ) { header throws(WireError) in
        .sampleBlock(block: Int(header.sample_block.pointee.block))
    } write: { message, header, arena in
        guard case .sampleBlock(let block) = message else { return false }
        header.sample_block = arena.make(ssrm__wire__sample_block__init) { $0.block = UInt32(block) }
        return true
    }
}
