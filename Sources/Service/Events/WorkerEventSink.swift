package import Coordination

/// Somebody who is told what happens to a worker.
package protocol WorkerEventSink: AnyObject {
    /// Takes one event, in order, on the thread that owns the socket.
    func take(_ event: WorkerEvent)
}
