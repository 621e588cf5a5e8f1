import CLinux
import Foundation

/// The process that started this one.
package enum ParentProcess {
    /// Has the system end this process as soon as its parent ends, however that does.
    ///
    /// - Parameters:
    ///   - parent: the process.
    ///   - signal: what ends this one then; one that is stopped takes no other than SIGKILL.
    /// - Throws: `ServiceError` when `parent` has ended already, or is another process than the one that started this.
    package static func endThisWith(_ parent: Int32, by signal: Int32 = SIGTERM) throws {
        _ = linux_signal_on_parent_death(signal)
        // A parent that ended before this line sends no signal any more.
        let starter = getppid()
        if starter == parent { return }
        guard parent <= 0 || isAlive(parent) else {
            throw ServiceError("process \(parent), which started this one, has ended")
        }
        let other = starter > 1 ? " (\(starter) did)" : ""
        throw ServiceError(
            """
            process \(parent) is not the one that started this one\(other), and only of that one the system tells when it ends: \
            give its number with --parent ($$ in a shell that starts this one itself), or leave --parent out
            """)
    }

    /// Whether a process goes on; one that ended is there until whoever started it has asked how.
    private static func isAlive(_ process: Int32) -> Bool {
        guard kill(process, 0) == 0 || errno == EPERM else { return false }
        guard let state = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
            let name = state.lastIndex(of: ")")
        else { return true }
        return !["Z", "X"].contains(state[state.index(after: name)...].split(separator: " ").first)
    }
}
