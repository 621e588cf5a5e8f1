import ArgumentParser

/// How workers are waited for.
struct LeaseOptions: ParsableArguments {
    @Option(help: "Seconds after which a silent worker's shards go to others.")
    var lease = 10.0

    @Option(help: "Seconds between a worker's signs of life.")
    var heartbeat = 1.0

    @Flag(help: "Refuse workers whose probe gradient differs from the first worker's.")
    var sameArithmetic = false

    @Flag(
        inversion: .prefixedNo,
        help: "Exchange gradients and parameters through shared memory where both sides are on one machine.")
    var sharedMemory = true

    func validate() throws {
        if !(heartbeat >= 0.01 && heartbeat * 2 <= lease && lease <= 86_400) {
            throw ValidationError(
                "--lease (\(lease) s) must be at least twice --heartbeat (\(heartbeat) s), or one lost sign of life ends a worker"
            )
        }
    }
}
