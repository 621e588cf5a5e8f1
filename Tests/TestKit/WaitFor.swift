import Foundation

/// Polls for something that another process, or the system, brings about, for five minutes at most.
///
/// - Returns: whether it happened.
public func waitFor(_ happened: () -> Bool) -> Bool {
    for _ in 0..<30_000 {
        if happened() { return true }
        usleep(10_000)
    }
    return false
}
