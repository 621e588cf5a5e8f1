/// How a run ends that was asked to: what is waited for, and for how long, so that it is over within two seconds.
///
/// The checkpoint is waited for in any case.
package struct Ending: Equatable, Sendable {
    private static let stepPatience = Duration.milliseconds(700)
    private static let workersPatience = Duration.milliseconds(400)
    private static let wholePatience = Duration.milliseconds(1700)
    /// What is left at the least for what was said last to reach others.
    private static let leastLinger = Duration.milliseconds(100)
    /// What asked it to end.
    package let signal: Int32
    private let begun: Duration
    /// The step that was in hand.
    private let step: Int

    /// A run that is asked to end while `step` steps are done.
    package init(signal: Int32, step: Int, at now: Duration) {
        (self.signal, self.step, begun) = (signal, step, now)
    }

    /// Until when the step in hand is waited for.
    package var stepDeadline: Duration { begun + Self.stepPatience }

    /// Tells whether the run is to end now.
    ///
    /// - Parameters:
    ///   - step: how many steps are done.
    ///   - readyCount: how many workers can compute.
    ///   - now: the time.
    /// - Returns: true once the step in hand is done, nobody computes it, or it has taken too long.
    package func isDue(step: Int, readyCount: Int, at now: Duration) -> Bool {
        step != self.step || readyCount == 0 || now >= stepDeadline
    }

    /// How long this machine's workers, who were told, may take to end by themselves; those that are stopped never do.
    package func workersPatience(at now: Duration) -> Duration { max(.zero, min(Self.workersPatience, left(at: now))) }

    /// How long what was said last may take to leave.
    package func linger(at now: Duration) -> Duration { max(Self.leastLinger, left(at: now)) }

    private func left(at now: Duration) -> Duration { begun + Self.wholePatience - now }
}
