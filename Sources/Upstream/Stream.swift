/// The random streams of one seed; each use has its own 2^48, so that none disturbs another.
enum Stream {
    /// Sample orders, plus the training epoch's number.
    static let sampleOrder: UInt64 = 1 << 48
    /// The initial weights.
    static let initialWeights: UInt64 = 2 << 48
    /// The samples of the probe.
    static let probe: UInt64 = 3 << 48
    /// The rounding of gradients, plus the step.
    static let gradientRounding: UInt64 = 4 << 48
    /// The rounding of parameters.
    static let parameterRounding: UInt64 = 5 << 48
    /// What pretext tasks draw, plus the step.
    static let task: UInt64 = 6 << 48
    /// Orders of recordings or persons, plus the training epoch's number.
    static let groupOrder: UInt64 = 7 << 48
    /// What each turn of a recording or person draws.
    static let groupTurns: UInt64 = 8 << 48
    /// Orders of blocks, plus the training epoch's number.
    static let blockOrder: UInt64 = 9 << 48
    /// Orders within windows of blocks, plus the window's number, counted over all training epochs.
    static let windowOrder: UInt64 = 10 << 48
}
