import CLinux
import Foundation
import Synchronization

/// How other threads reach the one that owns a socket: a queue, and a descriptor for its poll set that is readable when
/// something waits.
package final class Mailbox<Item: Sendable>: Sendable {
    private let items = Mutex<[Item]>([])
    /// Readable while items wait.
    package let descriptor: Int32

    /// An empty mailbox.
    ///
    /// - Throws: when the process has no descriptors left.
    package init() throws(SocketError) {
        descriptor = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
        if descriptor < 0 { throw SocketError(call: "eventfd", operand: "", code: errno) }
    }

    deinit { close(descriptor) }

    /// Leaves an item, from any thread.
    package func put(_ item: Item) {
        items.withLock { $0.append(item) }
        _ = eventfd_write(descriptor, 1)
    }

    /// Takes everything that waits, in the order in which it was left.
    package func takeAll() -> [Item] {
        var count: eventfd_t = 0
        _ = eventfd_read(descriptor, &count)  // before the items: one left in between shows again
        return items.withLock { waiting in
            defer { waiting = [] }
            return waiting
        }
    }

    /// Takes everything that waits, after waiting for `timeout` at most for something to.
    package func wait(timeout: Duration) -> [Item] {
        var item = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        _ = poll(&item, 1, Int32(timeout.wholeMilliseconds))
        return takeAll()
    }
}
