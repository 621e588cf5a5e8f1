package import Coordination

/// Somebody who is told what happens in a run.
///
/// One is added by a type of its own and a line in `UpstreamRun.sinks`.
package protocol RunEventSink: AnyObject {
    /// Takes one event, in order, on the thread that trains: workers wait while this goes on.
    ///
    /// - Parameters:
    ///   - event: what happened.
    ///   - time: when, since the run's begin.
    /// - Throws: where it can't be kept; the other sinks are told, and the run goes on.
    func take(_ event: RunEvent, at time: Duration) throws

    /// There are no more events, however the run ended.
    func end()
}

extension RunEventSink {
    package func end() {}
}
