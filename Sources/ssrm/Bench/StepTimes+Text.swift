import Service

extension StepTimes.Means {
    /// Two lines for people.
    var text: String {
        """
        coordinator: waits \(Int(coordinator.waiting)) us, optimiser \(Int(coordinator.optimising)) us, messages and sums \
        \(Int(coordinator.messages)) us
        a worker: computes \(Int(worker.computing)) us, exchange and waiting \(Int(worker.rest)) us
        """
    }
}
