import Foundation

/// Polls for something that another process, or the system, brings about, for a minute at most.
///
/// - Returns: whether it happened.
public func waitFor(_ happened: () -> Bool) -> Bool {
    for _ in 0..<6000 {
        if happened() { return true }
        usleep(10_000)
    }
    return false
}
