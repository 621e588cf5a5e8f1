import ArgumentParser

/// Whether compute threads of workers on this machine stay on processors of their own.
struct PinningOptions: ParsableArguments {
    @Flag(
        inversion: .prefixedNo,
        help: "Keep each compute thread on a processor of its own where they take all or most of the processors.")
    var pinning = true
}
