import Foundation
import TestKit

/// A script beside the tests that brings up real servers; it ends them when told to, or when this process is gone.
final class SupportScript {
    private let process: ProgramRun

    init(_ name: String, _ arguments: [String]) throws {
        let script = packageRoot.appending(path: "Tests/ClusterTests/Support/\(name)").path
        process = try withoutBlockedSignals { try ProgramRun(arguments, program: script) }
        guard process.waits(for: "ready", seconds: 60) else {
            let result = end()
            throw SupportError(description: "\(name) did not come up: \(result.errors)")
        }
    }

    deinit { end() }

    @discardableResult
    private func end() -> ProgramResult {
        process.signal(SIGTERM)
        return process.result(seconds: 20)
    }
}

struct SupportError: Error, CustomStringConvertible {
    let description: String
}
