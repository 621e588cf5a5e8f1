/// Time since the program's start that no clock change disturbs.
package struct Stopwatch {
    private let start = ContinuousClock.now

    /// Starts now.
    package init() {}

    /// The time gone by.
    package var elapsed: Duration { ContinuousClock.now - start }
}
