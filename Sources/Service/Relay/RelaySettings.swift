package import Coordination

/// How a relay runs.
package struct RelaySettings: Sendable {
    /// The coordinator's endpoint.
    package var endpoint: String
    /// Where it listens for workers.
    package var listen: String
    /// The keys of those whom it takes in and connects to, and its own; nil for none.
    package var keys: KeyFolder?
    /// How many of its workers are given leaves: all or a number.
    package var crew = CrewChoice.all
    /// How long a silent coordinator is waited for.
    package var patience = Duration.seconds(60)
    /// A folder where blocks of samples that came are kept from one job to the next; nil for none.
    package var cache: String?
    /// How many bytes of memory blocks of samples that came may take.
    package var sampleMemory = MachineMemory.standardForSamples

    /// A relay between this coordinator and whoever comes there, everything else as the program does it unasked.
    package init(endpoint: String, listen: String) { (self.endpoint, self.listen) = (endpoint, listen) }
}
