import Numerics
import Signals

/// A made-up night's sleep stages, one a sleep epoch of 30 s: a semi-Markov process of cycles, bouts and awakenings.
///
/// After a latency come cycles of N1, N2, N3, N2 and REM sleep. Across the night N3 gets shorter and REM sleep longer;
/// a cycle lasts about an hour and a half. The lengths of bouts are chosen so that adults' shares come out: of sleep
/// 2-5 % N1 (here somewhat more, as scored today), 45-55 % N2, 13-23 % N3, 20-25 % REM sleep in four to six episodes
/// (Carskadon and Dement, "Normal human sleep: an overview", Principles and Practice of Sleep Medicine). Sleep is
/// interrupted at random, so that it lasts exponentially long, by awakenings whose lengths have a density falling with
/// the power 2.2 (Lo et al., PNAS 101 (2004) 17545-17548). How often, how long at most and what follows an awakening is
/// chosen.
struct SyntheticHypnogram {
    /// Which random numbers are whose.
    enum Stream {
        static let firstHypnogram: UInt64 = 1 << 34
        static let firstSensor: UInt64 = 1 << 35
        static let firstSleeper: UInt64 = 1 << 36
        static let firstSignals: UInt64 = 1 << 37
        static let firstStretch: UInt64 = 1 << 38
    }

    /// Minutes of a bout in the first cycle, the second and so on; the last stands for all that follow.
    private static let early = [18.0, 24, 34, 42, 44]
    private static let deep = [34.0, 24, 13, 4, 0]
    private static let late = [8.0, 8, 8, 6, 4]
    private static let rem = [8.0, 15, 21, 26, 29]
    /// How likely a sleep epoch is the last before an awakening, by stage.
    private static let awakening: [Double] = [0, 0.06, 0.020, 0.006, 0.016]
    /// How likely a sleep epoch of N2 or REM sleep is followed by some N1, and one of N3 by some N2.
    private static let lightening: [Double] = [0, 0, 0.010, 0.045, 0.012]

    /// The night's stages.
    private(set) var stages: [SleepStage] = []

    private var random: RandomSequence
    private let epochCount: Int
    /// How often this sleeper awakes, as a multiple.
    private let restlessness: Double

    /// The night of a subject: some eight hours in bed, or as many sleep epochs as are asked for, if these are more.
    init(seed: UInt64, subject: Int, fewestEpochs: Int = 0) {
        random = RandomSequence(seed: seed, stream: Stream.firstHypnogram + UInt64(subject))
        epochCount = max(Int(120 * (7.8 + 0.5 * random.truncatedNormal())), fewestEpochs)  // hours in bed
        restlessness = exponential(0.4 * random.truncatedNormal())
        add(.wake, 2 * 13 * exponential(0.6 * random.truncatedNormal()))  // minutes of latency
        let lengths = (
            n3: exponential(0.3 * random.truncatedNormal()), rem: exponential(0.15 * random.truncatedNormal())
        )
        var cycle = 0
        while stages.count < epochCount {
            let place = min(cycle, Self.early.count - 1)
            fallAsleep()
            sleep(.n2, minutes: Self.early[place])
            sleep(.n3, minutes: Self.deep[place] * lengths.n3)
            sleep(.n2, minutes: Self.late[place])
            sleep(.rem, minutes: Self.rem[place] * lengths.rem)
            cycle += 1
        }
    }

    /// A bout of some minutes, more or less, with what interrupts it; an awakening makes it no shorter.
    private mutating func sleep(_ stage: SleepStage, minutes: Double) {
        var left = Int((2 * minutes * exponential(0.25 * random.truncatedNormal())).rounded())
        while left > 0, stages.count < epochCount {
            add(stage, 1)
            left -= 1
            if random.uniform() < Self.awakening[stage.rawValue] * restlessness {
                add(.wake, awakeningEpochs())
                fallAsleep()
                if stage != .n2 { add(.n2, 1 + 3 * random.uniform()) }
            } else if random.uniform() < Self.lightening[stage.rawValue] {
                add(stage == .n3 ? .n2 : .n1, 1 + 3 * random.uniform())
            }
        }
    }

    /// N1 for a minute or so, sometimes broken by waking once more.
    private mutating func fallAsleep() {
        repeat {
            add(.n1, 1 + 4 * random.uniform() * random.uniform())
        } while stages.count < epochCount && random.uniform() < Self.awakening[SleepStage.n1.rawValue] && wakesAgain()
    }

    private mutating func wakesAgain() -> Bool {
        add(.wake, awakeningEpochs())
        return true
    }

    /// The length of an awakening: at least one sleep epoch, at most forty minutes.
    private mutating func awakeningEpochs() -> Double { min(exponential(-logarithm(1 - random.uniform()) / 1.2), 80) }

    /// Adds sleep epochs of a stage, rounded, as far as the night goes.
    private mutating func add(_ stage: SleepStage, _ epochs: Double) {
        for _ in 0..<min(Int(epochs.rounded()), epochCount - stages.count) { stages.append(stage) }
    }
}
