import CLinux
import Foundation

/// The process that started this one.
package enum ParentProcess {
    /// Has the system end this process as soon as its parent ends, however that does.
    ///
    /// - Parameters:
    ///   - parent: the process.
    ///   - signal: what ends this one then; one that is stopped takes no other than SIGKILL.
    /// - Throws: `ServiceError` when `parent` has ended already.
    package static func endThisWith(_ parent: Int32, by signal: Int32 = SIGTERM) throws {
        _ = linux_signal_on_parent_death(signal)
        // A parent that ended before this line sends no signal any more.
        if getppid() != parent { throw ServiceError("process \(parent), which started this one, has ended") }
    }
}
