import CKernels
public import Numerics

/// Adam whose step size follows a schedule, and which takes a part of each matrix at each step: decoupled weight decay
/// (Loshchilov and Hutter, "Decoupled Weight Decay Regularization", ICLR 2019, algorithm 2).
///
/// Biases and other vectors do not decay. The same gradients give the same bits on every processor.
public struct AdamW: Sendable {
    /// The numbers that it runs with.
    public let settings: AdamWSettings
    /// What it keeps.
    public private(set) var adam: Adam
    private let matrices: [Range<Int>]
    private let stepCount: Int
    private let earlierSteps: Int

    /// An optimiser that goes on after the steps that `adam` made.
    ///
    /// - Parameters:
    ///   - settings: its numbers.
    ///   - adam: its moments.
    ///   - matrices: the parts of the parameters that decay.
    ///   - stepCount: how many steps there will be in all: the schedule's end.
    ///   - earlierSteps: steps that the schedule counts and that the moments know nothing of.
    public init(
        settings: AdamWSettings, adam: Adam, matrices: [Range<Int>], stepCount: Int, earlierSteps: Int = 0
    ) {
        (self.settings, self.adam, self.matrices, self.stepCount) = (settings, adam, matrices, stepCount)
        self.earlierSteps = earlierSteps
    }

    /// The same, with moments of its own.
    public func copy() -> AdamW {
        AdamW(
            settings: settings, adam: adam.copy(), matrices: matrices, stepCount: stepCount, earlierSteps: earlierSteps)
    }

    /// Makes a part of the next update, as `Adam.update(part:)` does; with decay its results, which are changed where
    /// they lie, stay in this processor's caches.
    ///
    /// - Precondition: parameters and results are as long as the moments, the gradient is as long as the part.
    public func update(
        part: Range<Int>, of parameters: FloatBlock, gradient: FloatBlock, into updated: FloatBlock, threads: Int = 1,
        passesOn: Bool = false
    ) {
        let factor = settings.schedule.factor(
            step: earlierSteps + adam.step, of: stepCount, warmup: settings.warmupSteps)
        let rate = settings.adam.learningRate * factor
        if settings.weightDecay == 0 {
            return adam.update(
                part: part, of: parameters, gradient: gradient, into: updated, rate: rate, threads: threads,
                passesOn: passesOn)
        }
        let start = part.lowerBound
        if updated !== parameters {
            (updated.base + start).update(from: parameters.base + start, count: part.count)
        }
        updated.shrink(matrices.map { $0.clamped(to: part) }, decay: settings.weightDecay, rate: rate)
        adam.update(part: part, of: updated, gradient: gradient, into: updated, rate: rate, threads: threads)
    }

    /// All parts of an update are made.
    public mutating func countUpdate() { adam.countUpdate() }
}

/// The numbers of `AdamW`.
public struct AdamWSettings: Codable, Sendable, Equatable {
    /// Adam's own; its step size is the schedule's largest.
    public var adam: AdamSettings
    /// What part of each matrix, times the step size, is taken from it at each step.
    public var weightDecay: Double
    /// Over how many steps the step size rises from 0.
    public var warmupSteps: Int
    /// How it changes afterwards.
    public var schedule: LearningRateSchedule

    private enum CodingKeys: String, CodingKey {
        case weightDecay = "weight_decay"
        case warmupSteps = "warmup_steps"
        case schedule
    }

    /// Settings.
    public init(adam: AdamSettings, weightDecay: Double, warmupSteps: Int, schedule: LearningRateSchedule) {
        (self.adam, self.weightDecay, self.warmupSteps, self.schedule) = (adam, weightDecay, warmupSteps, schedule)
    }

    /// Reads Adam's numbers, then the others, all in one mapping.
    public init(from decoder: any Decoder) throws {
        adam = try AdamSettings(from: decoder)
        let values = try decoder.container(keyedBy: CodingKeys.self)
        weightDecay = try values.decode(Double.self, forKey: .weightDecay)
        warmupSteps = try values.decode(Int.self, forKey: .warmupSteps)
        schedule = try values.decode(LearningRateSchedule.self, forKey: .schedule)
    }

    /// Writes all into one mapping.
    public func encode(to encoder: any Encoder) throws {
        try adam.encode(to: encoder)
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(weightDecay, forKey: .weightDecay)
        try values.encode(warmupSteps, forKey: .warmupSteps)
        try values.encode(schedule, forKey: .schedule)
    }

    /// Refuses numbers that make no sense.
    ///
    /// - Throws: `SettingFault` for the first of them.
    public func validate() throws(SettingFault) {
        try adam.validate()
        try SettingFault.check(
            weightDecay >= 0 && weightDecay * adam.learningRate < 1, "weight_decay", weightDecay,
            "0 or more, and times the step size below 1")
        try SettingFault.check((0...1 << 40).contains(warmupSteps), "warmup_steps", warmupSteps, "0 or more steps")
    }
}

extension FloatBlock {
    /// Takes the part `rate * decay` of what is in some places, as `AdamW` does before its step; nothing where there is
    /// no decay.
    public func shrink(_ places: [Range<Int>], decay: Double, rate: Double) {
        if decay == 0 { return }
        for place in places { kernel_scale(base + place.lowerBound, Float(1 - rate * decay), place.count) }
    }
}
