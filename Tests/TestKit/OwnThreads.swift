import Foundation
public import Testing

/// Tests of it run on threads that no other tests do, a few at a time.
///
/// A test that starts programs mostly waits for them, and holds its thread meanwhile; of Swift's own threads there are
/// as many as processors, and tests that compute would wait for one.
public struct OwnThreads: SuiteTrait, TestTrait, TestScoping {
    /// Each test of a suite does.
    public var isRecursive: Bool { true }

    /// Runs a test there.
    public func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        try await withTaskExecutorPreference(WaitingThreads.shared, operation: function)
    }
}

extension Trait where Self == OwnThreads {
    /// On threads that no other tests run on: for those that start programs and wait for them.
    public static var onOwnThreads: Self { OwnThreads() }
}

/// As many threads as tests may wait on at once; more of them would only take turns on the processors.
private final class WaitingThreads: TaskExecutor {
    static let shared = WaitingThreads()
    private let queue = OperationQueue()

    private init() { queue.maxConcurrentOperationCount = 3 }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.addOperation { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
