import CWire
import Foundation
package import Numerics

extension Envelope {
    /// The header frame's bytes; the raw frames follow as they are.
    package var headerBytes: [UInt8] { encodedHeader(version: protocolVersion, sharedOffset: { _ in nil }) }

    /// Makes the message ready to be sent.
    ///
    /// - Parameter sharedOffset: where in memory that the receiver shares a block lies, in bytes; nil for a block that
    ///   does not.
    /// - Returns: the header frame's bytes, and the raw frames that follow it.
    package func parts(
        sharedOffset: (FloatBlock) -> Int? = { _ in nil }
    ) -> (header: [UInt8], frames: [RawFrame]) {
        let header = encodedHeader(version: protocolVersion, sharedOffset: sharedOffset)
        return (header, frames.filter { sharedOffset($0.block) == nil })
    }

    /// The header as a program of another version would write it; for tests of refusals.
    package func encodedHeader(version: UInt32, sharedOffset: (FloatBlock) -> Int? = { _ in nil }) -> [UInt8] {
        let arena = Arena()
        var header = Ssrm__Wire__Header()
        ssrm__wire__header__init(&header)
        header.version = version
        let kind = MessageForm.write(message, into: &header, arena).frames
        header.n_frames = frames.count + ahead.lengths.count
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
            }
                + ahead.lengths.map { length in
                    arena.make(ssrm__wire__raw_frame__init) {
                        ($0.kind, $0.float_count) = (kind, UInt64(length))
                        ($0.ahead, $0.element) = (1, ahead.element.onWire)
                    }
                })
        return withUnsafePointer(to: &header) { header in
            let size = ssrm__wire__header__get_packed_size(header)
            return Self.sealed(
                [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
                    count = ssrm__wire__header__pack(header, buffer.baseAddress)
                })
        }
    }
}

extension Duration {
    /// Whole milliseconds, as they go over the wire.
    package var milliseconds: Int64 { microseconds / 1000 }

    /// Whole microseconds.
    package var microseconds: Int64 {
        components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000
    }
}
