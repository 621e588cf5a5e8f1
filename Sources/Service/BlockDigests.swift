import Foundation
package import Messaging
import Synchronization

/// The digests of all blocks of a dataset: made once, on a thread of their own, when a worker first needs them.
///
/// A large dataset takes minutes, in which the thread that owns the socket has workers to answer.
package final class BlockDigests: Sendable {
    private let make: @Sendable () -> [UInt8]
    private let isStarted = Mutex(false)
    /// Gets them once they are made.
    package let made: Mailbox<[UInt8]>

    /// Digests that `make` makes.
    package init(_ make: @escaping @Sendable () -> [UInt8]) throws {
        self.make = make
        made = try Mailbox()
    }

    /// Begins to make them, unless that was done before.
    package func start() {
        let isFirst = isStarted.withLock { isStarted in
            defer { isStarted = true }
            return !isStarted
        }
        guard isFirst else { return }
        let thread = Thread { [self] in made.put(make()) }
        thread.name = "digests"
        thread.start()
    }
}
