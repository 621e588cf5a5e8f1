public import Datasets
import Foundation
import Numerics
import Signals

/// Made-up nights of sleepers with features of a wrist-worn sensor, for demonstrations and tests; nobody was measured.
///
/// A `SyntheticHypnogram` is drawn, then what each sleep epoch of 30 s would show: heart rate, its variability, the
/// strength of breathing in it, breathing rate and irregularity, movement, and hours since lights out. A sample is a
/// matrix `[features, window]` of the sleep epochs around its own. A night is a recording and each subject has one.
///
/// How heart rate, its variability, breathing rate and its trace in the heart rate differ by stage is table 1 of Penzel
/// et al., Frontiers in Physiology 7 (2016) 460: ratios to REM sleep, of wake, light (N1, N2) and deep sleep. That
/// breathing is most regular in deep sleep is of Cabiddu et al., Frontiers in Physiology 3 (2012) 45. Everything else
/// is chosen: levels and spreads within what adults show, and noise such that stages overlap about as much as
/// wrist-worn recordings do; a linear classifier tells wake, NREM and REM of unseen subjects apart in some four of five
/// sleep epochs. The same arguments give the same dataset.
public struct SyntheticNight: RecordingSource {
    /// The features, in the order of a sample's rows.
    public static let featureNames = [
        "heart rate", "heart-rate variability", "breathing in heart rate", "breathing rate", "breathing irregularity",
        "movement", "hours",
    ]

    /// The unit of each feature; movement is the logarithm of counts and has none.
    private static let units = ["1/min", "ms", "ms", "1/min", "1", "1", "h"]

    private let seed: UInt64
    private let window: SleepEpochWindow

    /// Each night is a recording.
    public let outline: DatasetOutline
    /// Nothing.
    public let skipped: [SkippedItem] = []

    /// A set of made-up subjects.
    ///
    /// - Parameters:
    ///   - subjectCount: how many subjects, at least one.
    ///   - seed: another seed gives other subjects.
    ///   - window: how many sleep epochs a sample spans; odd.
    public init(subjectCount: Int, seed: UInt64, window: Int = 11) {
        precondition(subjectCount > 0, "\(subjectCount) subjects")
        (self.seed, self.window) = (seed, SleepEpochWindow(width: window))
        outline = DatasetOutline(
            kind: "synthetic-night", vocabulary: .stage, rows: Self.featureNames.count, columns: window,
            content: Self.featureNames, units: Self.units,
            of: (0..<subjectCount).map { subject in
                let name = "N\(subject + 1)"
                let stages = SyntheticHypnogram(seed: seed, subject: subject).stages
                return FoundRecording(name: name, subject: name, stages: stages)
            })
    }

    /// Makes the nights and appends their samples in the order of the outline.
    ///
    /// - Throws: `TensorFileError` from the writer.
    public func appendSamples(to writer: inout DatasetWriter) throws {
        for subject in outline.subjects.indices {
            var night = Night(
                stages: SyntheticHypnogram(seed: seed, subject: subject).stages, seed: seed, subject: subject)
            let samples = window.samples(of: night.features())
            try writer.append(samples)
        }
    }
}

/// What a sensor shows of one sleeper's night.
private struct Night {
    private let stages: [SleepStage]
    private var random: RandomSequence

    init(stages: [SleepStage], seed: UInt64, subject: Int) {
        self.stages = stages
        random = RandomSequence(seed: seed, stream: SyntheticHypnogram.Stream.firstSensor + UInt64(subject))
    }

    /// A value for each stage, from W to REM.
    private struct ByStage {
        let values: [Double]

        init(wake: Double, n1: Double, n2: Double, n3: Double, rem: Double) { values = [wake, n1, n2, n3, rem] }
    }

    /// Table 1 of Penzel and others (2016), relative to REM sleep: wake, light, deep; here as logarithms.
    private static func ratios(wake: Double, light: Double, deep: Double) -> ByStage {
        ByStage(wake: log(wake), n1: log(light), n2: log(light), n3: log(deep), rem: 0)
    }

