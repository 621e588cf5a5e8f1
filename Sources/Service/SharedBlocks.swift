import Messaging
import Numerics
import Wire

extension SharedMemory {
    /// Blocks of `count` floats, each on pages of its own.
    ///
    /// The memory lives for as long as one of them does.
    func blocks(of count: Int) -> [FloatBlock] {
        let stride = Self.pageBytes(count)
        return Swift.stride(from: Self.firstOffset, to: place.byteCount, by: stride).compactMap { offset in
            block(at: offset, count: count)
        }
    }

    /// Memory for `blockCount` blocks of `count` floats.
    convenience init(blocks blockCount: Int, of count: Int) throws(SocketError) {
        try self.init(byteCount: blockCount * Self.pageBytes(count))
    }

    /// `count` floats at an offset; nil where they do not lie in the memory.
    func block(at offset: Int, count: Int) -> FloatBlock? {
        guard count <= place.byteCount / 4, let start = bytes(at: offset, count: 4 * count) else { return nil }
        return FloatBlock(borrowing: start.bindMemory(to: Float.self, capacity: count), count: count, from: self)
    }

    /// Where a block lies; nil for one that is elsewhere.
    func offset(of block: FloatBlock) -> Int? { offset(of: UnsafeRawPointer(block.base)) }

    private static func pageBytes(_ count: Int) -> Int { (4 * count + 4095) / 4096 * 4096 }

    /// How another process finds it, with its token where that is to be proven.
    func name(withToken: Bool) -> SharedMemoryName {
        SharedMemoryName(
            process: place.process, descriptor: place.descriptor, byteCount: place.byteCount,
            token: withToken ? token : [])
    }

    /// Opens what a peer named, to be read and perhaps written to; nil when it is not there.
    convenience init?(opening name: SharedMemoryName, isWrittenTo: Bool = false) {
        self.init(
            opening: Place(process: name.process, descriptor: name.descriptor, byteCount: name.byteCount),
            isWrittenTo: isWrittenTo)
    }
}
