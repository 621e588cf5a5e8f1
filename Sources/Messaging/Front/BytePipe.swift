import CLinux
import Foundation

/// A pipe in which the system hands bytes from one socket to another without copying them.
///
/// It belongs to one thread, and holds nothing between two uses.
final class BytePipe {
    /// How much it holds, where the system lets it: as much as some long frames are in one turn.
    static let capacity = 1 << 20
    private var ends: [Int32] = [-1, -1]
    /// How many bytes it holds.
    private(set) var count = 0

    /// A pipe; nil where there are no descriptors for it.
    init?() {
        guard linux_make_pipe(&ends, Int32(Self.capacity)) == 0 else { return nil }
    }

    deinit {
        for end in ends where end >= 0 { close(end) }
    }

    /// Takes what has come to a socket, up to so many bytes.
    ///
    /// - Returns: how many; 0 where the other side has closed, -1 with `errno`.
    func fill(from socket: Int32, _ limit: Int) -> Int {
        let taken = linux_move(socket, ends[1], min(limit, Self.capacity))
        count += max(0, taken)
        return taken
    }

    /// Gives a socket what it has room for.
    ///
    /// - Returns: how many bytes; -1 with `errno`.
    func empty(into socket: Int32) -> Int {
        let given = linux_move(ends[0], socket, count)
        count -= max(0, given)
        return given
    }

    /// Takes out what no socket had room for.
    func takeRest() -> [UInt8] {
        guard count > 0 else { return [] }
        let rest = [UInt8](unsafeUninitializedCapacity: count) { bytes, taken in
            while taken < count {
                let more = read(ends[0], bytes.baseAddress.map { $0 + taken }, count - taken)
                if more <= 0 { break }
                taken += more
            }
        }
        count = 0
        return rest
    }
}
