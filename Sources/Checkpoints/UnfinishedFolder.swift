import Foundation
import Synchronization

/// A folder that is being made, and that another thread may take away meanwhile, as one that takes a signal does.
///
/// What `WholeFolder` writes there it writes inside of `write`; once `remove` has begun, nothing is written there.
public final class UnfinishedFolder: Sendable {
    private let state = Mutex((path: nil as String?, isRemoved: false))

    /// Of a folder that is not there yet.
    public init() {}

    /// Does something in the folder; `work` is told whether the folder was removed, and then writes nothing.
    func write<Result, Failure>(_ work: (_ isRemoved: Bool) throws(Failure) -> Result) throws(Failure) -> Result {
        try state.withLock { state throws(Failure) in try work(state.isRemoved) }
    }

    /// Says where the folder is to be from now on; nil where it is complete, or gone.
    package func place(at place: String?) { state.withLock { $0.path = place } }

    /// Removes what there is of the folder, and then does `ending`, which ends the process: until it does, whoever
    /// would write waits.
    public func remove(then ending: () -> Void) {
        state.withLock { state in
            // What is written there past `write` may come in between.
            for _ in 0..<100 {
                guard let path = state.path, access(path, F_OK) == 0 else { break }
                try? FileManager.default.removeItem(atPath: path)
            }
            state = (nil, true)
            ending()
        }
    }
}
