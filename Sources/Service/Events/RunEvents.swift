package import Coordination

/// What happens in a run, told to every sink; owned by the thread that trains.
package final class RunEvents {
    private struct Listener {
        let sink: any RunEventSink
        /// Whether it failed last; such a sink is told of on, but what it says of that is not.
        var hasFailed = false
    }
    private var listeners: [Listener]
    private let watch = Stopwatch()
    private var comings = Comings()

    /// Events from now on, which is the run's begin.
    package init(_ sinks: [any RunEventSink]) { listeners = sinks.map { Listener(sink: $0) } }

    /// Tells every sink of an event; of workers that come and go all the time not of each.
    package func tell(_ event: RunEvent) {
        let time = watch.elapsed
        for told in comings.told(event, at: time) { tell(told, at: time) }
    }

    private func tell(_ event: RunEvent, at time: Duration) {
        for i in listeners.indices {
            do {
                try listeners[i].sink.take(event, at: time)
                listeners[i].hasFailed = false
            } catch {
                if listeners[i].hasFailed { continue }
                listeners[i].hasFailed = true
                for other in listeners where !other.hasFailed {
                    // One that fails at this too is told of at its next event.
                    try? other.sink.take(.recordFailed(reason: "\(error)"), at: time)
                }
            }
        }
    }

    /// Tells every sink that nothing more will happen.
    package func end() {
        for listener in listeners { listener.sink.end() }
    }
}
