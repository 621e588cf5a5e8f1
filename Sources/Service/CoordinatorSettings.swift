package import Coordination

/// How a coordinator runs; what a job computes does not depend on it.
package struct CoordinatorSettings: Sendable {
    /// Where it listens.
    package var listen: String
    /// The keys of those whom it takes in, and its own; nil where everybody is.
    package var keys: KeyFolder?
    /// Whether another program started it, which lists workers' keys as it reaches their hosts.
    package var isLaunched = false
    /// How often a worker shows that it lives.
    package var heartbeat = Duration.seconds(1)
    /// Silent for longer than this, a worker is taken for dead.
    package var lease = Duration.seconds(10)
    /// Whether workers whose probe gradient differs are refused.
    package var refusesOtherArithmetic = false
    /// The share of leaves that two workers compute, whose answers have to be the same.
    package var audit = 0.0
    /// How many workers are given leaves.
    package var crew = CrewChoice.best
    /// Whether workers on this machine exchange floats through memory that they share with the coordinator.
    package var sharesMemory = true
    /// How many workers this process starts itself.
    package var localWorkers = 0
    /// How often a checkpoint is written.
    package var checkpointEvery = CheckpointInterval.steps(500)
    /// How many of the last checkpoints are kept.
    package var keepCheckpoints = 3
    /// How long there may be no worker; nil for ever.
    package var patience: Duration?
    /// Whether the end of each step is kept, to measure by.
    package var keepsStepEnds = false

    /// A coordinator that listens there, everything else as the program does it unasked.
    package init(listen: String) { self.listen = listen }
}
