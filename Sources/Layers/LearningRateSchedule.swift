import Numerics

/// How a step size changes in the course of a training.
public enum LearningRateSchedule: String, Codable, CaseIterable, Sendable {
    /// It does not.
    case constant
    /// It falls to 0 along half a cosine.
    case cosine

    /// What the step size is multiplied with.
    ///
    /// - Parameters:
    ///   - step: how many steps were made.
    ///   - count: how many there will be.
    ///   - warmup: over how many steps it rises from 0, whatever the schedule.
    /// - Returns: a factor from 0 to 1.
    public func factor(step: Int, of count: Int, warmup: Int) -> Double {
        let rise = step < warmup ? Double(step + 1) / Double(warmup) : 1
        return self == .constant ? rise : rise * (0.5 + 0.5 * Numerics.cosine(turns: Double(step) / Double(2 * count)))
    }
}
