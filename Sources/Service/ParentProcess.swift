import CLinux
import Foundation

/// The process that started this one.
package enum ParentProcess {
    /// Has the system end this process as soon as its parent ends, however that does.
    ///
    /// - Throws: `ServiceError` when `parent` has ended already.
    package static func endThisWith(_ parent: Int32) throws {
        _ = linux_signal_on_parent_death(SIGTERM)
        // A parent that ended before this line sends no signal any more.
        if getppid() != parent { throw ServiceError("process \(parent), which started this one, has ended") }
    }
}
