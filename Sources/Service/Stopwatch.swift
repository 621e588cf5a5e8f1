/// The time since it was made, which no clock change disturbs.
package struct Stopwatch {
    private let start = ContinuousClock.now

    /// Starts now.
    package init() {}

    /// The time gone by.
    package var elapsed: Duration { ContinuousClock.now - start }
}
