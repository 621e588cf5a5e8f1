import CWire
package import Numerics

extension ReceivedEnvelope {
    /// Reads a message's header from its first part.
    ///
    /// Lengths are held to limits before anything is allocated, and a peer's bytes never trap.
    ///
    /// - Parameters:
    ///   - parts: the frames.
    ///   - headerLimit: no header is read that has more bytes.
    /// - Throws: `WireError`, naming what is wrong.
    package init(_ parts: [ReceivedPart], headerLimit: Int = Envelope.headerByteLimit) throws(WireError) {
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
        let isWhole = HeaderChecksum.isRight(at: first.bytes)
        // Who speaks an earlier version has none, and is to be told so.
        guard header.pointee.version == protocolVersion || isWhole == false else {
            // Floats that were cut from their header, or no bytes at all, are often a header without any field.
            guard header.pointee.version != 0 else {
                throw .malformedHeader("\(packed.count) bytes that name no version of the protocol")
            }
            throw .version(theirs: header.pointee.version)
        }
        guard isWhole == true else { throw .headerChecksum }
        let form = try MessageForm.ofBody(in: header.pointee)
        message = try form.read(header.pointee)
        (self.parts, headerBytes) = (parts.dropFirst(), packed.count)
        listed = try Self.frames(header.pointee, of: form.frames, came: self.parts.count)
        if isAhead, !message.mayComeAfterItsFloats {
            throw .malformedHeader("frames sent ahead of a message that can't have any")
        }
        guard listed.count(where: \.follows) == self.parts.count else {
            throw .frameCount(listed: listed.count, came: self.parts.count)
        }
    }

    private static func frames(
        _ header: Ssrm__Wire__Header, of kind: Ssrm__Wire__FrameKind, came: Int
    ) throws(WireError) -> [ListedFrame] {
        guard header.n_frames <= Envelope.frameLimit else {
            throw .frameCount(listed: header.n_frames, came: came)
        }
        var frames: [ListedFrame] = []
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
            frames.append(
                ListedFrame(
                    element: element, floatCount: listed.float_count, checksum: listed.checksum,
                    sharedOffset: listed.shared_offset, isAhead: listed.ahead != 0))
        }
        guard !frames.contains(where: \.isAhead) || frames.allSatisfy({ $0.isAhead && $0.sharedOffset == 0 }) else {
            throw .malformedHeader("frames of which some were sent ahead of it and others were not")
        }
        return frames
    }

    /// Reads the floats that go with the message, but for such as came in parts ahead of it.
    ///
    /// - Parameters:
    ///   - shared: so many floats at an offset, in bytes, of memory that the sender shares; nil where there are none.
    ///   - place: a block of so many floats that nobody else holds, for values that came as others.
    /// - Returns: the frames' floats; those that came behind the header have the length and the checksum that it gives.
    /// - Throws: `WireError`, naming what is wrong.
    package func blocks(
        shared: (_ offset: Int, _ count: Int) -> FloatBlock? = { _, _ in nil },
        place: (_ count: Int) -> FloatBlock = { FloatBlock(count: $0) }
    ) throws(WireError) -> [FloatBlock] {
        var blocks: [FloatBlock] = []
        var rest = parts
        for (i, listed) in listed.enumerated() where !listed.isAhead {
            if listed.sharedOffset > 0 {
                let (offset, count) = (Int(clamping: listed.sharedOffset), Int(clamping: listed.floatCount))
                guard let block = shared(offset, count) else {
                    throw .sharedFrame(frame: i, offset: listed.sharedOffset, floats: listed.floatCount)
                }
                blocks.append(block)
                continue
            }
            guard let part = rest.popFirst() else { throw .frameCount(listed: self.listed.count, came: parts.count) }
            // So many values have no fewer bytes than there are of them, whatever they are kept as.
            guard listed.floatCount <= part.bytes.count,
                listed.element.byteCount(of: Int(listed.floatCount)) == part.bytes.count
            else {
                throw .frameLength(frame: i, listedFloats: listed.floatCount, bytes: part.bytes.count)
            }
            guard listed.checksum == RawFrame.checksum(of: part.bytes) else { throw .frameChecksum(frame: i) }
            blocks.append(part.floats(Int(listed.floatCount), kept: listed.element, place))
        }
        return blocks
    }
}
