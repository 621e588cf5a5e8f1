import Dispatch
import Foundation
import Messaging
import Synchronization
import Testing

/// The system refuses a stack that no memory has room for as it refuses one thread too many.
@Test func aThreadThatTheSystemRefusesIsAnErrorInALine() {
    let error = #expect(throws: SocketError.self) { try OwnThread.start("tests", stackSize: 1 << 46) {} }
    #expect(error?.description.hasPrefix("a thread for tests can't be started: ") == true, "\(error as Any)")
    #expect(error?.description.contains("ulimit -u") == true && error?.isRetriable == false)
}

/// What the system calls this process's threads.
private func threadNames() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").compactMap { number in
        // A thread may end between the two.
        try? String(contentsOfFile: "/proc/self/task/\(number)/comm", encoding: .utf8).trimmingCharacters(in: .newlines)
    }
}

@Test func threadsThatThereIsRoomForAreGoneAgain() throws {
    for _ in 0..<50 { try OwnThread.requireRoom(for: 4, use: "ofRoom") }
    // The last may take a moment on a machine that others use.
    for _ in 0..<1_000 where try threadNames().contains("ofRoom") { usleep(10_000) }
    #expect(try !threadNames().contains("ofRoom"))
    let (told, hold, gone) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
    try OwnThread.start("ofRoom") {
        told.signal()
        hold.wait()
        gone.signal()
    }
    told.wait()
    #expect(try threadNames().contains("ofRoom"))
    hold.signal()
    gone.wait()
}

@Test func worksAreDoneInOrderAndWaitedForWhereThatIsAsked() throws {
    let thread = try SerialThread("tests")
    let found = Mutex<[Int]>([])
    for number in 0..<100 { thread.async { found.withLock { $0.append(number) } } }
    #expect(thread.sync { found.withLock(\.count) } == 100)
    thread.async { found.withLock { $0.append(100) } }
    #expect(thread.sync { found.withLock(\.self) } == Array(0...100))
}

/// Works that were given are done though nobody has the thread any more, and what they hold is let go of.
@Test func worksOutliveWhoeverGaveThem() throws {
    final class Held: Sendable {
        let gone: DispatchSemaphore
        init(_ gone: DispatchSemaphore) { self.gone = gone }
        deinit { gone.signal() }
    }
    let (gone, done) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
    do {
        let (thread, held) = (try SerialThread("tests"), Held(gone))
        thread.async {
            _ = held
            done.signal()
        }
    }
    done.wait()
    gone.wait()
}
