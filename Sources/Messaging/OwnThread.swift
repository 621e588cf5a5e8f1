import CLinux
import Foundation
import Synchronization

/// A thread of the program's own, which the system may refuse where a user, a container or a limit on memory has no
/// more to give: Foundation's thread says nothing then, and whoever waits for it waits for ever.
package enum OwnThread {
    private final class Body {
        private let name: String
        private let work: @Sendable () -> Void

        init(_ name: String, _ work: @escaping @Sendable () -> Void) { (self.name, self.work) = (name, work) }

        func run() {
            _ = linux_set_process_name(name)
            work()
        }
    }

    /// Starts a thread that ends with its work.
    ///
    /// - Parameters:
    ///   - name: what the system's tools call it, 15 bytes at most.
    ///   - stackSize: bytes of its stack.
    ///   - work: what it does.
    /// - Throws: when the system starts no more threads.
    package static func start(
        _ name: String, stackSize: Int = 1 << 20, _ work: @escaping @Sendable () -> Void
    ) throws(SocketError) {
        var (thread, attributes) = (pthread_t(), pthread_attr_t())
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setstacksize(&attributes, stackSize)
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        let body = Unmanaged.passRetained(Body(name, work))
        let code = pthread_create(
            &thread, &attributes,
            { argument in
                // What the work holds is let go of before the thread ends.
                if let argument { Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run() }
                return nil
            }, body.toOpaque())
        guard code == 0 else {
            body.release()
            throw SocketError(call: "pthread_create", operand: "a thread for \(name)", code: code)
        }
    }

    /// Makes sure that so many threads can be started at once: a library may end the process where it has none, or wait
    /// for them for ever.
    ///
    /// - Parameters:
    ///   - count: how many.
    ///   - use: what they are for.
    /// - Throws: when the system starts fewer.
    package static func requireRoom(for count: Int, use: String) throws(SocketError) {
        let (hold, gone) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let numbers = Mutex<[Int32]>([])
        var started = 0
        defer {
            for _ in 0..<started { hold.signal() }
            for _ in 0..<started { gone.wait() }
            // They count until the system has taken them away, a moment after their last word.
            for number in numbers.withLock(\.self) {
                for _ in 0..<200 where access("/proc/self/task/\(number)", F_OK) == 0 { usleep(100) }
            }
        }
        while started < count {
            try start(use, stackSize: 8 << 20) {
                numbers.withLock { $0.append(linux_thread_number()) }
                hold.wait()
                gone.signal()
            }
            started += 1
        }
    }
}

/// Does what it is given in order, on a thread of its own that is there from the begin: whoever gives it something
/// waits for no thread that the system might not have by then.
package final class SerialThread: Sendable {
    private final class Shared: Sendable {
        let waiting = Mutex<[@Sendable () -> Void]>([])
        let isOver = Mutex(false)
        let wake = DispatchSemaphore(value: 0)

        /// What was given and is not done; nil once there is nothing more to come.
        func next() -> [@Sendable () -> Void]? {
            wake.wait()
            let works = waiting.withLock { waiting in
                defer { waiting = [] }
                return waiting
            }
            return works.isEmpty && isOver.withLock(\.self) ? nil : works
        }
    }
    private let shared = Shared()

    /// A thread that waits.
    ///
    /// - Parameter name: what the system's tools call it, 15 bytes at most.
    /// - Throws: when the system starts no more threads.
    package init(_ name: String) throws(SocketError) {
        try OwnThread.start(name) { [shared] in
            while let works = shared.next() {
                for work in works { work() }
            }
        }
    }

    deinit {
        shared.isOver.withLock { $0 = true }
        shared.wake.signal()
    }

    /// Has something done after all that was given before; returns at once.
    package func async(_ work: @escaping @Sendable () -> Void) {
        shared.waiting.withLock { $0.append(work) }
        shared.wake.signal()
    }

    /// Has something done after all that was given before, and waits for it.
    package func sync<Result: Sendable>(_ work: @escaping @Sendable () -> Result) -> Result {
        let (done, result) = (DispatchSemaphore(value: 0), Box<Result>())
        async {
            result.value.withLock { $0 = work() }
            done.signal()
        }
        done.wait()
        guard let value = result.value.withLock(\.self) else { preconditionFailure("work that was not done") }
        return value
    }

    private final class Box<Value: Sendable>: Sendable {
        let value = Mutex<Value?>(nil)
    }
}
