import Datasets
import Numerics
import Signals

/// The signals of one made-up sleeper over some sleep epochs: what goes on all the time, then single waves and
/// movements over it.
///
/// A change of stage comes up to a quarter of a sleep epoch before or after the border that the labels have: an
/// epoch's stage is that of its greater part (AASM manual, general rules of scoring).
struct SyntheticSignals {
    /// Values per second.
    static let rate = 50
    /// Two of these are a second: the grain in which states change.
    static let ticksPerSecond = 2
    static let ticksPerEpoch = Int(SleepEpochWindow.epochSeconds) * ticksPerSecond
    static let valuesPerTick = rate / ticksPerSecond
    /// Values of a channel in a sleep epoch.
    static let epochLength = ticksPerEpoch * valuesPerTick

    let stageOfTick: [SleepStage]
    /// Whether the eyes are open, in a tick of W.
    let eyesAreOpen: [Bool]
    let sleeper: SyntheticSleeper
    var random: RandomSequence
    /// In ticks: those of an arousal, and how much more muscle there is than tone.
    var isAroused: [Bool]
    var movement: [Float]
    /// In microvolts.
    var (eeg, eog, emg): ([Float], [Float], [Float])

    var background: BackgroundFilters
    /// Logarithms of how much stronger than usual everything is, sleep epoch by sleep epoch.
    var wandering = Wandering()

    /// The signals of a subject's sleep epochs.
    init(stages: [SleepStage], seed: UInt64, subject: Int) {
        sleeper = SyntheticSleeper(seed: seed, subject: subject)
        background = BackgroundFilters(of: sleeper)
        random = RandomSequence(seed: seed, stream: SyntheticHypnogram.Stream.firstSignals + UInt64(subject))
        var (ticks, open): ([SleepStage], [Bool]) = ([], [])
        var isOpen = true
        for (epoch, stage) in stages.enumerated() {
            ticks += Array(repeating: stage, count: Self.ticksPerEpoch)
            // Awake in bed, eyes are closed for most of the time; chosen.
            if random.uniform() < 0.25 { isOpen = random.uniform() < 0.3 }
            open += Array(repeating: isOpen, count: Self.ticksPerEpoch)
            guard epoch > 0, stages[epoch - 1] != stage else { continue }
            let (border, shift) = (epoch * Self.ticksPerEpoch, Int((random.uniform() - 0.5) * 30))
            for tick in min(border, border + shift)..<max(border, border + shift) {
                ticks[tick] = shift < 0 ? stage : stages[epoch - 1]
            }
        }
        (stageOfTick, eyesAreOpen) = (ticks, open)
        isAroused = [Bool](repeating: false, count: ticks.count)
        movement = [Float](repeating: 0, count: ticks.count)
        let silence = [Float](repeating: 0, count: ticks.count * Self.valuesPerTick)
        (eeg, eog, emg) = (silence, silence, silence)
        disturb()
        for epoch in stages.indices { addBackground(epoch) }
        addWaves()
    }

    /// Draws where the sleeper moves and where sleep is lightened for some seconds.
    ///
    /// An arousal lasts 3 s or more, up to 15 (AASM manual, rules V), and comes some 15 times an hour of sleep (Bonnet
    /// and Arand, *Journal of Clinical Sleep Medicine* 3 (2007) 271-274). Large movements, chosen: in W every other
    /// minute, in sleep four an hour. Twitches of REM sleep are shorter than a quarter of a second (AASM manual, rules
    /// VII); here a tick.
    private mutating func disturb() {
        let perTick = 1 / Double(Self.ticksPerSecond)
        let movements = [0.5, 0.2, 0.07, 0.05, 0.1].map { $0 / 60 * perTick * sleeper.movement }
        for tick in stageOfTick.indices {
            let stage = stageOfTick[tick]
            if stage != .wake, random.uniform() < 15.0 / 3600 * perTick {
                let seconds = 3 + 12 * random.uniform() * random.uniform()
                for other in tick..<min(tick + Int(seconds) * Self.ticksPerSecond, isAroused.count) {
                    isAroused[other] = true
                }
            }
            if random.uniform() < movements[stage.rawValue] {
                let seconds = 1 + 9 * random.uniform() * random.uniform()
                let strength = Float(40 * exponential(0.6 * random.truncatedNormal()))
                for other in tick..<min(tick + Int(seconds) * Self.ticksPerSecond, movement.count) {
                    movement[other] = strength
                }
            }
            if stage == .rem, random.uniform() < 0.05 * perTick {
                movement[tick] = max(movement[tick], Float(8 * random.uniform()))
            }
        }
    }
}
