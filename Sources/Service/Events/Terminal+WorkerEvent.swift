package import Coordination

extension Terminal {
    /// Tells people at standard error what happens to a worker; of one that is to be quiet, what they have to know.
    package static func tell(_ event: WorkerEvent, isQuiet: Bool) {
        if !isQuiet || event.isWarning { error("\(event)") }
    }
}
