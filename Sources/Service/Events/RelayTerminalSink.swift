package import Coordination

/// Tells people at standard error what happens to a relay's workers.
package final class RelayTerminalSink: RunEventSink {
    private let isQuiet: Bool

    /// A sink that says everything, or nothing.
    package init(isQuiet: Bool) { self.isQuiet = isQuiet }

    package func take(_ event: RunEvent, at time: Duration) {
        if !isQuiet { Terminal.error(event.description) }
    }
}