    private static let heartRate = ratios(wake: 1.06, light: 0.98, deep: 0.99)
    private static let variability = ratios(wake: 1.15, light: 0.97, deep: 0.93)
    private static let breathingInHeartRate = ratios(wake: 0.90, light: 1.33, deep: 1.37)
    private static let breathingRate = ratios(wake: 1.02, light: 0.95, deep: 0.92)
    /// The logarithm of the spread of breath lengths over their mean: least in deep sleep (Cabiddu and others 2012).
    private static let irregularity = ByStage(
        wake: log(0.26), n1: log(0.17), n2: log(0.13), n3: log(0.08), rem: log(0.23))
    /// How often a sleep epoch has movement, and how much (the mean of the logarithm of the counts); chosen.
    private static let movementShare = ByStage(wake: 0.62, n1: 0.22, n2: 0.07, n3: 0.03, rem: 0.10)
    private static let movementSize = ByStage(wake: 3.6, n1: 2.4, n2: 2.0, n3: 1.8, rem: 1.9)
    /// How likely a change of stage comes with a movement.
    private static let movementAtTransition = 0.45

    /// The features over the night, in the order of `SyntheticNight.featureNames`.
    mutating func features() -> [[Float]] {
        let count = stages.count
        let movement = movement()
        // A sleeper's heart rate falls to its lowest some hours into the night: about 5 % in all.
        let fall = (0..<count).map { epoch -> Double in
            let share = min(Double(epoch) / 120 / 5, 1)  // of five hours
            return -0.025 * (1 - cos(.pi * share))
        }
        let kick = lagged(movement.map { 0.012 * $0 }, epochs: 1)  // a movement raises the heart rate for a while
        let rate = channel(Self.heartRate, center: log(60), between: 0.12, drift: 0.030, noise: 0.020)
        let variability = channel(Self.variability, center: log(48), between: 0.35, drift: 0.14, noise: 0.16)
        let coupling = channel(Self.breathingInHeartRate, center: log(26), between: 0.35, drift: 0.16, noise: 0.18)
        let breathing = channel(Self.breathingRate, center: log(15), between: 0.12, drift: 0.030, noise: 0.035)
        let irregular = channel(Self.irregularity, center: 0, between: 0.22, drift: 0.20, noise: 0.30)
        let rates = zip(rate, zip(fall, kick)).map { exp($0 + $1.0 + $1.1) }
        let variabilities = zip(variability, movement).map { exp($0 + 0.06 * $1) }
        let breathingRates = zip(breathing, movement).map { exp($0 + 0.004 * $1) }
        let irregularities = zip(irregular, movement).map { exp($0 + 0.08 * $1) }
        let hours = (0..<count).map { Double($0) / 120 }
        let features = [rates, variabilities, coupling.map(exp), breathingRates, irregularities, movement, hours]
        return features.map { $0.map(Float.init) }
    }

    /// A sleeper's own level, the stages' effects as strong as in this sleeper and as late as the autonomic system
    /// follows, a slow drift (autoregressive) and noise; logarithms.
    private mutating func channel(
        _ effect: ByStage, center: Double, between: Double, drift: Double, noise: Double
    ) -> [Double] {
        let level = center + between * random.truncatedNormal()
        let strength = 1 + 0.35 * random.truncatedNormal()
        let mean = effect.values.reduce(0, +) / 5
        let own = effect.values.map { mean + strength * ($0 - mean) }
        let expected = lagged(stages.map { own[$0.rawValue] }, epochs: 2 + 2 * random.uniform())
        let memory = 0.97
        var slow = drift * random.normal()
        return expected.map { expected in
            slow = memory * slow + drift * (1 - memory * memory).squareRoot() * random.normal()
            return level + expected + slow + noise * random.normal()
        }
    }

    /// The logarithm of 1 and the activity counts of each sleep epoch.
    private mutating func movement() -> [Double] {
        let restlessness = 1 + 0.4 * random.truncatedNormal()
        return stages.indices.map { epoch in
            let stage = stages[epoch].rawValue
            let isTransition = epoch > 0 && stages[epoch - 1] != stages[epoch]
            let isMoving = random.uniform() < Self.movementShare.values[stage] * restlessness
            let isTurning = random.uniform() < (isTransition ? Self.movementAtTransition : 0)
            let size = Self.movementSize.values[stage] + (isTurning ? 0.8 : 0) + 0.9 * random.normal()
            return isMoving || isTurning ? log(1 + exp(size)) : 0
        }
    }

    /// A first-order lag with a time constant in sleep epochs.
    private func lagged(_ values: [Double], epochs: Double) -> [Double] {
        let share = 1 - exp(-1 / epochs)
        var state = values.first ?? 0
        return values.map { value in
            state += share * (value - state)
            return state
        }
    }
}
