import ArgumentParser
import Datasets

/// Refuses a window that has no middle, or is beyond all measure.
///
/// - Throws: `ValidationError`.
func requireWindow(_ width: Int) throws {
    guard SleepEpochWindow.canSpan(width) else {
        let range = "between 1 and \(SleepEpochWindow.largestWidth)"
        throw ValidationError("--window must be odd and \(range), so that it has a middle: not \(width)")
    }
}
