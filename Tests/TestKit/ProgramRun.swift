import Foundation
import Synchronization

/// What a finished run of a program left.
public struct ProgramResult: Sendable {
    /// The exit code, or minus the signal that ended it.
    public let status: Int32
    /// Everything on standard output.
    public let output: String
    /// Everything on standard error.
    public let errors: String
}

/// A real process of the built `ssrm` (or of another program), watched line by line.
///
/// One that its test did not end, as when it failed before, ends with the process of the tests.
public final class ProgramRun: Sendable {
    private static let running = Mutex<Set<Int32>>([])
    private static let endsAtExit: Void = {
        _ = atexit { for pid in ProgramRun.running.withLock({ $0 }) { kill(pid, SIGKILL) } }
    }()

    private struct State {
        var output = ""
        var errors = ""
        var openStreams = 2
        var status: Int32?
    }
    private let state = Mutex(State())
    private let changed = NSCondition()
    private let process: Process

    /// The process's number.
    public var pid: Int32 { process.processIdentifier }

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - arguments: what follows the program's name.
    ///   - program: its path; by default the `ssrm` built beside the tests.
    ///   - environment: variables set in addition to this process's own.
    ///   - folder: the working folder.
    /// - Throws: when the program can't be started.
    public init(
        _ arguments: [String], program: String = ProgramRun.ssrm, environment: [String: String] = [:],
        in folder: String? = nil
    ) throws {
        process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        if let folder { process.currentDirectoryURL = URL(filePath: folder) }
        process.standardInput = FileHandle.nullDevice
        let (output, errors) = (Pipe(), Pipe())
        (process.standardOutput, process.standardError) = (output, errors)
        process.terminationHandler = { [weak self] process in
            Self.running.withLock { _ = $0.remove(process.processIdentifier) }
            let ended = process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
            self?.update { $0.status = ended }
        }
        read(output) { $0.output += $1 }
        read(errors) { $0.errors += $1 }
        _ = Self.endsAtExit
        try Self.running.withLock { running in
            try process.run()
            running.insert(process.processIdentifier)
        }
    }

    /// Reads a stream to its end on a thread of its own: a file handle's readability handler can miss the end, and its
    /// `availableData` traps when a signal interrupts it.
    private func read(_ pipe: Pipe, _ append: @escaping @Sendable (inout State, String) -> Void) {
        Thread.detachNewThread { [weak self] in
            var piece = [UInt8](repeating: 0, count: 65_536)
            while true {
                let count = Foundation.read(pipe.fileHandleForReading.fileDescriptor, &piece, piece.count)
                if count < 0, errno == EINTR { continue }
                let text = String(decoding: piece.prefix(max(count, 0)), as: UTF8.self)
                self?.update { if count > 0 { append(&$0, text) } else { $0.openStreams -= 1 } }
                // A process that has ended is kept by Foundation for longer than by its test, with its descriptors.
                if count <= 0 { return (try? pipe.fileHandleForReading.close()) ?? () }
            }
        }
    }

    private func update(_ change: (inout State) -> Void) {
        changed.lock()
        state.withLock { change(&$0) }
        changed.broadcast()
        changed.unlock()
    }

    private func wait(seconds: Double, until done: (borrowing State) -> Bool) -> Bool {
        let deadline = Date(timeIntervalSinceNow: seconds)
        changed.lock()
        defer { changed.unlock() }
        while !state.withLock({ done($0) }) {
            if !changed.wait(until: deadline) { return state.withLock { done($0) } }
        }
        return true
    }

    /// Waits until standard output or standard error has `text`; false when the time is over or the program ended
    /// without.
    public func waits(for text: String, seconds: Double = 120) -> Bool {
        _ = wait(seconds: seconds) { $0.output.contains(text) || $0.errors.contains(text) || $0.status != nil }
        return (outputSoFar + errorsSoFar).contains(text)
    }

    /// Whether it has ended.
    public var hasEnded: Bool { state.withLock { $0.status != nil } }

    /// What came on standard output until now.
    public var outputSoFar: String { state.withLock { $0.output } }

    /// What came on standard error until now.
    public var errorsSoFar: String { state.withLock { $0.errors } }

    /// Waits for the end; a program that takes longer than `seconds` is killed and its status is the signal's.
    @discardableResult
    public func result(seconds: Double = 900) -> ProgramResult {
        if !wait(seconds: seconds, until: { $0.status != nil }) { signal(SIGKILL) }
        _ = wait(seconds: 30) { $0.status != nil }
        // A grandchild may hold the streams open; what has come by now is what there is.
        _ = wait(seconds: 5) { $0.openStreams == 0 }
        return state.withLock { ProgramResult(status: $0.status ?? -1, output: $0.output, errors: $0.errors) }
    }

    /// Sends a signal to this process alone.
    public func signal(_ number: Int32) { kill(pid, number) }

    /// Stops this process until it is sent `SIGCONT`.
    ///
    /// - Returns: whether all of its threads have stopped, which takes a moment.
    public func stop() -> Bool {
        signal(SIGSTOP)
        let tasks = "/proc/\(pid)/task"
        return waitFor(every: 1_000) {
            let threads = (try? FileManager.default.contentsOfDirectory(atPath: tasks)) ?? []
            return threads.allSatisfy { thread in
                let status = try? String(contentsOfFile: "\(tasks)/\(thread)/stat", encoding: .utf8)
                return status?.split(separator: ")").last?.trimmingCharacters(in: .whitespaces).first == "T"
            }
        }
    }

    /// The built `ssrm`, beside the test bundle.
    public static let ssrm: String = {
        if let path = ProcessInfo.processInfo.environment["SSRM_PROGRAM"] { return path }
        return URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "ssrm").path
    }()

    /// Runs `ssrm` to its end.
    public static func ssrm(
        _ arguments: String..., environment: [String: String] = [:], in folder: String? = nil
    ) throws -> ProgramResult {
        try ProgramRun(arguments, environment: environment, in: folder).result()
    }
}
