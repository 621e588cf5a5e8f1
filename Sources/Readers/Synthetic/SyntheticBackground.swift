import Numerics
import Signals

/// Rooted mean squares in microvolts, and shares of time, by stage from W to REM.
///
/// Which is larger in which stage is the rules' (AASM manual, rules IV; Rechtschaffen and Kales 1968): alpha for
/// more than half of W with closed eyes and less of N1, low-amplitude mixed frequencies in N1 and REM sleep, muscle
/// tone falling from W on and lowest in REM sleep, fast activity most in W. The figures themselves are chosen.
private enum Level {
    static let background = [8.0, 7.5, 8, 9, 7.5]
    static let delta = [4.0, 5, 7.5, 10, 5]
    static let theta = [3.0, 5.5, 5, 4.5, 5.5]
    static let beta = [2.4, 1.9, 1.4, 1.1, 1.9]
    static let alpha = [14.0, 10, 8, 8, 7]
    static let alphaShare = [0.8, 0.25, 0.04, 0.01, 0.12]
    static let alphaShareOfOpenEyes = 0.05
    static let tone = [9.0, 6, 4.8, 4.4, 2.6]
    static let arousedTone = 8.0
}

/// The filters that shape a sleeper's noise.
struct BackgroundFilters {
    var brain, eyes: FallingSpectrum
    var alpha, theta, delta, beta, sweat: Resonator
    /// What the muscle's last noise was, and whether there is alpha.
    var lastMuscle: Float = 0
    var hasAlpha = false
    /// Levels as they move towards those of a stage.
    var levels: SIMD8<Float> = .zero

    init(of sleeper: SyntheticSleeper) {
        let rate = Double(SyntheticSignals.rate)
        brain = FallingSpectrum(exponent: sleeper.slope, rate: rate)
        eyes = FallingSpectrum(exponent: 2, rate: rate)
        alpha = Resonator(frequency: sleeper.alphaFrequency, bandwidth: 1, rate: rate)
        theta = Resonator(frequency: sleeper.thetaFrequency, bandwidth: 2, rate: rate)
        delta = Resonator(frequency: sleeper.slowFrequency + 0.6, bandwidth: 1.5, rate: rate)
        beta = Resonator(frequency: 19, bandwidth: 6, rate: rate)
        // Sweat moves electrodes' potentials below 0.5 Hz.
        sweat = Resonator(frequency: 0.15, bandwidth: 0.2, rate: rate)
    }
}

/// How everything wanders over the night, as logarithms: first-order processes with a memory from one sleep epoch to
/// the next.
struct Wandering {
    private(set) var values = [Double](repeating: 0, count: 7)
    private static let memory = [0.8, 0.8, 0.8, 0.8, 0.8, 0.97, 0.98]
    /// Of the background, delta, theta, beta, alpha, the chin's electrodes, sweat; chosen.
    private static let deviations = [0.2, 0.25, 0.25, 0.3, 0.3, 0.35, 1.0]

    mutating func move(_ random: inout RandomSequence) {
        for i in values.indices {
            let memory = Self.memory[i]
            values[i] =
                memory * values[i]
                + Self.deviations[i] * (1 - memory * memory).squareRoot() * random.normal()
        }
    }

    func factor(_ place: Int) -> Double { exponential(values[place]) }
}

extension SyntheticSignals {
    /// Adds a sleep epoch of what goes on all the time.
    mutating func addBackground(_ epoch: Int) {
        wandering.move(&random)
        let count = Self.epochLength
        let noise = FloatBlock(count: 10 * count)
        random.fillNoise(noise.base, count: 10 * count)
        let electrodes = (
            eeg: Float(1.2 * sleeper.electrodeNoise), eog: Float(1.5 * sleeper.electrodeNoise),
            emg: Float(0.8 * sleeper.electrodeNoise)
        )
        let sweat = Float(3 * sleeper.drift * wandering.factor(6))
        let (gain, eyeGain) = (Float(sleeper.gain), Float(sleeper.eyeGain))
        for tick in epoch * Self.ticksPerEpoch..<(epoch + 1) * Self.ticksPerEpoch {
            let goal = levels(tick)
            let moved = movement[tick]
            for value in tick * Self.valuesPerTick..<(tick + 1) * Self.valuesPerTick {
                let draws = noise.base + 10 * (value - epoch * count)
                // A level takes half a second to change.
                background.levels += 0.04 * (goal - background.levels)
                let level = background.levels
                var brain = level[0] * background.brain.next(draws[0])
                brain += level[1] * background.delta.next(draws[1])
                brain += level[2] * background.theta.next(draws[2])
                brain += level[3] * background.beta.next(draws[3])
                brain += level[4] * background.alpha.next(draws[4])
                let drift = sweat * background.sweat.next(draws[5])
                let eye = 5 * background.eyes.next(draws[6])
                // Muscle is fast: its noise is a difference.
                let muscle = 0.86 * (draws[7] - 0.6 * background.lastMuscle)
                background.lastMuscle = draws[7]
                eeg[value] += gain * brain + electrodes.eeg * draws[8] + drift + 0.3 * moved * (muscle + draws[6])
                // The EOG's electrodes see the front of the brain, too; chosen.
                eog[value] +=
                    eyeGain * (0.5 * brain + eye) + electrodes.eog * draws[9] + 0.5 * drift
                    + 0.3 * moved * (muscle - draws[6])
                emg[value] += (level[5] + moved) * muscle + electrodes.emg * (draws[8] - draws[9]) * 0.7
            }
        }
    }

    /// What the levels move towards in a tick: background, delta, theta, beta, alpha, tone.
    private mutating func levels(_ tick: Int) -> SIMD8<Float> {
        let stage = stageOfTick[tick].rawValue
        let isAroused = isAroused[tick]
        let isOpen = stage == 0 && eyesAreOpen[tick]
        let share = isAroused ? 0.7 : isOpen ? Level.alphaShareOfOpenEyes : Level.alphaShare[stage]
        // Runs of alpha last some 3 s; chosen.
        let ends = 1 / (3 * Double(Self.ticksPerSecond))
        let draw = random.uniform()
        background.hasAlpha = background.hasAlpha ? draw >= ends : draw < min(ends * share / (1 - share), 1)
        // In REM sleep tone is lost; what is left of it is the sleeper's.
        let tone = stage == 4 ? min(Level.tone[4] * sleeper.atonia, Level.tone[3]) : Level.tone[stage]
        var goal: SIMD8<Float> = .zero
        goal[0] = Float(Level.background[stage] * wandering.factor(0))
        goal[1] = Float(Level.delta[stage] * sleeper.slow * wandering.factor(1))
        goal[2] = Float(Level.theta[stage] * sleeper.theta * wandering.factor(2) * (isAroused ? 1.5 : 1))
        goal[3] = Float(Level.beta[stage] * sleeper.beta * wandering.factor(3) * (isAroused ? 1.7 : 1))
        goal[4] = background.hasAlpha ? Float(Level.alpha[stage] * sleeper.alpha * wandering.factor(4)) : 0
        goal[5] = Float((isAroused ? Level.arousedTone : tone) * sleeper.tone * wandering.factor(5))
        return goal
    }
}
