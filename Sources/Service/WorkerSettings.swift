/// How a worker runs.
package struct WorkerSettings: Sendable {
    /// The coordinator's endpoint.
    package var endpoint: String
    /// Compute threads.
    package var threads = 1
    /// A processor for each compute thread to stay on; nil for any.
    package var processors: [Int]?
    /// The folder where blocks of samples are kept; nil for none.
    package var cache: String?
    /// How many bytes of memory blocks of samples may take, where the dataset is not here.
    package var sampleMemory = MachineMemory.standardForSamples
    /// How long a silent coordinator is waited for.
    package var patience = Duration.seconds(60)
    /// The keys that it shows, and whose it trusts; nil for none.
    package var keys: KeyFolder?
    /// Whether it exchanges floats through shared memory with a coordinator on this machine.
    package var sharesMemory = true

    /// A worker for this coordinator, everything else as the program does it unasked.
    package init(endpoint: String) { self.endpoint = endpoint }
}
