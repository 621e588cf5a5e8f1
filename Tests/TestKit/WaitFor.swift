import Foundation

/// Polls for something that another process, or the system, brings about, for about five minutes at most.
///
/// - Parameters:
///   - microseconds: how long it waits between two looks.
///   - happened: looks whether it happened.
/// - Returns: whether it happened.
public func waitFor(every microseconds: UInt32 = 10_000, _ happened: () -> Bool) -> Bool {
    for _ in 0..<300_000_000 / microseconds {
        if happened() { return true }
        usleep(microseconds)
    }
    return false
}
