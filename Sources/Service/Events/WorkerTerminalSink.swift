package import Coordination

/// Tells people at standard error what happens to a worker.
package final class WorkerTerminalSink: WorkerEventSink {
    private let isQuiet: Bool

    /// A sink that says everything, or nothing but what a person has to know.
    package init(isQuiet: Bool) { self.isQuiet = isQuiet }

    package func take(_ event: WorkerEvent) {
        if !isQuiet || event.isWarning { Terminal.error("\(event)") }
    }
}
