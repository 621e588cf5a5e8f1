import CLinux
import Foundation

/// Memory that processes of one user on one machine share: one makes it, others open it by the maker's process number.
///
/// It starts with a token drawn at random; whoever has opened the right memory can tell its token. Nobody can change
/// its length. There is no lock: the messages that the processes exchange say whose turn it is.
package final class SharedMemory: @unchecked Sendable {  // the mapping never changes, messages govern what is in it
    /// Where a process's memory is, for another one to open.
    package struct Place: Equatable, Sendable {
        /// The process that made it.
        package var process: Int32
        /// Its descriptor there.
        package var descriptor: Int32
        /// Its length.
        package var byteCount: Int

        /// A place.
        package init(process: Int32, descriptor: Int32, byteCount: Int) {
            (self.process, self.descriptor, self.byteCount) = (process, descriptor, byteCount)
        }
    }
    /// What lies before the content: the token, and the rest of a page.
    private static let prefixBytes = 4096
    private static let tokenBytes = 16

    private let descriptor: Int32
    private let start: UnsafeMutableRawPointer
    /// Where it is.
    package let place: Place

    /// Makes memory for `byteCount` bytes, zeros; the system provides what is written to.
    ///
    /// - Throws: when the system has no more memory or descriptors.
    package init(byteCount: Int) throws(SocketError) {
        let length = Self.prefixBytes + byteCount
        descriptor = linux_make_memory_file("ssrm", length)
        guard descriptor >= 0 else { throw SocketError(call: "memfd_create", operand: "\(length) bytes", code: errno) }
        start = try Self.map(descriptor, length, isWrittenTo: true)
        place = Place(process: getpid(), descriptor: descriptor, byteCount: length)
        for i in 0..<Self.tokenBytes {
            start.storeBytes(of: UInt8.random(in: .min ... .max), toByteOffset: i, as: UInt8.self)
        }
    }

    /// Opens another process's memory; nil when there is none at that place that this process may open.
    ///
    /// - Parameters:
    ///   - place: where it is.
    ///   - isWrittenTo: whether this process writes to it too; otherwise the system keeps it from that.
    package init?(opening place: Place, isWrittenTo: Bool = false) {
        guard place.byteCount > Self.prefixBytes, place.process > 0, place.descriptor >= 0 else { return nil }
        descriptor = linux_open_memory_file(place.process, place.descriptor, place.byteCount, isWrittenTo ? 1 : 0)
        guard descriptor >= 0, let start = try? Self.map(descriptor, place.byteCount, isWrittenTo: isWrittenTo) else {
            return nil
        }
        self.start = start
        self.place = place
    }

    deinit {
        munmap(start, place.byteCount)
        close(descriptor)
    }

    private static func map(
        _ descriptor: Int32, _ length: Int, isWrittenTo: Bool
    ) throws(SocketError) -> UnsafeMutableRawPointer {
        let start = mmap(nil, length, PROT_READ | (isWrittenTo ? PROT_WRITE : 0), MAP_SHARED, descriptor, 0)
        guard let start, start != UnsafeMutableRawPointer(bitPattern: -1) else {
            let code = errno
            close(descriptor)
            throw SocketError(call: "mmap", operand: "\(length) bytes", code: code)
        }
        return start
    }

    /// What the memory's maker drew at random.
    package var token: [UInt8] { Array(UnsafeRawBufferPointer(start: start, count: Self.tokenBytes)) }

    /// The content, `byteCount` bytes of it that start at `offset`; nil where they do not lie in it or are not aligned
    /// for floats.
    package func bytes(at offset: Int, count: Int) -> UnsafeMutableRawPointer? {
        guard offset >= Self.prefixBytes, offset % 4 == 0, count >= 0, count <= place.byteCount,
            offset <= place.byteCount - count
        else { return nil }
        return start + offset
    }

    /// The first byte of the content.
    package static var firstOffset: Int { prefixBytes }

    /// Where in the memory `pointer` points; nil when it does not.
    package func offset(of pointer: UnsafeRawPointer) -> Int? {
        let offset = Int(bitPattern: pointer) - Int(bitPattern: start)
        return offset >= Self.prefixBytes && offset < place.byteCount ? offset : nil
    }
}
